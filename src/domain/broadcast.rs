//! A broadcast: one text that an admin has everybody told.

use chrono::TimeDelta;

use super::language::Language;

/// The longest text, in UTF-16 units: a preview shows it whole, within Telegram's 4096 (Bot API, `sendMessage`).
pub const LONGEST_BROADCAST: usize = 3500;

/// For how long may a preview be sent? After that whom it counted, and perhaps what it says, is yesterday's.
pub const PREVIEW_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Where a broadcast stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its text is awaited.
    Asked,
    /// Its preview is shown.
    Draft,
    /// People are being told.
    Sending,
    /// What was not sent yet is being cancelled.
    Stopping,
    /// Everybody who can be reached now was told.
    Done,
    /// It was stopped.
    Stopped,
    /// It was never sent.
    Cancelled,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Asked, Self::Draft, Self::Sending, Self::Stopping, Self::Done, Self::Stopped, Self::Cancelled];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Draft => "draft",
            Self::Sending => "sending",
            Self::Stopping => "stopping",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A broadcast as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broadcast {
    /// Its number.
    pub id: i64,
    /// Whose it is: the admin's user id, and the chat that follows it.
    pub admin_id: i64,
    /// The language of that chat.
    pub language: Language,
    /// What is told.
    pub text: String,
    /// Where it stands.
    pub state: State,
    /// How many people were to be told when it began.
    pub audience: u64,
    /// Whether there is a row for everybody.
    pub all_written: bool,
    /// Telegram's id of the message that shows how far it is; `None` where there is no such message.
    pub message_id: Option<i32>,
}

/// Whom a broadcast would reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// How many read in which language; languages without readers are left out.
    pub by_language: Vec<(Language, u64)>,
    /// How many could be reached and have switched announcements off.
    pub switched_off: u64,
}

impl Audience {
    /// How many would be told.
    pub fn told(&self) -> u64 {
        self.by_language.iter().map(|(_, people)| people).sum()
    }
}

/// How far a broadcast is: what became of the rows that were written for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Told.
    pub sent: u64,
    /// Held back by the person's own quiet hours, or waiting for their chat: told later.
    pub later: u64,
    /// Not reached.
    pub failed: u64,
    /// Not to be told: they have switched announcements off.
    pub switched_off: u64,
}
