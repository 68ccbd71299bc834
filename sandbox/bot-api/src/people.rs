//! People: what they type, tap, block.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::BotApi;
use crate::clock;
use crate::control::Event;
use crate::text::{Formatted, add_found, utf16_len};
use crate::watching::NotSeen;
use crate::wire::{Button, CallbackQuery, ChatKind, ChatMember, ChatMemberUpdated, Message, User};
use crate::world::{Callback, ChatMessage, Person as Account, Standing, World};

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

/// What a bot answered to a tap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapAnswer {
    /// Shown on top of the chat, or in a window; may be empty.
    pub text: String,
    /// Whether it is a window to be closed.
    pub show_alert: bool,
    /// Opened by the app.
    pub url: Option<String>,
    /// Seconds the app may reuse the answer.
    pub cache_time: i64,
}

/// A tap on its way to the bot.
#[derive(Clone, Debug)]
pub struct Tap {
    api: BotApi,
    bot: i64,
    /// `callback_query.id`.
    pub callback_query_id: String,
}

impl Tap {
    /// Waits for what the bot answers.
    ///
    /// # Errors
    /// It answered nothing in time: the button keeps its progress wheel.
    pub async fn answer(&self, limit: Duration) -> Result<TapAnswer, NotSeen> {
        let found = self.api.wait_in_world(limit, |world| {
            let callback = world.bots.get(&self.bot)?.callbacks.get(&self.callback_query_id)?;
            serde_json::from_value(callback.answer.clone()?).ok()
        });
        found
            .await
            .ok_or_else(|| NotSeen { waited: limit, instead: vec!["the tap was not answered".to_owned()] })
    }
}

impl BotApi {
    /// Somebody new, or somebody known with new names.
    pub fn person(&self, person: NewPerson) -> Person {
        let NewPerson { id, first_name, last_name, username, language_code } = person;
        let user = User { id, is_bot: false, first_name, last_name, username, language_code };
        let mut world = self.shared.world();
        let chat = crate::wire::Chat::private(&user);
        for conversation in world.chats.values_mut().filter(|conversation| conversation.chat.id == id) {
            conversation.chat = chat.clone();
        }
        let deactivated = world.people.get(&id).is_some_and(|known| known.deactivated);
        world.people.insert(id, Account { user, deactivated });
        drop(world);
        self.shared.touch();
        Person { api: self.clone(), id }
    }

    /// Somebody known.
    pub fn known_person(&self, id: i64) -> Option<Person> {
        self.shared.world().people.contains_key(&id).then(|| Person { api: self.clone(), id })
    }

    /// Puts a person's message into a chat and tells the bots in it.
    pub(crate) fn write(
        &self,
        person: i64,
        chat: i64,
        fill: impl FnOnce(&mut Message),
    ) -> Result<i64, ActionError> {
        let mut world = self.shared.world();
        let user = active_user(&world, person)?;
        if chat > 0 {
            enter_private_chat(&mut world, self.bot, &user, chat)?;
        } else {
            check_may_write(&world, person, chat)?;
        }
        let key = World::key(self.bot, chat);
        let message_id = world.next_message_id(key);
        let Some(conversation) = world.chats.get_mut(&key) else { return cannot(format!("no chat {chat}")) };
        let mut message = Message::empty(message_id, conversation.chat.clone(), clock::unix_seconds());
        let is_channel = conversation.chat.kind == ChatKind::Channel;
        if is_channel {
            message.sender_chat = Some(conversation.chat.clone());
        } else {
            message.from = Some(user);
        }
        fill(&mut message);
        let kept = ChatMessage::new(message.clone(), false, self.shared.elapsed());
        let event = self.shared.copy_for_listeners(&kept);
        conversation.add(kept, self.shared.options.messages_per_chat);
        let kind = if is_channel { "channel_post" } else { "message" };
        self.tell_bots(&mut world, key, kind, &message);
        drop(world);
        if let Some(message) = event {
            self.shared.emit(|| Event::Message { bot: self.bot, chat, message });
        }
        self.shared.touch();
        Ok(message_id)
    }

    /// Queues an update for each bot in a chat.
    pub(crate) fn tell_bots(&self, world: &mut World, key: (i64, i64), kind: &str, payload: &impl Serialize) {
        let bots: Vec<i64> = match world.chats.get(&key) {
            Some(chat) => {
                chat.bots.iter().filter(|(_, standing)| standing.is_inside()).map(|(id, _)| *id).collect()
            }
            None => Vec::new(),
        };
        for bot in bots {
            self.shared.queue(world, bot, kind, payload, key.1);
        }
    }
}

fn active_user(world: &World, person: i64) -> Result<User, ActionError> {
    match world.people.get(&person) {
        None => cannot(format!("nobody has the id {person}")),
        Some(account) if account.deactivated => cannot(format!("the account of {person} is gone")),
        Some(account) => Ok(account.user.clone()),
    }
}

/// Writing opens a private chat, as the Start button does; a blocked bot must be unblocked first.
fn enter_private_chat(world: &mut World, bot: i64, user: &User, chat: i64) -> Result<(), ActionError> {
    if chat != user.id {
        return cannot(format!("{} can't write in the private chat of {chat}", user.id));
    }
    let conversation = world.private_chat(bot, user);
    if conversation.standing(bot) == Standing::Kicked {
        return cannot(format!("{} has blocked the bot and must unblock it before writing", user.id));
    }
    conversation.bots.insert(bot, Standing::Member);
    Ok(())
}

fn check_may_write(world: &World, person: i64, chat: i64) -> Result<(), ActionError> {
    let Some(conversation) = world.chat(0, chat) else { return cannot(format!("no chat {chat}")) };
    if conversation.migrated_to.is_some() {
        return cannot(format!("the group {chat} has become a supergroup"));
    }
    let is_channel = conversation.chat.kind == ChatKind::Channel;
    if is_channel && conversation.creator != Some(person) {
        return cannot(format!("only its creator can post in the channel {chat}"));
    }
    if !conversation.people.contains(&person) {
        return cannot(format!("{person} is not in the chat {chat}"));
    }
    Ok(())
}

/// Text as a person types it: no parse mode, found commands and links only.
pub(crate) fn typed(message: &mut Message, text: &str) {
    let mut formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
    add_found(&mut formatted);
    message.text = Some(formatted.text);
    message.entities = formatted.entities;
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

    /// Taps the button whose label contains `label`, under a message of their private chat, and waits for the answer.
    ///
    /// # Errors
    /// No such button, a link button, or no answer within ten seconds.
    pub async fn taps(&self, message_id: i64, label: &str) -> Result<TapAnswer, ActionError> {
        Ok(self.tap(self.id, message_id, label)?.answer(PATIENCE).await?)
    }

    /// Taps a button in any chat, without waiting for the answer.
    ///
    /// # Errors
    /// No such button, or a link button.
    pub fn tap(&self, chat: i64, message_id: i64, label: &str) -> Result<Tap, ActionError> {
        let button = self.find_button(chat, message_id, |button| button.text.contains(label))?;
        match button.and_then(|button| button.callback_data) {
            Some(data) => self.tap_data(chat, message_id, &data),
            None => cannot(format!("no button {label:?} that can be tapped under message {message_id}")),
        }
    }

    fn find_button(
        &self,
        chat: i64,
        message_id: i64,
        wanted: impl Fn(&Button) -> bool,
    ) -> Result<Option<Button>, ActionError> {
        let Some(message) = self.api.message(chat, message_id) else {
            return cannot(format!("there is no message {message_id} in {chat}"));
        };
        Ok(message.buttons().into_iter().find(|button| wanted(button)).cloned())
    }

    /// Sends callback data, whether or not any button carries it: apps can be forged.
    ///
    /// # Errors
    /// There is no such message, or the person is gone or has blocked the bot.
    pub fn tap_data(&self, chat: i64, message_id: i64, data: &str) -> Result<Tap, ActionError> {
        let api = &self.api;
        let mut world = api.shared.world();
        let user = active_user(&world, self.id)?;
        let key = World::key(api.bot, chat);
        let found = world.chats.get(&key).and_then(|chat| chat.message(message_id));
        let Some(message) = found.map(|kept| kept.message.clone()) else {
            return cannot(format!("there is no message {message_id} in {chat}"));
        };
        let blocked = world.chats.get(&key).is_some_and(|chat| chat.standing(api.bot) == Standing::Kicked);
        if blocked {
            return cannot("a blocked bot hears no taps");
        }
        let id = world.new_callback_id();
        // The bot whose message it is hears of the tap; in channels, this handle's.
        let from = message.from.as_ref().filter(|from| world.bots.contains_key(&from.id));
        let bot = from.map_or(api.bot, |from| from.id);
        let query = CallbackQuery {
            id: &id,
            from: &user,
            message: &message,
            chat_instance: (chat * 7919).to_string(),
            data,
        };
        api.shared.queue(&mut world, bot, "callback_query", &query, self.id);
        if let Some(bot) = world.bots.get_mut(&bot) {
            bot.callbacks.insert(id.clone(), Callback::default());
        }
        drop(world);
        api.shared.touch();
        Ok(Tap { api: api.clone(), bot, callback_query_id: id })
    }

    /// Blocks the bot ("Stop and block"): `my_chat_member` with `kicked`.
    ///
    /// # Errors
    /// There is no chat with the bot, or it is blocked already.
    pub fn blocks_bot(&self) -> Result<(), ActionError> {
        self.moves_bot(Standing::Member, Standing::Kicked)
    }

    /// Unblocks the bot: `my_chat_member` with `member`.
    ///
    /// # Errors
    /// It is not blocked.
    pub fn unblocks_bot(&self) -> Result<(), ActionError> {
        self.moves_bot(Standing::Kicked, Standing::Member)
    }

    fn moves_bot(&self, from: Standing, to: Standing) -> Result<(), ActionError> {
        let api = &self.api;
        let mut world = api.shared.world();
        let user = active_user(&world, self.id)?;
        let Some(conversation) = world.chat_mut(api.bot, self.id) else {
            return cannot(format!("{} has no chat with the bot", self.id));
        };
        if conversation.standing(api.bot) != from {
            return cannot(format!("the bot's standing with {} is not {from:?}", self.id));
        }
        conversation.bots.insert(api.bot, to);
        api.tell_standing(&mut world, self.id, &user, from, to);
        drop(world);
        api.shared.emit(|| Event::Chat { chat: self.id });
        api.shared.touch();
        Ok(())
    }

    /// Deletes their account: bots get 403 `user is deactivated` from now on.
    pub fn deactivates(&self) {
        if let Some(account) = self.api.shared.world().people.get_mut(&self.id) {
            account.deactivated = true;
        }
        self.api.shared.touch();
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

impl BotApi {
    /// `my_chat_member`: the bot's own standing has changed.
    pub(crate) fn tell_standing(
        &self,
        world: &mut World,
        chat: i64,
        by: &User,
        from: Standing,
        to: Standing,
    ) {
        let bot = world.bots.get(&self.bot).map(|bot| bot.user.clone());
        let place = world.chat(self.bot, chat).map(|conversation| conversation.chat.clone());
        let (Some(bot), Some(place)) = (bot, place) else { return };
        let change = ChatMemberUpdated {
            chat: &place,
            from: by,
            date: clock::unix_seconds(),
            old_chat_member: ChatMember { user: &bot, status: from.on_the_wire() },
            new_chat_member: ChatMember { user: &bot, status: to.on_the_wire() },
        };
        self.shared.queue(world, self.bot, "my_chat_member", &change, chat);
    }
}
