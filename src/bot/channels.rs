//! Connecting a channel to an account: the question to whoever makes the bot an administrator of it, and the taps.

use std::time::Duration;

use teloxide::payloads::{GetChat, GetChatAdministrators};
use teloxide::types::{ChatFullInfo, ChatId, ChatMember, ChatMemberUpdated, MessageId};

use super::person::Person;
use super::reply::Reply;
use super::tap::{Tap, account_tag};
use super::{Bot, Handled};
use crate::domain::channel::NewChannel;
use crate::store::Connecting;
use crate::telegram::Answer;
use crate::text::channels::{ask, connected, kept, no_rights, not_linked, too_many};
use crate::text::{Button, Html};

/// How long may looking a channel up take?
const CALL_LIMIT: Duration = Duration::from_secs(4);

/// The bot's standing in a channel changed. With the right to post, whoever gave it is asked, in their private chat;
/// without, all accounts lose the channel.
pub(super) async fn on_change(bot: &Bot, change: &ChatMemberUpdated) -> Handled {
    let chat_id = change.chat.id.0;
    let may_post = change.new_chat_member.can_post_messages();
    if !may_post {
        let lost = bot.store.lose_channel(chat_id, bot.clock.now()).await?;
        if lost > 0 {
            log::info!(target: "TELEGRAM", "a connected channel took the right to post away");
        }
        return Ok(());
    }
    if change.old_chat_member.can_post_messages() || change.from.is_bot {
        return Ok(());
    }
    let person = bot.look_up(Person::of(&change.from)).await?;
    let language = person.language();
    let title = change.chat.title().unwrap_or_default();
    let reply = match &person.settings {
        Some(settings) => {
            let account_tag = account_tag(&settings.account);
            let buttons = [
                (Button::Connect, Tap::ConnectChannel { chat_id, account_tag }),
                (Button::Cancel, Tap::LeaveChannel),
            ];
            Reply::from(ask(language, title, &settings.account_name)).tap_row(buttons, language)
        }
        None => Reply::from(not_linked(language, title)),
    };
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Connect] below the question; shows what became of it in its place.
pub(super) async fn on_agreed(
    bot: &Bot,
    person: &Person,
    message_id: MessageId,
    chat_id: i64,
    tag: &str,
) -> Handled {
    let answer = after_tap(bot, person, chat_id, tag).await?;
    bot.edit(person.chat_id, message_id, answer).await;
    Ok(())
}

/// [Cancel] below the question.
pub(super) async fn on_declined(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    bot.edit(person.chat_id, message_id, kept(person.language())).await;
    Ok(())
}

async fn after_tap(
    bot: &Bot,
    person: &Person,
    chat_id: i64,
    tag: &str,
) -> Result<Html, crate::store::StoreError> {
    let language = person.language();
    // Connected to another account since, or to none: what was asked is not asked any more.
    let Some(settings) = person.settings.as_ref().filter(|it| account_tag(&it.account) == tag) else {
        return Ok(kept(language));
    };
    let Some(chat) = bot.channel_of(chat_id, person).await else { return Ok(no_rights(language)) };
    let title = chat.title().unwrap_or_default();
    let channel = NewChannel {
        account: settings.account.clone(),
        chat_id,
        title: title.to_owned(),
        username: chat.username().map(str::to_owned),
        connected_by: person.chat_id,
    };
    Ok(match bot.store.connect_channel(channel, bot.clock.now()).await? {
        Connecting::Done => {
            log::info!(target: "TELEGRAM", "a channel was connected");
            connected(language, title, &settings.account_name)
        }
        Connecting::TooMany => too_many(language),
        Connecting::NotTheirs => kept(language),
    })
}

impl Bot {
    /// The channel `chat_id`, where both the bot and `person` may post. `None` when one of them may not, or it can't be
    /// told: a tap's data can be forged, and rights may have been taken away since the question.
    async fn channel_of(&self, chat_id: i64, person: &Person) -> Option<ChatFullInfo> {
        let (administrators, chat) =
            (GetChatAdministrators::new(ChatId(chat_id)), GetChat::new(ChatId(chat_id)));
        let (administrators, chat) =
            tokio::join!(self.api.call(&administrators, CALL_LIMIT), self.api.call(&chat, CALL_LIMIT));
        let (administrators, chat) = (told(administrators)?, told(chat)?);
        let may_post = |id: i64| {
            let is_theirs = |it: &&ChatMember| i64::try_from(it.user.id.0).is_ok_and(|user| user == id);
            administrators.iter().find(is_theirs).is_some_and(|it| it.can_post_messages())
        };
        let both = may_post(person.chat_id) && self.telegram.bot_id().is_some_and(may_post);
        (both && chat.is_channel()).then_some(chat)
    }
}

fn told<T>(answer: Answer<T>) -> Option<T> {
    let why = match answer {
        Answer::Done(told) => return told,
        Answer::Refused(refusal) => refusal.description,
        Answer::NotSent(why) | Answer::Unknown(why) => why,
    };
    log::warn!(target: "TELEGRAM", "a channel can't be looked up: {why}");
    None
}
