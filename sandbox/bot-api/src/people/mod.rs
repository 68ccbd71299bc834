//! People: what they type, tap, block.

mod standing;
mod tapping;
mod writing;

pub use tapping::{Tap, TapAnswer};
pub(crate) use writing::typed;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::BotApi;
use crate::clock;
use crate::control::Event;
use crate::text::utf16_len;
use crate::watching::NotSeen;
use crate::wire::{Chat, User};
use crate::world::{ChatMessage, Person as Account, World};

/// How long the convenient waits of [`Person`] last.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that can't be done in Telegram's apps either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionError(pub(crate) String);

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ActionError {}

impl From<NotSeen> for ActionError {
    fn from(error: NotSeen) -> Self {
        Self(error.to_string())
    }
}

pub(crate) fn cannot<T>(words: impl Into<String>) -> Result<T, ActionError> {
    Err(ActionError(words.into()))
}

/// Somebody to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Telegram's number for them, positive.
    pub id: i64,
    /// Their name.
    pub first_name: String,
    /// Their other name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Without the `@`.
    #[serde(default)]
    pub username: Option<String>,
    /// Language of their app.
    #[serde(default)]
    pub language_code: Option<String>,
}

impl NewPerson {
    /// Somebody with an English app and no username.
    pub fn new(id: i64, first_name: &str) -> Self {
        let language_code = Some("en".to_owned());
        Self { id, first_name: first_name.to_owned(), last_name: None, username: None, language_code }
    }

    /// Sets the username, without `@`.
    #[must_use]
    pub fn username(mut self, username: &str) -> Self {
        self.username = Some(username.to_owned());
        self
    }

    /// Sets the app's language, such as `ko`.
    #[must_use]
    pub fn language(mut self, code: &str) -> Self {
        self.language_code = Some(code.to_owned());
        self
    }
}

/// A person with the app in hand, in the private chat with the bot of the [`BotApi`] they came from.
#[derive(Clone, Debug)]
pub struct Person {
    pub(crate) api: BotApi,
    id: i64,
}

impl BotApi {
    /// Somebody new, or somebody known with new names.
    pub fn person(&self, person: NewPerson) -> Person {
        let NewPerson { id, first_name, last_name, username, language_code } = person;
        let user = User { id, is_bot: false, first_name, last_name, username, language_code };
        let mut world = self.shared.world();
        let known = world.people.get(&id).map(|known| known.deactivated);
        let deactivated = known.unwrap_or_default();
        // Who is new has no chat yet; to look through all of them costs a crowd dear.
        if known.is_some() {
            let chat = Chat::private(&user);
            for conversation in world.chats.values_mut().filter(|conversation| conversation.chat.id == id) {
                conversation.chat = chat.clone();
            }
        }
        world.people.insert(id, Account { user, deactivated });
        drop(world);
        self.shared.touch();
        Person { api: self.clone(), id }
    }

    /// Somebody known.
    pub fn known_person(&self, id: i64) -> Option<Person> {
        self.shared.world().people.contains_key(&id).then(|| Person { api: self.clone(), id })
    }
}

impl Person {
    /// Their id, which is also the id of their private chat with the bot.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Types a text to the bot; gives the message's id.
    ///
    /// # Errors
    /// They blocked the bot, or their account is gone.
    pub fn says(&self, text: &str) -> Result<i64, ActionError> {
        self.says_in(self.id, None, text)
    }

    /// Opens `https://t.me/<bot>?start=<payload>`: `/start <payload>`, or `/start` without one.
    ///
    /// # Errors
    /// The payload is none that a deep link can carry (1–64 of `A-Za-z0-9_-`), or as [`Self::says`].
    pub fn starts(&self, payload: &str) -> Result<i64, ActionError> {
        let fits =
            payload.len() <= 64 && payload.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        if !fits {
            return cannot("Telegram drops such a start payload: at most 64 of A-Z a-z 0-9 _ -");
        }
        if payload.is_empty() { self.says("/start") } else { self.says(&format!("/start {payload}")) }
    }

    /// Types a text in a group or channel, or in one of its topics.
    ///
    /// # Errors
    /// They are not in it, or may not write there.
    pub fn says_in(&self, chat: i64, topic: Option<i64>, text: &str) -> Result<i64, ActionError> {
        if text.trim().is_empty() || utf16_len(text) > crate::text::MAX_TEXT {
            return cannot("the app sends 1 to 4096 characters");
        }
        self.api.write(self.id, chat, |message| {
            message.message_thread_id = topic;
            message.is_topic_message = topic.is_some();
            typed(message, text);
        })
    }

    /// Sends any other kind of message to the bot, given by its fields: `{"location": {…}}`.
    ///
    /// # Errors
    /// As [`Self::says`].
    pub fn sends(&self, fields: Map<String, Value>) -> Result<i64, ActionError> {
        self.sends_in(self.id, fields)
    }

    /// Sends any kind of message to a group or channel, given by its fields.
    ///
    /// # Errors
    /// As [`Self::says_in`].
    pub fn sends_in(&self, chat: i64, fields: Map<String, Value>) -> Result<i64, ActionError> {
        self.api.write(self.id, chat, |message| message.other = fields)
    }

    /// Changes a text they sent to the bot before.
    ///
    /// # Errors
    /// There is no such message of theirs.
    pub fn edits(&self, message_id: i64, text: &str) -> Result<(), ActionError> {
        let (api, key) = (&self.api, World::key(self.api.bot, self.id));
        let mut world = api.shared.world();
        let found = world.chats.get_mut(&key).and_then(|chat| chat.message_mut(message_id));
        let Some(kept) = found.filter(|kept| !kept.by_bot) else {
            return cannot(format!("{} has no message {message_id} to edit", self.id));
        };
        kept.keep_version(api.shared.elapsed());
        typed(&mut kept.message, text);
        kept.message.edit_date = Some(clock::unix_seconds());
        let message = kept.message.clone();
        let event = api.shared.copy_for_listeners(kept);
        api.tell_bots(&mut world, key, "edited_message", &message);
        drop(world);
        if let Some(message) = event {
            api.shared.emit(|| Event::Edited { bot: api.bot, chat: self.id, message });
        }
        api.shared.touch();
        Ok(())
    }

    /// All messages of their private chat with the bot, oldest first.
    pub fn messages(&self) -> Vec<ChatMessage> {
        self.api.messages(self.id)
    }

    /// The bot's last message to them.
    pub fn last_message(&self) -> Option<ChatMessage> {
        self.api.sent(self.id).pop()
    }

    /// Waits up to ten seconds for a message of the bot that contains `words`.
    ///
    /// # Errors
    /// None came; the error lists what did.
    pub async fn sees(&self, words: &str) -> Result<ChatMessage, NotSeen> {
        self.api.wait_for_message(self.id, |message| message.text().contains(words), PATIENCE).await
    }
}
