//! Posts to a Telegram channel or group.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use teloxide::payloads::{SendMessage, SendPhoto, SendPhotoSetters as _};
use teloxide::types::{ChatId, InputFile, Message, Recipient};
use tokio::time::Instant;
use url::Url;

use crate::clock::Clock;
use crate::config::Channel;
use crate::domain::failure_code::FailureCode;
use crate::domain::post::{Outcome, Post, Reason};
use crate::health::{Health, Telegram};
use crate::telegram::{Answer, Api, Limits, Place, Refusal, RefusalClass, wait_until};

/// How long is Telegram left alone that could not be reached? So late is its return noticed.
const OUTAGE_PAUSE: Duration = Duration::from_secs(5);

/// A Telegram channel or group that the bot posts to.
pub(super) struct TelegramChannel {
    api: Api,
    limits: Arc<Limits>,
    health: Health,
    timeout: Duration,
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
        channel: &Channel,
        api: Api,
        limits: Arc<Limits>,
        health: &Health,
        timeout: Duration,
    ) -> Self {
        let to = match channel {
            Channel::Id(id) => Recipient::Id(ChatId(*id)),
            Channel::Named(name) => Recipient::ChannelUsername(format!("@{name}")),
        };
        let state = Mutex::new(State { to, paused_until: None });
        Self { api, limits, health: health.clone(), timeout, state }
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
        let answer = match &post.media_url {
            None => self.api.call(&SendMessage::new(to, &post.text), self.timeout).await,
            Some(url) => match Url::parse(url) {
                Ok(url) => {
                    let photo = SendPhoto::new(to, InputFile::url(url)).caption(&post.text);
                    self.api.call(&photo, self.timeout).await
                }
                Err(_) => return Outcome::Failed(no_media()),
            },
        };
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

fn no_media() -> Reason {
    Reason::new(
        "Telegram could not fetch the picture",
        "Check that its address opens in a browser, then retry",
    )
    .of_class(FailureCode::MediaUnreachable)
}

/// Telegram's refusal in words for the author.
fn reason(refusal: &Refusal) -> Reason {
    let words = refusal.description.to_lowercase();
    let says = |what: &[&str]| what.iter().any(|what| words.contains(what));
    if says(&[
        "wrong http url",
        "failed to get http url",
        "wrong type of the web page",
        "webpage_",
        "wrong remote file",
    ]) {
        return no_media();
    }
    if says(&[
        "image_process_failed",
        "photo_invalid_dimensions",
        "photo_ext_invalid",
        "photo_save_file_invalid",
    ]) {
        return Reason::new("Telegram can't show the picture", "Use a JPEG or PNG of up to 5 MB, then retry")
            .of_class(FailureCode::MediaRejected);
    }
    if says(&["chat not found", "peer_id_invalid"]) {
        return Reason::new(
            "Telegram does not know the channel",
            "Check the channel's name in the settings and add the bot to the channel as an administrator, then retry",
        )
        .of_class(FailureCode::ChannelNotFound);
    }
    match refusal.class() {
        RefusalClass::Gone(_) | RefusalClass::MaybeGone | RefusalClass::Mendable => Reason::new(
            "The bot may not post in the channel",
            "Make the bot an administrator of the channel with the right to post, then retry",
        )
        .of_class(FailureCode::BotNotAdmin),
        RefusalClass::Unsendable => Reason::new(
            "Telegram does not take this text",
            "Shorten or change the text and schedule it again",
        )
        .of_class(match says(&["too long"]) {
            true => FailureCode::TextTooLong,
            false => FailureCode::TextRejected,
        }),
        _ => Reason::new(
            "Telegram refused the post",
            "Check the channel and the post, then retry. If it fails again, ask whoever runs the service",
        )
        .of_class(FailureCode::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: u16, description: &str) -> Refusal {
        Refusal { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    #[test]
    fn every_refusal_is_told_with_a_fix_and_without_telegrams_words() {
        for (code, words, fix) in [
            (400, "Bad Request: failed to get HTTP URL content", "opens in a browser"),
            (400, "Bad Request: wrong HTTP URL specified", "opens in a browser"),
            (400, "Bad Request: IMAGE_PROCESS_FAILED", "JPEG or PNG"),
            (400, "Bad Request: chat not found", "name in the settings"),
            (403, "Forbidden: bot is not a member of the channel chat", "administrator"),
            (403, "Forbidden: bot was kicked from the channel chat", "administrator"),
            (400, "Bad Request: need administrator rights in the channel chat", "administrator"),
            (400, "Bad Request: message is too long", "Shorten"),
            (400, "Bad Request: SOMETHING_NEW", "whoever runs the service"),
        ] {
            let reason = reason(&refusal(code, words));
            assert!(reason.fix.contains(fix), "{words}: {reason:?}");
            assert!(!reason.error.contains("Request") && !reason.error.contains('_'), "{reason:?}");
        }
    }
}
