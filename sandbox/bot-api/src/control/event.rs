//! What the event stream tells.

use serde::Serialize;
use serde_json::Value;

use crate::log::Outcome;
use crate::world::ChatMessage;

/// Something changed.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A new message, by a person or a bot.
    Message {
        /// Whose world it happened in.
        bot: i64,
        /// The chat.
        chat: i64,
        /// The message.
        message: Box<ChatMessage>,
    },
    /// A message has changed.
    Edited {
        /// Whose world it happened in.
        bot: i64,
        /// The chat.
        chat: i64,
        /// As it is now, with its earlier versions.
        message: Box<ChatMessage>,
    },
    /// A message is gone.
    Deleted {
        /// Whose world it happened in.
        bot: i64,
        /// The chat.
        chat: i64,
        /// The message.
        message_id: i64,
    },
    /// A bot answered a tap.
    Answered {
        /// The bot.
        bot: i64,
        /// The tap.
        callback_query_id: String,
        /// `text`, `show_alert`, `url`, `cache_time`.
        answer: Value,
    },
    /// A chat, its members or its topics have changed.
    Chat {
        /// The chat.
        chat: i64,
    },
    /// A bot called a method.
    Request {
        /// The bot.
        bot: i64,
        /// The method, in the documentation's spelling.
        method: &'static str,
        /// The chat it was about.
        chat: Option<i64>,
        /// What became of it.
        outcome: Outcome,
    },
}
