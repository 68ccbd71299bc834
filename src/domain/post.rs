//! A post: what goes out to a network, the states it goes through, and what may be accepted as one.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::approval::Approval;
use super::event::{Event, EventData, EventKind, is_web_address};
use super::failure_code::FailureCode;

/// How late may a post be handed in and still go out at once? Later is more likely a mistake in the date.
pub const LATEST: TimeDelta = TimeDelta::days(1);

/// The longest media address, in bytes: what browsers and networks take.
const MEDIA_URL_MAX: usize = 2_048;

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

/// A post about to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPost {
    /// Whose it is.
    pub account: String,
    /// Where it goes.
    pub network: String,
    /// What it says.
    pub text: String,
    /// What it shows.
    pub media_url: Option<String>,
    /// When it goes out.
    pub publish_at: DateTime<Utc>,
    /// Whether it goes out only with its author's yes.
    pub needs_approval: bool,
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
    /// What it says.
    pub text: String,
    /// What it shows.
    pub media_url: Option<String>,
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

impl NewPost {
    /// Says what is wrong with the post, in words for the person who wrote it. `limit`: how long its text may be
    /// on its network, in UTF-16 units, as Telegram and JavaScript count.
    pub fn check(&self, limit: Option<usize>, now: DateTime<Utc>) -> Result<(), String> {
        let length = self.text.encode_utf16().count();
        if let Some(limit) = limit.filter(|limit| length > *limit) {
            let with = if self.media_url.is_some() { " with media" } else { "" };
            return Err(format!(
                "`text` has {length} characters; \"{}\" takes at most {limit}{with}",
                self.network
            ));
        }
        if self.text.trim().is_empty() && self.media_url.is_none() {
            return Err("`text` is empty and there is no `media_url`: there is nothing to publish".into());
        }
        // PostgreSQL's text cannot hold it, and no network shows it.
        if self.text.contains('\0') {
            return Err("`text` contains a NUL character".into());
        }
        if let Some(url) = &self.media_url {
            check_media_url(url)?;
        }
        if self.needs_approval && self.publish_at <= now {
            return Err("`publish_at` has passed: a post that needs approval takes a time ahead".into());
        }
        if self.publish_at < now - LATEST {
            return Err(
                "`publish_at` is more than a day in the past: check the date and its time zone".into()
            );
        }
        Ok(())
    }
}

fn check_media_url(url: &str) -> Result<(), String> {
    if url.len() > MEDIA_URL_MAX {
        return Err(format!("`media_url` is longer than {MEDIA_URL_MAX} bytes"));
    }
    // The parser would quietly drop or escape some of these; what is stored has to be what was meant.
    if !is_web_address(url) || url.chars().any(|it| it.is_control() || it.is_whitespace()) {
        return Err("`media_url` is not an http(s) address".into());
    }
    Ok(())
}

impl Post {
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
                network: Some(self.network.clone()),
                text: (!quote.trim().is_empty()).then_some(quote),
                url: self.url.clone(),
                error: self.error.clone(),
                error_code: self.error_code,
                fix: self.fix.clone(),
                post_id: Some(self.id.to_string()),
                scheduled_at: Some(self.publish_at),
                name: None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TELEGRAM: Option<usize> = Some(4_096);
    const CAPTION: Option<usize> = Some(1_024);
    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn post(text: &str, media_url: Option<&str>) -> NewPost {
        NewPost {
            account: "alice".into(),
            network: "news".into(),
            text: text.into(),
            media_url: media_url.map(str::to_owned),
            publish_at: NOW,
            needs_approval: false,
        }
    }

    fn problem(post: &NewPost, limit: Option<usize>) -> String {
        post.check(limit, NOW).expect_err("this post can't be accepted")
    }

    #[test]
    fn a_text_is_measured_as_telegram_measures_it() {
        assert_eq!(post(&"x".repeat(4_096), None).check(TELEGRAM, NOW), Ok(()));
        assert!(problem(&post(&"x".repeat(4_097), None), TELEGRAM).contains("4097 characters"));
        // An emoji is two units.
        assert_eq!(post(&"🎉".repeat(2_048), None).check(TELEGRAM, NOW), Ok(()));
        assert!(problem(&post(&"🎉".repeat(2_049), None), TELEGRAM).contains("at most 4096"));
        let picture = Some("https://example.com/a.png");
        assert!(problem(&post(&"x".repeat(1_025), picture), CAPTION).contains("at most 1024 with media"));
        assert_eq!(post(&"x".repeat(60_000), None).check(None, NOW), Ok(()));
    }

    #[test]
    fn a_picture_may_stand_alone_and_nothing_else_may() {
        assert_eq!(post("", Some("https://example.com/a.png")).check(CAPTION, NOW), Ok(()));
        for text in ["", " ", "\n\t"] {
            assert!(problem(&post(text, None), TELEGRAM).contains("nothing to publish"));
        }
    }

    #[test]
    fn media_is_at_an_http_address() {
        let long = format!("https://example.com/{}", "a".repeat(2_048));
        for url in ["picture.png", "file:///etc/passwd", "https://", "", "data:,x", "https://x/a b", &long] {
            assert!(problem(&post("x", Some(url)), CAPTION).contains("media_url"), "{url:.40} passes");
        }
    }

    #[test]
    fn what_needs_a_yes_leaves_time_for_it() {
        let asked = NewPost { needs_approval: true, ..post("x", None) };
        assert!(problem(&asked, None).contains("a time ahead"));
        assert_eq!(asked.check(None, NOW - TimeDelta::milliseconds(1)), Ok(()));
    }

    #[test]
    fn a_little_late_is_now_and_a_day_late_is_a_mistake() {
        let late = |by: TimeDelta| post("x", None).check(None, NOW + by);
        assert_eq!(late(LATEST), Ok(()));
        assert!(late(LATEST + TimeDelta::milliseconds(1)).is_err());
    }
}
