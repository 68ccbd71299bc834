//! What happens to chats: blocked and unblocked, groups joined and left.

use std::sync::Arc;

use teloxide::types::ChatMemberUpdated;

use super::person::Person;
use super::{Bot, Handled, channels, group};
use crate::domain::account::DisabledReason;
use crate::text::{linking, places};

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

/// Added to a group or removed from it: to a place of accounts, or to what an account has for its own chat, as the old
/// system allowed.
async fn on_change_in_room(bot: &Bot, change: &ChatMemberUpdated, present: bool) -> Handled {
    let chat_id = change.chat.id.0;
    let now = bot.clock.now();
    if change.chat.is_channel() {
        channels::on_change(bot, change).await?;
    }
    if !present {
        bot.store.disable_chat(chat_id, DisabledReason::Unreachable, now).await?;
        return Ok(());
    }
    let own_chat = bot.store.enable_chat(chat_id, now).await?;
    let accounts = bot.store.enable_places(chat_id).await?;
    let language = Person::of(&change.from).language();
    if !accounts.is_empty() {
        let names: Vec<&str> = accounts.iter().map(String::as_str).collect();
        bot.say(chat_id, places::resumed(language, &names)).await;
    } else if own_chat.is_none() && !change.old_chat_member.is_present() && !change.chat.is_channel() {
        bot.say(chat_id, group::way_to_private_chat(bot, places::group(language), language)).await;
    }
    Ok(())
}
