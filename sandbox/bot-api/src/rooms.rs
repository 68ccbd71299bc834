//! Groups, supergroups with topics, and channels: who is in them and what becomes of them.

use serde_json::{Map, Value, json};

use crate::api::BotApi;
use crate::clock;
use crate::control::Event;
use crate::people::{ActionError, Person, cannot};
use crate::wire::{Chat, ChatKind, Message, User};
use crate::world::{ChatMessage, Conversation, Standing, Topic, World};

/// A group, supergroup or channel, as its creator sees it.
#[derive(Clone, Debug)]
pub struct Room {
    api: BotApi,
    id: i64,
}

impl BotApi {
    /// A basic group with its creator in it and the bot not.
    pub fn group(&self, title: &str, creator: &Person) -> Room {
        self.make_room(ChatKind::Group, title, None, false, creator.id())
    }

    /// A supergroup, with topics if `forum`.
    pub fn supergroup(&self, title: &str, forum: bool, creator: &Person) -> Room {
        self.make_room(ChatKind::Supergroup, title, None, forum, creator.id())
    }

    /// A channel, public if it has a username (without `@`).
    pub fn channel(&self, title: &str, username: Option<&str>, creator: &Person) -> Room {
        self.make_room(ChatKind::Channel, title, username, false, creator.id())
    }

    pub(crate) fn make_room(
        &self,
        kind: ChatKind,
        title: &str,
        username: Option<&str>,
        is_forum: bool,
        creator: i64,
    ) -> Room {
        let mut world = self.shared.world();
        let id = world.new_chat_id(kind == ChatKind::Group);
        let chat = Chat {
            id,
            title: Some(title.to_owned()),
            username: username.map(ToOwned::to_owned),
            first_name: None,
            last_name: None,
            kind,
            is_forum,
        };
        let mut conversation = Conversation::new(chat);
        conversation.creator = Some(creator);
        conversation.people.insert(creator);
        // Message 1 is the chat's own creation: a forum's General topic has that id.
        conversation.messages_made = 1;
        world.chats.insert((0, id), conversation);
        drop(world);
        self.changed(id);
        Room { api: self.clone(), id }
    }

    /// A group, supergroup or channel that exists.
    pub fn room(&self, id: i64) -> Option<Room> {
        let exists = id < 0 && self.shared.world().chats.contains_key(&(0, id));
        exists.then(|| Room { api: self.clone(), id })
    }

    fn changed(&self, chat: i64) {
        self.shared.emit(|| Event::Chat { chat });
        self.shared.touch();
    }
}

impl Room {
    /// Its id, negative.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// All its messages, oldest first, service messages included.
    pub fn messages(&self) -> Vec<ChatMessage> {
        self.api.messages(self.id)
    }

    /// Somebody joins.
    pub fn add(&self, person: &Person) {
        if let Some(conversation) = self.api.shared.world().chats.get_mut(&(0, self.id)) {
            conversation.people.insert(person.id());
        }
        self.api.changed(self.id);
    }

    /// The creator makes a member an administrator, or an administrator a member again.
    ///
    /// # Errors
    /// They are not in here.
    pub fn promote(&self, person: &Person, to_administrator: bool) -> Result<(), ActionError> {
        let mut world = self.api.shared.world();
        let Some(conversation) = world.chats.get_mut(&(0, self.id)) else { return cannot("no such chat") };
        if !conversation.people.contains(&person.id()) {
            return cannot(format!("{} is not in the chat {}", person.id(), self.id));
        }
        if to_administrator {
            conversation.administrators.insert(person.id());
        } else {
            conversation.administrators.remove(&person.id());
        }
        drop(world);
        self.api.changed(self.id);
        Ok(())
    }

    /// Somebody opens `https://t.me/<bot>?startgroup=<payload>` and chooses this chat: the bot is added, where it is not
    /// in yet, and `/start@<bot> <payload>` is written in their name.
    ///
    /// # Errors
    /// They are not in here.
    pub fn opens_link(&self, person: &Person, payload: &str) -> Result<i64, ActionError> {
        let bot = {
            let world = self.api.shared.world();
            let inside =
                world.chats.get(&(0, self.id)).is_some_and(|it| it.standing(self.api.bot).is_inside());
            let username = world.bots.get(&self.api.bot).and_then(|bot| bot.user.username.clone());
            (inside, username.unwrap_or_default())
        };
        if !bot.0 {
            self.add_bot()?;
        }
        person.says_in(self.id, None, &format!("/start@{} {payload}", bot.1))
    }

    /// The creator adds the bot as an ordinary member.
    ///
    /// # Errors
    /// A channel takes bots as administrators only, or the bot is a member already.
    pub fn add_bot(&self) -> Result<(), ActionError> {
        self.set_bot(Standing::Member)
    }

    /// The creator makes the bot an administrator who may post, edit and delete.
    ///
    /// # Errors
    /// It is one already.
    pub fn make_bot_admin(&self) -> Result<(), ActionError> {
        self.set_bot(Standing::Administrator)
    }

    /// The creator lets the bot be an administrator, but takes the right to post away.
    ///
    /// # Errors
    /// It has that standing already.
    pub fn forbid_bot_to_post(&self) -> Result<(), ActionError> {
        self.set_bot(Standing::Helper)
    }

    /// The creator removes the bot: 403 `bot was kicked from the … chat`.
    ///
    /// # Errors
    /// It is not in here.
    pub fn remove_bot(&self) -> Result<(), ActionError> {
        self.set_bot(Standing::Kicked)
    }

    /// Gives the bot a standing and tells it with `my_chat_member`.
    pub(crate) fn set_bot(&self, to: Standing) -> Result<(), ActionError> {
        let mut world = self.api.shared.world();
        let by = self.creator(&world)?;
        let Some(conversation) = world.chats.get_mut(&(0, self.id)) else { return cannot("no such chat") };
        let from = conversation.standing(self.api.bot);
        if from == to {
            return cannot(format!("the bot's standing in {} is {to:?} already", self.id));
        }
        if to == Standing::Kicked && !from.is_inside() {
            return cannot(format!("the bot is not in {}", self.id));
        }
        if to == Standing::Member && conversation.chat.kind == ChatKind::Channel {
            return cannot("a channel takes bots as administrators only");
        }
        conversation.bots.insert(self.api.bot, to);
        self.api.tell_standing(&mut world, self.id, &by, from, to);
        drop(world);
        self.api.changed(self.id);
        Ok(())
    }

    fn creator(&self, world: &World) -> Result<User, ActionError> {
        let creator = world.chats.get(&(0, self.id)).and_then(|conversation| conversation.creator);
        let account = creator.and_then(|id| world.people.get(&id));
        account
            .map(|account| account.user.clone())
            .ok_or_else(|| ActionError(format!("{} has no creator", self.id)))
    }

    /// The group becomes a supergroup with a new id: service messages on both sides, errors on the old one.
    ///
    /// # Errors
    /// It is not a basic group, or has migrated already.
    pub fn migrates(&self) -> Result<Room, ActionError> {
        let mut world = self.api.shared.world();
        let by = self.creator(&world)?;
        let to = world.new_chat_id(false);
        let Some(old) = world.chats.get_mut(&(0, self.id)) else { return cannot("no such chat") };
        if old.chat.kind != ChatKind::Group || old.migrated_to.is_some() {
            return cannot(format!("{} is no basic group any more", self.id));
        }
        let mut new = Conversation::new(Chat { id: to, kind: ChatKind::Supergroup, ..old.chat.clone() });
        new.creator = old.creator;
        new.people.clone_from(&old.people);
        new.administrators.clone_from(&old.administrators);
        new.bots.clone_from(&old.bots);
        old.migrated_to = Some(to);
        world.chats.insert((0, to), new);
        self.service_message(&mut world, self.id, &by, "migrate_to_chat_id", json!(to));
        self.service_message(&mut world, to, &by, "migrate_from_chat_id", json!(self.id));
        drop(world);
        self.api.changed(self.id);
        self.api.changed(to);
        Ok(Room { api: self.api.clone(), id: to })
    }

    /// A message that Telegram itself writes, with one field.
    fn service_message(&self, world: &mut World, chat: i64, by: &User, field: &str, value: Value) {
        let key = (0, chat);
        let message_id = world.next_message_id(key);
        let Some(conversation) = world.chats.get_mut(&key) else { return };
        let mut message = Message::empty(message_id, conversation.chat.clone(), clock::unix_seconds());
        message.from = Some(by.clone());
        message.other = Map::from_iter([(field.to_owned(), value)]);
        let kept = ChatMessage::new(message.clone(), false, self.api.shared.elapsed());
        conversation.add(kept, self.api.shared.options.messages_per_chat);
        self.api.tell_bots(world, key, "message", &message);
    }

    /// Opens a topic; gives its thread id.
    ///
    /// # Errors
    /// The chat has no topics.
    pub fn add_topic(&self, name: &str) -> Result<i64, ActionError> {
        let mut world = self.api.shared.world();
        let by = self.creator(&world)?;
        let forum = world.chats.get(&(0, self.id)).is_some_and(|conversation| conversation.chat.is_forum);
        if !forum {
            return cannot(format!("{} has no topics", self.id));
        }
        let value = json!({ "name": name, "icon_color": 7_322_096 });
        self.service_message(&mut world, self.id, &by, "forum_topic_created", value);
        let Some(conversation) = world.chats.get_mut(&(0, self.id)) else { return cannot("no such chat") };
        // A topic is named by the message that opened it.
        let thread = conversation.messages_made;
        conversation.topics.insert(thread, Topic { name: name.to_owned(), closed: false });
        drop(world);
        self.api.changed(self.id);
        Ok(thread)
    }

    /// Closes (or opens again) a topic: 400 `TOPIC_CLOSED`.
    ///
    /// # Errors
    /// There is no such topic.
    pub fn close_topic(&self, thread: i64, closed: bool) -> Result<(), ActionError> {
        let mut world = self.api.shared.world();
        let topic = world.chats.get_mut(&(0, self.id)).and_then(|chat| chat.topics.get_mut(&thread));
        let Some(topic) = topic else { return cannot(format!("{} has no topic {thread}", self.id)) };
        topic.closed = closed;
        drop(world);
        self.api.changed(self.id);
        Ok(())
    }

    /// Deletes a topic: 400 `message thread not found`.
    ///
    /// # Errors
    /// There is no such topic.
    pub fn delete_topic(&self, thread: i64) -> Result<(), ActionError> {
        let mut world = self.api.shared.world();
        let removed = world.chats.get_mut(&(0, self.id)).and_then(|chat| chat.topics.remove(&thread));
        drop(world);
        self.api.changed(self.id);
        if removed.is_some() { Ok(()) } else { cannot(format!("{} has no topic {thread}", self.id)) }
    }
}
