//! The world as Telegram knows it: bots, people, chats and what was said in them.
//!
//! Plain data behind one lock. Nothing here waits, sends or reads a clock; methods, people and the webhook act on it.

mod bot;
mod conversation;
mod seen;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub(crate) use bot::{Bot, Callback, Command, Profile, Webhook};
pub(crate) use conversation::{Conversation, Standing, Topic};
pub use seen::{ChatMessage, Edit, Photo};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::{Chat, Message, User};

/// A person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) user: User,
    /// The account is gone.
    pub(crate) deactivated: bool,
}

/// Which conversation: a private one belongs to one bot, all others are shared (bot id 0).
pub(crate) type ChatKey = (i64, i64);

/// Everything that outlives a restart.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) bots: BTreeMap<i64, Bot>,
    pub(crate) people: BTreeMap<i64, Person>,
    #[serde(with = "by_key")]
    pub(crate) chats: HashMap<ChatKey, Conversation>,
    /// Photos by their file id.
    #[serde(skip)]
    pub(crate) files: HashMap<String, Photo>,
    /// Videos by their file id, as the documentation's `Video`.
    #[serde(skip)]
    pub(crate) videos: HashMap<String, Value>,
    /// Groups made so far: the next one's id.
    groups_made: i64,
    files_made: u64,
    callbacks_made: u64,
}

impl World {
    /// The conversation a bot means by a chat id.
    pub(crate) fn key(bot: i64, chat: i64) -> ChatKey {
        if chat > 0 { (bot, chat) } else { (0, chat) }
    }

    pub(crate) fn chat(&self, bot: i64, chat: i64) -> Option<&Conversation> {
        self.chats.get(&Self::key(bot, chat))
    }

    pub(crate) fn chat_mut(&mut self, bot: i64, chat: i64) -> Option<&mut Conversation> {
        self.chats.get_mut(&Self::key(bot, chat))
    }

    /// The id of a public group or channel by its username, in any case.
    pub(crate) fn chat_named(&self, username: &str) -> Option<i64> {
        self.chats
            .values()
            .map(|conversation| &conversation.chat)
            .find(|chat| {
                chat.id < 0
                    && chat.username.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(username))
            })
            .map(|chat| chat.id)
    }

    /// A private chat comes into being when one side first speaks.
    pub(crate) fn private_chat(&mut self, bot: i64, person: &User) -> &mut Conversation {
        self.chats.entry((bot, person.id)).or_insert_with(|| Conversation::new(Chat::private(person)))
    }

    /// Ids of basic groups are small and negative; supergroups and channels begin with -100.
    pub(crate) fn new_chat_id(&mut self, basic_group: bool) -> i64 {
        self.groups_made += 1;
        if basic_group { -5_000_000 - self.groups_made } else { -1_001_000_000_000 - self.groups_made }
    }

    /// A file id nobody has.
    pub(crate) fn new_file_number(&mut self) -> u64 {
        self.files_made += 1;
        self.files_made
    }

    /// A callback query id nobody has; long numbers in a string, as Telegram's are.
    pub(crate) fn new_callback_id(&mut self) -> String {
        self.callbacks_made += 1;
        format!("{}", 4_242_000_000_000_000_000_u64 + self.callbacks_made)
    }

    /// The next message id of a conversation. All private chats of a bot share one sequence, because they are its
    /// account's; every other chat has its own.
    pub(crate) fn next_message_id(&mut self, key: ChatKey) -> i64 {
        let counter = if key.1 > 0 {
            self.bots.get_mut(&key.0).map(|bot| &mut bot.private_messages)
        } else {
            self.chats.get_mut(&key).map(|conversation| &mut conversation.messages_made)
        };
        counter.map_or(1, |counter| {
            *counter += 1;
            *counter
        })
    }

    /// A picture or video that a person sent can be sent again by its id.
    pub(crate) fn learn_files(&mut self, message: &Message) {
        let id = |file: &Value| Some(file.get("file_id")?.as_str()?.to_owned());
        if let Some(video) = message.other.get("video")
            && let Some(file_id) = id(video)
        {
            self.videos.insert(file_id, video.clone());
        }
        for size in message.other.get("photo").and_then(Value::as_array).into_iter().flatten() {
            let side =
                |name: &str| size.get(name).and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
            if let (Some(file_id), Some(width), Some(height)) = (id(size), side("width"), side("height")) {
                let photo = Photo { file_id, width, height, url: None, bytes: Arc::default() };
                self.files.insert(photo.file_id.clone(), photo);
            }
        }
    }

    /// What is kept beside the snapshot is put back after loading it.
    pub(crate) fn restore_files(&mut self) {
        let photos =
            self.chats.values().flat_map(Conversation::messages).filter_map(|message| message.photo.clone());
        self.files = photos.map(|photo| (photo.file_id.clone(), photo)).collect();
        let messages = self.chats.values().flat_map(Conversation::messages);
        let videos = messages.filter_map(|kept| kept.message.other.get("video"));
        let named =
            videos.filter_map(|video| Some((video.get("file_id")?.as_str()?.to_owned(), video.clone())));
        self.videos = named.collect();
    }
}

/// JSON objects have text for keys: chats are kept as a list of pairs instead.
mod by_key {
    use std::collections::HashMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{ChatKey, Conversation};

    pub(super) fn serialize<S: Serializer>(
        chats: &HashMap<ChatKey, Conversation>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(chats.iter())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<HashMap<ChatKey, Conversation>, D::Error> {
        Ok(Vec::<(ChatKey, Conversation)>::deserialize(deserializer)?.into_iter().collect())
    }
}
