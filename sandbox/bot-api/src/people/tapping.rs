//! Taps on buttons, and what the bot answers to them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::writing::active_user;
use super::{ActionError, PATIENCE, Person, cannot};
use crate::api::BotApi;
use crate::watching::NotSeen;
use crate::wire::{Button, CallbackQuery};
use crate::world::{Callback, Standing, World};

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

impl Person {
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
}
