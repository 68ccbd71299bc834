//! A post that is being written in the chat, step by step; kept, so that the dialogue outlives a restart.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::post_options::MediaKind;

/// How long is a draft kept that nobody goes on with?
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// How long does the same text count as posted lately? Networks punish repetition, and followers remember.
pub const LATELY: TimeDelta = TimeDelta::days(7);

/// A draft. An account has one at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whose it is.
    pub account: String,
    /// Tells it from the account's earlier drafts: their buttons must not change it.
    pub tag: String,
    /// What is asked for now.
    pub step: Step,
    /// What it says.
    pub text: Option<String>,
    /// What it shows.
    pub media: Option<MediaFile>,
    /// Where it goes.
    pub networks: BTreeSet<String>,
    /// When it goes out.
    pub time: Option<DraftTime>,
}

/// A picture or film that somebody sent to the bot: Telegram keeps it, and only there can it be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// Telegram's id for it.
    pub file_id: String,
    /// What it is.
    pub kind: MediaKind,
}

/// What a draft's writer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The words.
    Text,
    /// Where to.
    Networks,
    /// When.
    Time,
    /// Whether all is right.
    Review,
}

/// When a draft goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftTime {
    /// As soon as its writer says yes.
    AtOnce,
    /// Then.
    At(DateTime<Utc>),
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 4] = [Self::Text, Self::Networks, Self::Time, Self::Review];

    /// As stored, and in callback data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Networks => "networks",
            Self::Time => "time",
            Self::Review => "review",
        }
    }

    /// The step stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }
}

impl Draft {
    /// An empty one of `account`.
    pub fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            tag: format!("{:08x}", rand::random::<u32>()),
            step: Step::Text,
            text: None,
            media: None,
            networks: BTreeSet::new(),
            time: None,
        }
    }

    /// On to what is missing, or to the review.
    pub fn go_on(&mut self) {
        self.step = if self.text.is_none() {
            Step::Text
        } else if self.networks.is_empty() {
            Step::Networks
        } else if self.time.is_none() {
            Step::Time
        } else {
            Step::Review
        };
    }

    /// Whether the time that was chosen is over by now.
    pub fn is_too_late(&self, now: DateTime<Utc>) -> bool {
        matches!(self.time, Some(DraftTime::At(at)) if at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_goes_on_to_what_is_missing() {
        let mut draft = Draft::new("alice");
        let step = |draft: &mut Draft| {
            draft.go_on();
            draft.step
        };
        assert_eq!(step(&mut draft), Step::Text);
        draft.text = Some("Scones".into());
        assert_eq!(step(&mut draft), Step::Networks);
        draft.time = Some(DraftTime::AtOnce);
        assert_eq!(step(&mut draft), Step::Networks);
        draft.networks.insert("news".into());
        assert_eq!(step(&mut draft), Step::Review);
        draft.text = None;
        assert_eq!(step(&mut draft), Step::Text);
    }

    #[test]
    fn a_time_that_has_come_is_too_late_and_at_once_never_is() {
        let now = DateTime::UNIX_EPOCH;
        let with = |time| Draft { time, ..Draft::new("alice") };
        assert!(with(Some(DraftTime::At(now))).is_too_late(now));
        assert!(!with(Some(DraftTime::At(now + TimeDelta::milliseconds(1)))).is_too_late(now));
        assert!(!with(Some(DraftTime::AtOnce)).is_too_late(now));
    }
}
