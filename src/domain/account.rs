//! An account: a person on the platform, and how they want to be told.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::language::Language;

/// Everything kept about an account: its link, language, time and preferences.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The platform's id of the person: the JWT's `sub`.
    pub account: String,
    /// What the person calls the account; shown in the chat.
    pub account_name: String,
    /// Already masked ("m•••a@example.com"): the whole address is never stored.
    pub account_email_masked: Option<String>,
    /// The one private chat notifications go to; `None` when not linked.
    pub chat_id: Option<i64>,
    /// False while the chat can't be reached; see [`Settings::disabled`].
    pub enabled: bool,
    /// Why and since when nothing is sent, where that is so.
    pub disabled: Option<Disabled>,
    /// The language the person chose; otherwise Telegram's tells.
    pub chosen_language: Option<Language>,
    /// The language of the person's Telegram app.
    pub telegram_language: Option<Language>,
    /// The person's zone; `None` while unknown.
    pub zone: Option<Tz>,
    /// The daily summary.
    pub digest: Digest,
    /// How each kind of notification arrives.
    pub preferences: Preferences,
    /// The span of the day in which nothing but failures arrives; `None` is off.
    pub quiet_hours: Option<QuietHours>,
    /// When the present link was made.
    pub linked_at: Option<DateTime<Utc>>,
}

impl Settings {
    /// The language to write in: the chosen one, else Telegram's, else English.
    pub fn language(&self) -> Language {
        self.chosen_language.or(self.telegram_language).unwrap_or_default()
    }
}

/// Why an account's notifications don't reach a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// What happened.
    pub reason: DisabledReason,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// What took a link out of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// The person blocked the bot or deleted the chat.
    Blocked,
    /// Telegram says that the person's own account is gone.
    Deactivated,
    /// The bot may not write there: never started, removed, chat deleted.
    Unreachable,
    /// The person disconnected it, in the chat or on the web.
    Unlinked,
    /// The chat was connected to another account.
    ChatSwitched,
}

impl DisabledReason {
    const ALL: [Self; 5] =
        [Self::Blocked, Self::Deactivated, Self::Unreachable, Self::Unlinked, Self::ChatSwitched];

    /// As stored and as `GET /api/telegram/status` shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::Unreachable => "unreachable",
            Self::Unlinked => "unlinked",
            Self::ChatSwitched => "chat_switched",
        }
    }

    /// The reason stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// When the daily summary comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Whether it comes at all.
    pub enabled: bool,
    /// Minutes after local midnight, 0–1439.
    pub minute: u16,
    /// Whether it comes on days on which nothing happened.
    pub when_empty: bool,
}

/// How each kind of event arrives in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// `post.published`; silent unless the person says otherwise.
    pub published: Delivery,
    /// `post.failed`.
    pub failed: Delivery,
    /// `post.unconfirmed`.
    pub unconfirmed: Delivery,
    /// `automation.executed`.
    pub automation: Delivery,
    /// `announcement`.
    pub announcement: Delivery,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            published: Delivery::Silent,
            failed: Delivery::On,
            unconfirmed: Delivery::On,
            automation: Delivery::On,
            announcement: Delivery::On,
        }
    }
}

/// Whether a kind of notification makes a sound, comes quietly or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// With a sound.
    On,
    /// Without a sound.
    Silent,
    /// Not sent.
    Off,
}

impl Delivery {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Silent => "silent",
            Self::Off => "off",
        }
    }

    /// The choice stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::On, Self::Silent, Self::Off].into_iter().find(|delivery| delivery.as_str() == name)
    }
}

/// A span of the local day, which may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute after local midnight, 0–1439.
    pub from_minute: u16,
    /// First minute that is not quiet any more, 0–1439.
    pub until_minute: u16,
}

impl QuietHours {
    /// Whether this minute of the local day is quiet.
    pub fn cover(self, minute: u16) -> bool {
        let Self { from_minute: from, until_minute: until } = self;
        if from <= until { (from..until).contains(&minute) } else { minute >= from || minute < until }
    }
}

/// What a person changes about their settings at once; `None` leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// The language to write in.
    pub language: Option<Language>,
    /// Where they are.
    pub zone: Option<Tz>,
    /// Whether the digest comes.
    pub digest_enabled: Option<bool>,
    /// When, in minutes after local midnight, 0–1439.
    pub digest_minute: Option<u16>,
    /// Whether it comes on days on which nothing happened.
    pub digest_when_empty: Option<bool>,
}

/// What the bot asked in a chat and awaits the answer to in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which city or zone.
    Zone,
}

impl Question {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zone => "zone",
        }
    }

    /// The question stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Zone].into_iter().find(|question| question.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let quiet =
            |from_minute, until_minute, minute| QuietHours { from_minute, until_minute }.cover(minute);
        for (minute, expected) in
            [(1319, false), (1320, true), (1439, true), (0, true), (479, true), (480, false)]
        {
            assert_eq!(quiet(1320, 480, minute), expected, "{minute}");
        }
        for (minute, expected) in [(59, false), (60, true), (119, true), (120, false)] {
            assert_eq!(quiet(60, 120, minute), expected, "{minute}");
        }
        assert!(!quiet(60, 60, 60), "an empty span");
    }
}
