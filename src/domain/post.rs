//! A post: what goes out to a network, and the states it goes through.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::approval::Approval;
use super::event::{Event, EventData, EventKind};
use super::failure_code::FailureCode;
use super::post_options::PostOptions;

/// The longest wait that a network asks for and is believed.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How much of a post does its notification quote, in characters? A message shows far less.
const QUOTE_MAX_CHARS: usize = 400;

/// Where a post stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PostStatus)]
pub enum Status {
    /// Waiting for its time, or for its next try.
    Scheduled,
    /// Claimed by a worker, or with the network that will tell later.
    Publishing,
    /// It is out.
    Published,
    /// It is not out, and trying again by itself would not help.
    Failed,
    /// Nobody knows whether it is out: a person has to look.
    Unconfirmed,
    /// Not to go out any more.
    Cancelled,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Publishing,
        Self::Published,
        Self::Failed,
        Self::Unconfirmed,
        Self::Cancelled,
    ];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What a person can wish for a post that this service publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it never goes out.
    Cancel,
    /// That it goes out now instead of later.
    PostNow,
    /// That it is tried again, though it may be out already: whoever asks knows how it stands.
    Retry,
    /// That it is tried again where it is certain that it is not out.
    RetryFailed,
    /// That it is tried again, by somebody who was asked whether it is out and has looked.
    PublishAgain,
    /// That it counts as published: the same person has seen it.
    WentOut,
    /// That it goes out then.
    MoveTo(DateTime<Utc>),
    /// That it may go out.
    Approve,
    /// That it may not.
    Reject,
}

impl Wish {
    /// From where it can be granted.
    pub fn from(self) -> &'static [Status] {
        match self {
            Self::Cancel | Self::PostNow | Self::MoveTo(_) | Self::Approve | Self::Reject => {
                &[Status::Scheduled]
            }
            Self::Retry => &[Status::Failed, Status::Unconfirmed],
            Self::RetryFailed => &[Status::Failed],
            Self::PublishAgain | Self::WentOut => &[Status::Unconfirmed],
        }
    }

    /// Where it leads.
    pub fn to(self) -> Status {
        match self {
            Self::Cancel | Self::Reject => Status::Cancelled,
            Self::PostNow | Self::MoveTo(_) | Self::Approve => Status::Scheduled,
            Self::Retry | Self::RetryFailed | Self::PublishAgain => Status::Scheduled,
            Self::WentOut => Status::Published,
        }
    }

    /// What the history says about it, where the states alone don't.
    pub fn why(self) -> Option<String> {
        match self {
            Self::MoveTo(at) => Some(format!("Moved to {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))),
            Self::Approve => Some("Approved".to_owned()),
            Self::Reject => Some("Rejected".to_owned()),
            _ => None,
        }
    }
}

/// Who publishes a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ManagedBy {
    /// This service.
    Scheduler,
    /// The platform, which finishes the row itself; we only tell about it.
    Platform,
}

impl ManagedBy {
    /// The manager stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "scheduler" => Some(Self::Scheduler),
            "platform" => Some(Self::Platform),
            _ => None,
        }
    }
}

/// A post as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: String,
    /// Where it goes.
    pub network: String,
    /// What people call that, where its name says nothing to them: the title of a channel.
    pub network_title: Option<String>,
    /// What it says.
    pub text: String,
    /// What it shows.
    pub media_url: Option<String>,
    /// The same, sent to the bot, by Telegram's id for it; `options` tell which kind.
    pub media_file: Option<String>,
    /// How it is shown on Telegram.
    pub options: PostOptions,
    /// When it was promised.
    pub publish_at: DateTime<Utc>,
    /// Where it stands.
    pub status: Status,
    /// Who publishes it.
    pub managed_by: ManagedBy,
    /// Whether its author has said yes, where that is needed.
    pub approval: Approval,
    /// When it is tried next, while it is scheduled.
    pub due_at: DateTime<Utc>,
    /// Whether it is late and waits for its author to say that it should still go out.
    pub late: bool,
    /// Tries spent.
    pub attempts: u32,
    /// Where it can be seen.
    pub url: Option<String>,
    /// Why it is not out, in words for a person.
    pub error: Option<String>,
    /// The class of that, where it has one.
    pub error_code: Option<FailureCode>,
    /// What a person can do about it.
    pub fix: Option<String>,
    /// When it reached a state that it does not leave by itself.
    pub finished_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A post that a worker claimed: nobody else may publish it until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedPost {
    /// The post.
    pub post: Post,
    /// Proof of the claim: whatever follows names it.
    pub lease_token: i64,
    /// How late its account wants it to be published without being asked; `None`: as the settings say.
    pub late_after: Option<TimeDelta>,
}

/// What became of a claimed post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is out.
    Published {
        /// Where it can be seen.
        url: Option<String>,
    },
    /// It is not out and will not be.
    Failed(Reason),
    /// Nobody knows.
    Unconfirmed(Reason),
    /// It is not out; again at `due_at`. Spends a try.
    Retry {
        /// When.
        due_at: DateTime<Utc>,
        /// Why it has to.
        reason: Reason,
    },
    /// It is not out, and nobody is to blame for that but the moment: again, at `due_at` or at once. Spends none.
    PutBack {
        /// When; `None`: it keeps its place.
        due_at: Option<DateTime<Utc>>,
    },
    /// It is so late that its author is asked first.
    Late,
    /// The network took it on and tells its result later, until `until`.
    Accepted {
        /// From then on it is unconfirmed.
        until: DateTime<Utc>,
    },
}

impl Outcome {
    /// As the metrics have it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Published { .. } => "published",
            Self::Failed(_) => "failed",
            Self::Unconfirmed(_) => "unconfirmed",
            Self::Retry { .. } => "retry",
            Self::PutBack { .. } => "put_back",
            Self::Late => "late",
            Self::Accepted { .. } => "accepted",
        }
    }
}

/// Why, and what to do about it: both for the person whose post it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The class of the failure, where it has one.
    pub code: Option<FailureCode>,
    /// Why it is not out.
    pub error: String,
    /// What the person can do.
    pub fix: String,
}

impl Outcome {
    /// What becomes of a post that is not out and may be tried again, not before `wait`: again after the pause that
    /// `backoff` has for it after so many tries, `spent`; failed when it has none any more.
    pub fn again(
        reason: Reason,
        wait: Duration,
        spent: u32,
        backoff: &[Duration],
        now: DateTime<Utc>,
    ) -> Self {
        let Some(pause) = backoff.get(spent as usize) else { return Self::Failed(reason) };
        // Not all in the same moment again.
        let pause = pause.mul_f64(0.9 + 0.2 * rand::random::<f64>());
        Self::Retry { due_at: now + pause.max(wait.min(LONGEST_WAIT)), reason }
    }
}

impl Reason {
    /// A reason in these words.
    pub fn new(error: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code: None, error: error.into(), fix: fix.into() }
    }

    /// The same, as one of the class `code`.
    pub fn of_class(self, code: FailureCode) -> Self {
        Self { code: Some(code), ..self }
    }
}

impl Post {
    /// Where it goes, as people call it.
    pub fn network_shown(&self) -> &str {
        self.network_title.as_deref().unwrap_or(&self.network)
    }

    /// What its account is told about it; `None` while there is nothing to tell.
    pub fn news(&self) -> Option<Event> {
        let kind = match self.status {
            Status::Published => EventKind::PostPublished,
            Status::Failed => EventKind::PostFailed,
            Status::Unconfirmed => EventKind::PostUnconfirmed,
            Status::Scheduled | Status::Publishing | Status::Cancelled => return None,
        };
        let quote: String = self.text.chars().take(QUOTE_MAX_CHARS).collect();
        Some(Event {
            kind,
            account: self.account.clone(),
            at: self.finished_at,
            data: EventData {
                network: Some(self.network_shown().to_owned()),
                text: (!quote.trim().is_empty()).then_some(quote),
                url: self.url.clone(),
                error: self.error.clone(),
                error_code: self.error_code,
                fix: self.fix.clone(),
                post_id: Some(self.id.to_string()),
                scheduled_at: Some(self.publish_at),
                name: None,
            },
            post: Some(self.id),
        })
    }
}
