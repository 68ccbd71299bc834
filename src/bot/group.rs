//! What is asked in groups: whose notices come there, and an end of them. Only administrators are answered, and only
//! what is meant for us; whoever brings a token is, because they have followed a link.

use std::sync::Arc;
use std::time::Duration;

use teloxide::payloads::GetChatAdministrators;
use teloxide::types::{ChatId, Message, UserId};
use tokio::time::Instant;

use super::attention::Heed;
use super::command::{Command, command_of, names_bot};
use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled, places};
use crate::domain::language::Language;
use crate::domain::link::LinkToken;
use crate::store::Spot;
use crate::telegram::Answer;
use crate::text::{self, Button, Html};

/// How long may the list of a group's administrators take?
const CALL_LIMIT: Duration = Duration::from_secs(4);

/// A message in a group or channel.
pub(super) async fn on_message(bot: Arc<Bot>, message: Message) -> Handled {
    if let Some(new_id) = message.migrate_to_chat_id() {
        return bot.store.migrate_chat(message.chat.id.0, new_id.0, bot.clock.now()).await;
    }
    let username = bot.health.bot_username();
    let command = command_of(&message, username.as_deref());
    let (Some(command), Some(from)) = (command, &message.from) else { return Ok(()) };
    if !(message.chat.is_group() || message.chat.is_supergroup()) {
        return Ok(());
    }
    if bot.attention.heed(message.chat.id.0, Instant::now()) != Heed::Read {
        return Ok(());
    }
    // An anonymous administrator, a channel whose posts are forwarded here, another bot: nobody who could be answered.
    let is_somebody = !from.is_bot && message.sender_chat.is_none();
    let (person, spot) = (Person::of(from), spot_of(&message));
    if let Command::Start(payload) = &command
        && let Some(token) = LinkToken::parse(payload)
    {
        return places::on_token(&bot, is_somebody.then_some(&person), from.id, token, spot).await;
    }
    let is_meant = command != Command::Unknown || names_bot(&message, username.as_deref());
    if is_somebody && is_meant && bot.is_administrator(spot.chat_id, from.id).await {
        return answer(&bot, &command, &spot, person.language()).await;
    }
    Ok(())
}

/// `html` above a button to the private chat with the bot.
pub(super) fn way_to_private_chat(bot: &Bot, html: Html, language: Language) -> Reply {
    let private_chat = bot
        .health
        .bot_username()
        .and_then(|username| format!("https://t.me/{username}").parse::<url::Url>().ok());
    Reply::from(html).link_row(Button::OpenPrivateChat, private_chat.as_ref(), language)
}

async fn answer(bot: &Bot, command: &Command, spot: &Spot, language: Language) -> Handled {
    let reply = match command {
        Command::Status | Command::Unlink => {
            let guests = bot.store.guests(spot.chat_id, spot.thread_id).await?;
            let names: Vec<&str> = guests.iter().map(|guest| guest.account_name.as_str()).collect();
            if *command == Command::Status || guests.is_empty() {
                Reply::from(text::places::status(language, &names))
            } else {
                let stop = guests.iter().map(|guest| {
                    let label = text::places::stop_button(language, &guest.account_name);
                    vec![(label, Tap::StopPlace(guest.place_id))]
                });
                Reply::from(text::places::stop_ask(language))
                    .labelled_rows(stop.collect())
                    .tap_row([(Button::Keep, Tap::KeepPlaces)], language)
            }
        }
        _ => way_to_private_chat(bot, text::places::group(language), language),
    };
    bot.say(spot.chat_id, reply.in_topic(spot.thread_id)).await;
    Ok(())
}

/// Where `message` was written.
fn spot_of(message: &Message) -> Spot {
    // Replies in a group without topics have a thread, too.
    let thread = message.thread_id.filter(|_| message.is_topic_message);
    let group = message.chat.title().unwrap_or_default();
    // A message in a topic answers the one that opened it, unless it answers another.
    let opening = message.reply_to_message().and_then(|opening| opening.forum_topic_created());
    let topic = opening.filter(|_| thread.is_some()).map(|topic| topic.name.as_str());
    Spot {
        chat_id: message.chat.id.0,
        thread_id: thread.map(|thread| thread.0.0),
        title: topic.map_or_else(|| group.to_owned(), |topic| format!("{group} · {topic}")),
    }
}

impl Bot {
    /// Whether `user` is an administrator of the group `chat_id`. Telegram promises the list of administrators to every
    /// bot in a group, the standing of one member only to those that are administrators themselves (Bot API
    /// documentation, getChatMember). No when it can't be had.
    pub(super) async fn is_administrator(&self, chat_id: i64, user: UserId) -> bool {
        match self.api.call(&GetChatAdministrators::new(ChatId(chat_id)), CALL_LIMIT).await {
            Answer::Done(administrators) => {
                administrators.unwrap_or_default().iter().any(|administrator| administrator.user.id == user)
            }
            Answer::Refused(refusal) => {
                log::warn!(target: "TELEGRAM", "a group's administrators are not told: {}", refusal.description);
                false
            }
            Answer::NotSent(why) | Answer::Unknown(why) => {
                log::warn!(target: "TELEGRAM", "a group's administrators are not told: {why}");
                false
            }
        }
    }
}
