//! Who is up: Telegram, the database, the leadership; told by whoever finds out, read by whoever is asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::Instant;

/// What is known about the parts this process depends on. Cheap to clone; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Health {
    telegram: Arc<watch::Sender<Known>>,
    // A std mutex: held for a copy, never across an await.
    state: Arc<Mutex<State>>,
}

/// What is known about Telegram.
#[derive(Clone, Debug, Default)]
struct Known {
    telegram: Telegram,
    /// Whether the token's bot is the one that this database belongs to. Not part of `telegram`: a lost answer
    /// must not make a foreign bot look merely unreachable, and let it send.
    is_our_bot: bool,
}

#[derive(Debug, Default)]
struct State {
    bot_username: Option<String>,
    last_poll: Option<DateTime<Utc>>,
    /// `None` until it is decided for the first time.
    leadership: Option<Leadership>,
}

#[derive(Clone, Copy, Debug)]
enum Leadership {
    Until(Instant),
    Following,
}

/// How it stands with Telegram.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Telegram {
    /// No bot token: everything but Telegram works.
    #[default]
    NotConfigured,
    /// Not asked yet.
    Starting,
    /// The bot's token was accepted and the last call got through.
    Up,
    /// It does not answer.
    Unreachable,
    /// It does not know the token (401 or 404).
    TokenRefused,
    /// Another process polls with the same token, or a webhook is set (409).
    Conflict,
    /// It does not take the address that it is to bring updates to.
    WebhookRefused,
    /// The token belongs to another bot than this database.
    AnotherBot {
        /// The bot the links were made with.
        stored: i64,
        /// The bot of the token.
        found: i64,
    },
}

impl Known {
    /// Whether sending makes sense: an answerless Telegram may answer the next call, a wrong token won't.
    fn takes_messages(&self) -> bool {
        self.is_our_bot
            && matches!(
                self.telegram,
                Telegram::Up | Telegram::Unreachable | Telegram::Conflict | Telegram::WebhookRefused
            )
    }
}

impl Telegram {
    /// What [`Telegram::as_str`] may give.
    pub const NAMES: [&'static str; 8] = [
        "not_configured",
        "starting",
        "up",
        "unreachable",
        "token_refused",
        "conflict",
        "webhook_refused",
        "another_bot",
    ];

    /// As programs are told.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Unreachable => "unreachable",
            Self::TokenRefused => "token_refused",
            Self::Conflict => "conflict",
            Self::WebhookRefused => "webhook_refused",
            Self::AnotherBot { .. } => "another_bot",
        }
    }

    /// Why this is not ready, in words for the operator; `None` when it is.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::NotConfigured | Self::Up => None,
            Self::Starting => Some("Telegram was not reached yet".into()),
            Self::Unreachable => Some("Telegram does not answer".into()),
            Self::TokenRefused => Some("Telegram refuses the bot token: check TELEGRAM_BOT_TOKEN".into()),
            Self::Conflict => Some(
                "another process polls with this bot token, or a webhook is set: stop the other one".into(),
            ),
            Self::WebhookRefused => {
                Some("Telegram refuses the address for updates: check telegram.webhook_url".into())
            }
            Self::AnotherBot { stored, found } => Some(format!(
                "the links in this database belong to bot {stored}, the token to bot {found}: sending is paused. \
                 Correct TELEGRAM_BOT_TOKEN, or set SCHEDULER_TELEGRAM__ACCEPT_NEW_BOT={found}"
            )),
        }
    }
}

impl Health {
    /// How it stands with Telegram.
    pub fn telegram(&self) -> Telegram {
        self.telegram.borrow().telegram.clone()
    }

    /// Notes how it stands with Telegram; true when that is news.
    pub fn set_telegram(&self, telegram: Telegram) -> bool {
        self.telegram.send_if_modified(|known| {
            let news = known.telegram != telegram;
            known.telegram = telegram;
            news
        })
    }

    /// The same, and says so in the log when it is news: once, not at every try. `words` are what Telegram or the
    /// network said.
    pub fn note_telegram(&self, telegram: Telegram, words: &str) {
        if !self.set_telegram(telegram.clone()) {
            return;
        }
        match telegram.problem() {
            None => log::info!(target: "TELEGRAM", "Telegram answers: {words}"),
            Some(problem) => log::warn!(target: "TELEGRAM", "{problem}: {words}"),
        }
    }

    /// Notes that the bot of the token is `username`, and that this database belongs to it.
    pub fn signed_in(&self, username: String) {
        self.lock().bot_username = Some(username);
        self.telegram.send_modify(|known| *known = Known { telegram: Telegram::Up, is_our_bot: true });
    }

    /// Returns when messages may be sent: the token is accepted and belongs to this database's bot.
    pub async fn until_telegram_takes_messages(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.telegram.subscribe().wait_for(Known::takes_messages).await;
    }

    /// Returns when no messages may be sent any more.
    pub async fn until_telegram_takes_no_messages(&self) {
        // As above.
        let _ = self.telegram.subscribe().wait_for(|known| !known.takes_messages()).await;
    }

    /// The bot's name without the `@`, once known.
    pub fn bot_username(&self) -> Option<String> {
        self.lock().bot_username.clone()
    }

    /// When the last `getUpdates` was answered.
    pub fn last_poll(&self) -> Option<DateTime<Utc>> {
        self.lock().last_poll
    }

    /// Notes that a `getUpdates` was answered.
    pub fn polled(&self, now: DateTime<Utc>) {
        self.lock().last_poll = Some(now);
    }

    /// Whether this instance leads at this moment. A process that was frozen finds out by this that its lease is
    /// over, before anybody could tell it.
    pub fn leading(&self) -> bool {
        matches!(self.lock().leadership, Some(Leadership::Until(end)) if Instant::now() < end)
    }

    /// Whether it was decided once which instance leads.
    pub fn leader_known(&self) -> bool {
        self.lock().leadership.is_some()
    }

    /// Notes that this instance leads, until `end` unless it is told again.
    pub fn leads_until(&self, end: Instant) {
        self.lock().leadership = Some(Leadership::Until(end));
    }

    /// Notes that this instance does not lead.
    pub fn follows(&self) {
        self.lock().leadership = Some(Leadership::Following);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
