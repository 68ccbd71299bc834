//! What an app's screen needs beyond messages: the bot's face, who is in which chat, and news as it comes.

use serde::Serialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::api::BotApi;
use crate::control::Event;
use crate::people::Person;
use crate::rooms::Room;
use crate::wire::{Chat, User};
use crate::world::Standing;

/// How a bot presents itself to somebody who uses Telegram in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Its id and username; its name is [`Self::name`].
    pub user: User,
    /// Its name on top of the chat.
    pub name: String,
    /// "What can this bot do?": shown in a chat that has no messages yet.
    pub description: String,
    /// Shown on its page.
    pub short_description: String,
}

/// Where a bot stands in a chat, as the chat's people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BotStanding {
    /// The person never pressed Start; the bot was never in the group.
    Stranger,
    /// It may write.
    Inside,
    /// Blocked by the person, or not in the group any more.
    Out,
}

/// A chat in somebody's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatInList {
    /// The chat.
    pub chat: Chat,
    /// How many people are in it.
    pub people: usize,
    /// Where the bot stands in it.
    pub bot: BotStanding,
    /// Whether this person made it.
    pub is_creator: bool,
    /// Its topics, the oldest first; the General one has no entry.
    pub topics: Vec<TopicInList>,
}

/// A topic of a forum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TopicInList {
    /// Its thread id.
    pub id: i64,
    /// What it is called.
    pub name: String,
}

/// What happens from the moment it was asked for.
#[derive(Debug)]
pub struct News(broadcast::Receiver<Event>);

impl News {
    /// The next thing that happened; `Err` with the number of things that were missed by listening too slowly.
    ///
    /// # Errors
    /// Some were missed: look at everything again.
    pub async fn next(&mut self) -> Option<Result<Event, u64>> {
        match self.0.recv().await {
            Ok(event) => Some(Ok(event)),
            Err(RecvError::Lagged(missed)) => Some(Err(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}

impl BotApi {
    /// Everything that happens from now on, in all chats and of all bots.
    pub fn news(&self) -> News {
        News(self.shared.listen())
    }

    /// How this handle's bot presents itself in `language`, falling back to its texts for every other language.
    pub fn profile(&self, language: &str) -> Option<Profile> {
        let world = self.shared.world();
        let bot = world.bots.get(&self.bot)?;
        let text = |texts: &std::collections::BTreeMap<String, String>| {
            texts.get(language).or_else(|| texts.get("")).cloned()
        };
        Some(Profile {
            name: text(&bot.profile.names).unwrap_or_else(|| bot.user.first_name.clone()),
            description: text(&bot.profile.descriptions).unwrap_or_default(),
            short_description: text(&bot.profile.short_descriptions).unwrap_or_default(),
            user: bot.user.clone(),
        })
    }

    /// A public group or channel by its username, without `@`.
    pub fn room_named(&self, username: &str) -> Option<Room> {
        let id = self.shared.world().chat_named(username)?;
        self.room(id)
    }
}

impl Person {
    /// Their chats: the private one with the bot first, then the groups and channels they are in.
    pub fn chats(&self) -> Vec<ChatInList> {
        let world = self.api.shared.world();
        let Some(account) = world.people.get(&self.id()) else { return Vec::new() };
        let private = world.chat(self.api.bot, self.id());
        let mut chats = vec![ChatInList {
            chat: Chat::private(&account.user),
            people: 1,
            bot: seen(private.map(|chat| chat.standing(self.api.bot)).unwrap_or_default()),
            is_creator: false,
            topics: Vec::new(),
        }];
        let rooms = world.chats.values().filter(|room| room.people.contains(&self.id()));
        let mut rooms: Vec<ChatInList> = rooms
            .map(|room| ChatInList {
                chat: room.chat.clone(),
                people: room.people.len(),
                bot: seen(room.standing(self.api.bot)),
                is_creator: room.creator == Some(self.id()),
                topics: room
                    .topics
                    .iter()
                    .map(|(id, topic)| TopicInList { id: *id, name: topic.name.clone() })
                    .collect(),
            })
            .collect();
        // The newest room has the lowest id.
        rooms.sort_by_key(|room| std::cmp::Reverse(room.chat.id));
        chats.append(&mut rooms);
        chats
    }
}

fn seen(standing: Standing) -> BotStanding {
    match standing {
        Standing::Stranger => BotStanding::Stranger,
        Standing::Member | Standing::Helper | Standing::Administrator => BotStanding::Inside,
        Standing::Left | Standing::Kicked => BotStanding::Out,
    }
}
