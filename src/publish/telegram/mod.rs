//! Posts to a Telegram channel or group.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use teloxide::types::{ChatId, Message, Recipient};
use tokio::time::Instant;

mod message;
mod reason;

use crate::clock::Clock;
use crate::config::{Channel, TelegramNetwork};
use crate::domain::post::{Outcome, Post, Reason};
use crate::health::{Health, Telegram};
use crate::telegram::{Answer, Api, Limits, Place, Refusal, RefusalClass, wait_until};
use reason::{no_media, reason};

/// How long is Telegram left alone that could not be reached? So late is its return noticed.
const OUTAGE_PAUSE: Duration = Duration::from_secs(5);

/// A Telegram channel or group that the bot posts to.
pub(super) struct TelegramChannel {
    api: Api,
    limits: Arc<Limits>,
    health: Health,
    timeout: Duration,
    network: TelegramNetwork,
    // A std mutex: held for a copy, never across an await.
    state: Mutex<State>,
}

struct State {
    /// Where to: the id that Telegram gave a group when it grew, else as configured.
    to: Recipient,
    /// Nothing goes out before.
    paused_until: Option<Instant>,
}

impl TelegramChannel {
    pub(super) fn new(
        network: &TelegramNetwork,
        api: Api,
        limits: Arc<Limits>,
        health: &Health,
        timeout: Duration,
    ) -> Self {
        let to = match &network.channel {
            Channel::Id(id) => Recipient::Id(ChatId(*id)),
            Channel::Named(name) => Recipient::ChannelUsername(format!("@{name}")),
        };
        let state = Mutex::new(State { to, paused_until: None });
        Self { api, limits, health: health.clone(), timeout, network: network.clone(), state }
    }

    /// Returns when the bot may post here.
    pub(super) async fn ready(&self) {
        self.health.until_telegram_takes_messages().await;
        let now = Instant::now();
        let paused_until = self.lock().paused_until.unwrap_or(now);
        tokio::time::sleep_until(paused_until.max(self.limits.ready_at(self.limits_key(), now))).await;
    }

    /// Reserves the next place and waits for it; false when the channel has to wait first.
    pub(super) async fn place(&self) -> bool {
        match self.limits.reserve(self.limits_key(), Instant::now()) {
            Place::At(at) => {
                wait_until(at).await;
                true
            }
            Place::NotBefore(_) => false,
        }
    }

    /// Posts, and says what became of it.
    pub(super) async fn send(&self, post: &Post, clock: &Clock) -> Outcome {
        let to = self.lock().to.clone();
        let sent = message::send(&self.api, to, post, &self.network, self.timeout).await;
        let Ok(answer) = sent else { return Outcome::Failed(no_media()) };
        match answer {
            Answer::Done(message) => Outcome::Published { url: message.as_ref().and_then(public_address) },
            Answer::NotSent(why) => {
                log::warn!(target: "TELEGRAM", "Telegram can't be reached, posts wait: {why}");
                self.lock().paused_until = Some(Instant::now() + OUTAGE_PAUSE);
                Outcome::PutBack { due_at: None }
            }
            Answer::Unknown(why) => {
                log::warn!(target: "TELEGRAM", "post {}: no answer to rely on: {why}", post.id);
                Outcome::Unconfirmed(Reason::new(
                    "Telegram did not confirm the post",
                    "Look into the channel. If the post is not there, publish it again",
                ))
            }
            Answer::Refused(refusal) => self.refused(refusal, clock),
        }
    }

    fn refused(&self, refusal: Refusal, clock: &Clock) -> Outcome {
        match refusal.class() {
            RefusalClass::Wait(wait) => {
                let now = Instant::now();
                self.limits.pause_chat(self.limits_key(), now + wait, now);
                // In the row as well, so that the wait outlives this process.
                let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(1));
                Outcome::PutBack { due_at: Some(clock.now() + wait) }
            }
            RefusalClass::TokenRefused => {
                if self.health.set_telegram(Telegram::TokenRefused) {
                    log::error!(target: "TELEGRAM", "Telegram refuses the bot token: posts wait");
                }
                Outcome::PutBack { due_at: None }
            }
            RefusalClass::Migrated(to) => {
                log::warn!(target: "TELEGRAM", "a group of the settings has a new id: set its network's `chat` to {to}");
                self.lock().to = Recipient::Id(ChatId(to));
                Outcome::PutBack { due_at: None }
            }
            _ => {
                log::warn!(target: "TELEGRAM", "a post is refused: {} {}", refusal.code, refusal.description);
                Outcome::Failed(reason(&refusal))
            }
        }
    }

    /// Under which chat the limits count this one. A public name has no id until Telegram answers, so it counts under
    /// one of its own, negative like every channel's.
    fn limits_key(&self) -> i64 {
        match &self.lock().to {
            Recipient::Id(id) => id.0,
            Recipient::ChannelUsername(name) => {
                let mut hasher = DefaultHasher::new();
                name.to_lowercase().hash(&mut hasher);
                -i64::try_from(hasher.finish() >> 1).unwrap_or(i64::MAX).max(1)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where everybody can see the message: only chats with a public name have such an address.
fn public_address(message: &Message) -> Option<String> {
    Some(format!("https://t.me/{}/{}", message.chat.username()?, message.id.0))
}
