//! An account: a person on the platform, and how they want to be told.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::event::EventKind;
use super::language::Language;
pub use super::quiet_hours::QuietHours;

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
    /// Until when nothing arrives at all but what the person asks for; may be past.
    pub muted_until: Option<DateTime<Utc>>,
    /// How long posts that went out are gathered, to be told by one message.
    pub batch_published: BatchWindow,
    /// How late, in minutes, a post may be and still go out by itself; `None`: as the service's settings say.
    pub late_posts_minutes: Option<u16>,
    /// Whether its notices go to groups, too.
    pub has_places: bool,
    /// When the present link was made.
    pub linked_at: Option<DateTime<Utc>>,
}

impl Settings {
    /// The language to write in: the chosen one, else Telegram's, else English.
    pub fn language(&self) -> Language {
        self.chosen_language.or(self.telegram_language).unwrap_or_default()
    }

    /// Until when the account is muted, where it is at `now`.
    pub fn muted_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.muted_until.filter(|until| *until > now)
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
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

impl Preferences {
    /// How events of `kind` arrive.
    pub fn of(&self, kind: EventKind) -> Delivery {
        match kind {
            EventKind::PostPublished => self.published,
            EventKind::PostFailed => self.failed,
            EventKind::PostUnconfirmed => self.unconfirmed,
            EventKind::AutomationExecuted => self.automation,
            EventKind::Announcement => self.announcement,
        }
    }
}

/// How long posts that went out are gathered before one message tells of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchWindow {
    /// Not at all: each is told on its own, at once.
    #[default]
    Off,
    /// A quarter of an hour.
    QuarterHour,
    /// An hour.
    Hour,
}

impl BatchWindow {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Off, Self::QuarterHour, Self::Hour];

    /// As stored and as the settings page names it; 0 is off.
    pub fn minutes(self) -> u16 {
        match self {
            Self::Off => 0,
            Self::QuarterHour => 15,
            Self::Hour => 60,
        }
    }

    /// The choice of so many minutes.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.minutes() == minutes)
    }
}

/// Whether a kind of notification makes a sound, comes quietly or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
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

    /// What a button that cycles through the choices sets next.
    pub fn next(self) -> Self {
        match self {
            Self::On => Self::Silent,
            Self::Silent => Self::Off,
            Self::Off => Self::On,
        }
    }

    /// The choice stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::On, Self::Silent, Self::Off].into_iter().find(|delivery| delivery.as_str() == name)
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
    /// How each kind of notification arrives.
    pub deliveries: DeliveryChange,
    /// When it is quiet; `Some(None)` switches quiet hours off.
    pub quiet_hours: Option<Option<QuietHours>>,
    /// Until when all is muted; `Some(None)` ends it.
    pub muted_until: Option<Option<DateTime<Utc>>>,
    /// How long posts that went out are gathered.
    pub batch_published: Option<BatchWindow>,
    /// How late a post may be and still go out by itself; `Some(None)`: as the service's settings say.
    pub late_posts_minutes: Option<Option<u16>>,
}

impl SettingsChange {
    /// Whether what is held back now is to be held by another rule afterwards.
    pub fn moves_what_is_held(&self) -> bool {
        // A digest near the end of quiet hours takes what they held.
        self.zone.is_some()
            || self.digest_enabled.is_some()
            || self.digest_minute.is_some()
            || self.quiet_hours.is_some()
            || self.muted_until.is_some()
            || self.batch_published.is_some()
    }
}

/// Which kinds of notification arrive differently from now on; `None` leaves one as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryChange {
    /// `post.published`.
    pub published: Option<Delivery>,
    /// `post.failed`.
    pub failed: Option<Delivery>,
    /// `post.unconfirmed`.
    pub unconfirmed: Option<Delivery>,
    /// `automation.executed`.
    pub automation: Option<Delivery>,
    /// `announcement`.
    pub announcement: Option<Delivery>,
}

impl DeliveryChange {
    /// Events of `kind` arrive so; the others as before.
    pub fn of(kind: EventKind, delivery: Delivery) -> Self {
        let (mut change, delivery) = (Self::default(), Some(delivery));
        match kind {
            EventKind::PostPublished => change.published = delivery,
            EventKind::PostFailed => change.failed = delivery,
            EventKind::PostUnconfirmed => change.unconfirmed = delivery,
            EventKind::AutomationExecuted => change.automation = delivery,
            EventKind::Announcement => change.announcement = delivery,
        }
        change
    }
}

/// What the bot asked in a chat and awaits the answer to in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which city or zone.
    Zone,
    /// When a scheduled post is to go out instead.
    NewTime {
        /// Which post.
        post: i64,
    },
}

impl Question {
    /// As stored.
    pub fn name(self) -> String {
        match self {
            Self::Zone => "zone".to_owned(),
            Self::NewTime { post } => format!("time:{post}"),
        }
    }

    /// The question stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once(':') {
            None if name == "zone" => Some(Self::Zone),
            Some(("time", post)) => post.parse().ok().map(|post| Self::NewTime { post }),
            _ => None,
        }
    }
}
