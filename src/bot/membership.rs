//! What happens to chats: blocked and unblocked, groups joined, groups that move.

use std::sync::Arc;

use teloxide::types::{ChatMemberUpdated, Message};

use super::command::command_of;
use super::person::Person;
use super::reply::Reply;
use super::{Bot, Handled};
use crate::domain::account::DisabledReason;
use crate::domain::language::Language;
use crate::text::{Button, linking};

/// `my_chat_member`: in a private chat "kicked" means blocked or deleted, "member" unblocked.
pub(super) async fn on_change(bot: Arc<Bot>, change: ChatMemberUpdated) -> Handled {
    let chat_id = change.chat.id.0;
    let now = bot.clock.now();
    let present = change.new_chat_member.is_present();
    if !change.chat.is_private() {
        return on_change_in_room(&bot, &change, present).await;
    }
    if !present {
        if bot.store.disable_chat(chat_id, DisabledReason::Blocked, now).await? {
            log::info!(target: "TELEGRAM", "a linked chat blocked the bot");
        }
    } else if let Some((settings, missed)) = bot.store.enable_chat(chat_id, now).await? {
        log::info!(target: "TELEGRAM", "a linked chat unblocked the bot");
        bot.say(chat_id, linking::back(settings.language(), &settings.account_name, missed)).await;
    }
    Ok(())
}

/// Added to a group or removed from it. A group may be linked: the old system allowed that.
async fn on_change_in_room(bot: &Bot, change: &ChatMemberUpdated, present: bool) -> Handled {
    let chat_id = change.chat.id.0;
    let now = bot.clock.now();
    if !present {
        bot.store.disable_chat(chat_id, DisabledReason::Unreachable, now).await?;
    } else if bot.store.enable_chat(chat_id, now).await?.is_none()
        && !change.old_chat_member.is_present()
        && !change.chat.is_channel()
    {
        say_privately_only(bot, chat_id, Person::of(&change.from).language()).await;
    }
    Ok(())
}

/// A message in a group: only commands are answered, with the way to the private chat. A token in one is
/// never looked at.
pub(super) async fn on_group_message(bot: Arc<Bot>, message: Message) -> Handled {
    let chat_id = message.chat.id.0;
    if let Some(new_id) = message.migrate_to_chat_id() {
        bot.store.migrate_chat(chat_id, new_id.0, bot.clock.now()).await?;
        return Ok(());
    }
    // An anonymous admin, a channel whose posts are forwarded here, another bot: nobody who could be answered.
    let writer = message.from.as_ref().filter(|user| !user.is_bot && message.sender_chat.is_none());
    let addressed = command_of(&message, bot.health.bot_username().as_deref()).is_some();
    if let Some(writer) = writer
        && addressed
        && (message.chat.is_group() || message.chat.is_supergroup())
    {
        say_privately_only(&bot, chat_id, Person::of(writer).language()).await;
    }
    Ok(())
}

async fn say_privately_only(bot: &Bot, chat_id: i64, language: Language) {
    let private_chat = bot
        .health
        .bot_username()
        .and_then(|username| format!("https://t.me/{username}").parse::<url::Url>().ok());
    let reply = Reply::from(linking::group(language)).link_row(
        Button::OpenPrivateChat,
        private_chat.as_ref(),
        language,
    );
    bot.say(chat_id, reply).await;
}
