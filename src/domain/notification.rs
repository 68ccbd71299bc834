//! A notification: one event for one account, one row of the outbox, and the rule that makes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{Delivery, DisabledReason, Settings};
use super::alert::Alert;
use super::approval::ApprovalNotice;
use super::audit::Actor;
use super::carried::Carried;
use super::digest::DigestSpan;
use super::event::{Event, EventData, EventKind};
use super::holding::HoldReason;
use super::language::Language;
use super::late_posts::LatePosts;
use super::place::PlaceNotice;

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something happened on the platform.
    Event(EventKind),
    /// A post needs its author's yes.
    Approval(ApprovalNotice),
    /// The daily summary.
    Digest,
    /// The person, or the page they look at, asked for a test message.
    Test,
    /// Told to a chat whose account now goes to another chat.
    LinkMoved,
    /// Something happened to one of the account's places.
    Place(PlaceNotice),
    /// A channel can't be posted to any more.
    ChannelLost,
    /// Told to an admin: trouble of the service itself.
    Alert,
    /// What went by while it could not be told: carries the rows that grew too old.
    WhileAway,
    /// Asks about posts that should have gone out long ago.
    PostLate,
    /// Failures with one cause: carries them.
    MergedFailures,
    /// Not a message of its own: edits the message of a notice that was looked after.
    NoticeEdit,
    /// What was held back, by quiet hours, a mute or a batch: carries the rows that were due together.
    CatchUp,
}

impl Kind {
    const ALL: [Self; 21] = [
        Self::Event(EventKind::PostPublished),
        Self::Event(EventKind::PostFailed),
        Self::Event(EventKind::PostUnconfirmed),
        Self::Event(EventKind::AutomationExecuted),
        Self::Event(EventKind::Announcement),
        Self::Approval(ApprovalNotice::Asked),
        Self::Approval(ApprovalNotice::Reminder),
        Self::Approval(ApprovalNotice::Missed),
        Self::Digest,
        Self::Test,
        Self::LinkMoved,
        Self::PostLate,
        Self::Place(PlaceNotice::Connected),
        Self::Place(PlaceNotice::Lost),
        Self::Place(PlaceNotice::Removed),
        Self::ChannelLost,
        Self::MergedFailures,
        Self::NoticeEdit,
        Self::Alert,
        Self::WhileAway,
        Self::CatchUp,
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event(EventKind::PostPublished) => "post.published",
            Self::Event(EventKind::PostFailed) => "post.failed",
            Self::Event(EventKind::PostUnconfirmed) => "post.unconfirmed",
            Self::Event(EventKind::AutomationExecuted) => "automation.executed",
            Self::Event(EventKind::Announcement) => "announcement",
            Self::Approval(ApprovalNotice::Asked) => "post.approval",
            Self::Approval(ApprovalNotice::Reminder) => "post.approval.reminder",
            Self::Approval(ApprovalNotice::Missed) => "post.approval.missed",
            Self::Digest => "digest",
            Self::Test => "test",
            Self::LinkMoved => "link.moved",
            Self::PostLate => "post.late",
            Self::Place(PlaceNotice::Connected) => "place.connected",
            Self::Place(PlaceNotice::Lost) => "place.lost",
            Self::Place(PlaceNotice::Removed) => "place.removed",
            Self::ChannelLost => "channel.lost",
            Self::MergedFailures => "post.failures",
            Self::NoticeEdit => "notice.edit",
            Self::Alert => "alert",
            Self::WhileAway => "while.away",
            Self::CatchUp => "catch.up",
        }
    }

    /// The kind stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether a row of this kind may tell others, too.
    pub fn carries(self) -> bool {
        matches!(
            self,
            Self::WhileAway | Self::CatchUp | Self::Digest | Self::MergedFailures | Self::NoticeEdit
        )
    }

    /// What [`Kind::urgency`] may be, most urgent first.
    pub const URGENCIES: std::ops::RangeInclusive<i16> = 0..=2;

    /// Which rows go first when several chats are due: 0 before 1 before 2.
    pub fn urgency(self) -> i16 {
        match self {
            Self::Test | Self::LinkMoved | Self::PostLate | Self::Alert | Self::WhileAway => 0,
            Self::MergedFailures | Self::NoticeEdit => 0,
            Self::Event(EventKind::PostFailed | EventKind::PostUnconfirmed) | Self::Approval(_) => 0,
            Self::Event(EventKind::AutomationExecuted | EventKind::Announcement) => 1,
            Self::Digest | Self::CatchUp | Self::Place(_) | Self::ChannelLost => 1,
            Self::Event(EventKind::PostPublished) => 2,
        }
    }
}

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = NotificationState)]
pub enum State {
    /// Waiting for its due time, its chat's turn or a free slot.
    Pending,
    /// Claimed by a worker, under a lease.
    Sending,
    /// Telegram has it.
    Sent,
    /// Given up, with the reason.
    Dead,
    /// Never to be sent, with the reason.
    Cancelled,
}

impl State {
    /// Every state, in the order in which a row may go through them.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Sending, Self::Sent, Self::Dead, Self::Cancelled];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more becomes of it by itself: sent, dead or cancelled.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Sent | Self::Dead | Self::Cancelled)
    }
}

/// What a notification says, beside its kind; stored as JSON and rendered only when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What the event carried.
    #[serde(flatten)]
    pub event: EventData,
    /// Where what a post shows can be seen, of one that needs a yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
    /// Who did it, of what somebody did to a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The language of the chat it goes to, where that is not the account's any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_language: Option<Language>,
    /// What is told about the rows that this one carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
    /// The posts that it asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LatePosts>,
    /// What an alert tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Alert>,
    /// Since when a digest counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DigestSpan>,
}

/// A row about to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNotification {
    /// For whom.
    pub account: String,
    /// Where to; `None` only for rows that are never sent.
    pub chat_id: Option<i64>,
    /// Topic of a forum, where there is one.
    pub thread_id: Option<i32>,
    /// The place of the account that it is for; `None`: its own chat.
    pub place_id: Option<i64>,
    /// About what.
    pub kind: Kind,
    /// Saying what.
    pub content: Content,
    /// Whether it arrives without a sound.
    pub silent: bool,
    /// When the event happened.
    pub event_at: DateTime<Utc>,
    /// `Pending`, `Dead` or `Cancelled`.
    pub state: State,
    /// When it may be sent at the earliest.
    pub due_at: DateTime<Utc>,
    /// Why it will not be sent, or not yet, where that is so.
    pub reason: Option<&'static str>,
    /// The post that it is about, where it is one of ours.
    pub post_id: Option<i64>,
    /// What a failure was caused by ([`Event::cause`]).
    pub cause: Option<String>,
    /// The row whose message it edits.
    pub edits: Option<i64>,
}

impl NewNotification {
    /// The row an event makes for its account: exactly one, whatever becomes of it.
    ///
    /// Switched off, unlinked or unknown → `cancelled`, never sent later; the chat gone → `dead`; held back →
    /// `pending`, due later.
    pub fn for_event(event: &Event, settings: Option<&Settings>, now: DateTime<Utc>) -> Self {
        let kind = Kind::Event(event.kind);
        let row = |state, reason| Self {
            account: event.account.clone(),
            chat_id: settings.and_then(|settings| settings.chat_id),
            thread_id: None,
            place_id: None,
            kind,
            content: Content { event: event.data.clone(), ..Content::default() },
            silent: false,
            event_at: event.at.unwrap_or(now),
            state,
            due_at: now,
            reason,
            post_id: event.post,
            cause: event.cause(),
            edits: None,
        };
        let Some(settings) = settings else { return row(State::Cancelled, Some("unknown_account")) };
        if settings.chat_id.is_none() {
            return row(State::Cancelled, Some(DisabledReason::Unlinked.as_str()));
        }
        if !settings.enabled {
            let reason =
                settings.disabled.as_ref().map_or(DisabledReason::Unreachable, |disabled| disabled.reason);
            return row(State::Dead, Some(reason.as_str()));
        }
        if settings.preferences.of(event.kind) == Delivery::Off {
            return row(State::Cancelled, Some("switched_off"));
        }
        let hold = settings.hold(event.kind, now);
        let due_at = hold.map_or(now, |hold| hold.until);
        let silent = settings.is_silent(event.kind, due_at);
        Self { silent, due_at, ..row(State::Pending, hold.map(|hold| hold.reason.as_str())) }
    }

    /// A test message for a linked account.
    pub fn test(account: &str, chat_id: i64, now: DateTime<Utc>) -> Self {
        Self::pending(account, chat_id, Kind::Test, now)
    }

    /// A digest for a linked account of what was heard of in `span` and until `now`: at its hour, without a sound in
    /// quiet hours; after a mute.
    pub fn digest(settings: &Settings, chat_id: i64, span: DigestSpan, now: DateTime<Utc>) -> Self {
        let content = Content { digest: Some(span), ..Content::default() };
        let muted_until = settings.muted_after(now);
        let due_at = muted_until.unwrap_or(now);
        Self {
            content,
            silent: settings.is_quiet_at(due_at),
            due_at,
            reason: muted_until.map(|_| HoldReason::Muted.as_str()),
            ..Self::pending(&settings.account, chat_id, Kind::Digest, now)
        }
    }

    /// Tells `old_chat_id`, in the language it was spoken to so far, that the account's notifications now go to
    /// another chat.
    pub fn link_moved(account: &str, old_chat_id: i64, language: Language, now: DateTime<Utc>) -> Self {
        let content = Content { chat_language: Some(language), ..Content::default() };
        Self { content, ..Self::pending(account, old_chat_id, Kind::LinkMoved, now) }
    }

    /// Tells the account's own chat `chat_id` that the channel `title` can't be posted to any more; without a sound in
    /// quiet hours.
    pub fn channel_lost(settings: &Settings, chat_id: i64, title: &str, now: DateTime<Utc>) -> Self {
        let event = EventData { name: Some(title.to_owned()), ..EventData::default() };
        Self {
            content: Content { event, ..Content::default() },
            silent: settings.is_quiet_at(now),
            ..Self::pending(&settings.account, chat_id, Kind::ChannelLost, now)
        }
    }

    /// Edits the message of the row `edits`, which was due at `due_at`: in its place in the lane, so that it goes
    /// before all that waits in the chat. `place_id`: the place that the chat is, where it is one.
    pub fn edit(
        account: &str,
        (chat_id, place_id): (i64, Option<i64>),
        edits: i64,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let edits = Some(edits);
        Self {
            edits,
            due_at,
            place_id,
            silent: true,
            ..Self::pending(account, chat_id, Kind::NoticeEdit, now)
        }
    }

    /// Tells `admin`, whose chat need not be linked to any account, of trouble, in the `language` of that chat.
    pub fn alert(admin: i64, language: Language, alert: Alert, now: DateTime<Utc>) -> Self {
        let content = Content { chat_language: Some(language), alert: Some(alert), ..Content::default() };
        Self { content, ..Self::pending(&Actor::Admin(admin).to_string(), admin, Kind::Alert, now) }
    }

    /// The platform's id of the post that it tells trouble of, where the platform publishes that post.
    pub fn platform_post(&self) -> Option<&str> {
        let is_trouble = matches!(self.kind, Kind::Event(EventKind::PostFailed | EventKind::PostUnconfirmed));
        self.content.event.platform_post().filter(|_| is_trouble && self.post_id.is_none())
    }

    /// Carries others: a row of a `kind` that does.
    pub fn carrier(account: &str, chat_id: i64, kind: Kind, now: DateTime<Utc>) -> Self {
        Self::pending(account, chat_id, kind, now)
    }

    pub(super) fn pending(account: &str, chat_id: i64, kind: Kind, now: DateTime<Utc>) -> Self {
        Self {
            account: account.to_owned(),
            chat_id: Some(chat_id),
            thread_id: None,
            place_id: None,
            kind,
            content: Content::default(),
            silent: false,
            event_at: now,
            state: State::Pending,
            due_at: now,
            reason: None,
            post_id: None,
            cause: None,
            edits: None,
        }
    }
}

/// A row that a worker claimed: nobody else may send it until the lease ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The row's id, shown to admins.
    pub id: i64,
    /// For whom.
    pub account: String,
    /// Where to.
    pub chat_id: i64,
    /// Topic of a forum, where there is one.
    pub thread_id: Option<i32>,
    /// The place of the account that it is for; `None`: its own chat.
    pub place_id: Option<i64>,
    /// About what.
    pub kind: Kind,
    /// Saying what.
    pub content: Content,
    /// Whether it arrives without a sound.
    pub silent: bool,
    /// Send as plain text: Telegram could not parse the formatted one.
    pub plain: bool,
    /// When the event happened.
    pub event_at: DateTime<Utc>,
    /// Since when it could have been sent: when it was due first, or accepted, once a try has failed.
    pub sendable_since: DateTime<Utc>,
    /// Whether it was held back until now, and never tried since.
    pub held: bool,
    /// Attempts spent before this one.
    pub attempts: u32,
    /// Proof of the claim: a finalise names it.
    pub lease_token: i64,
    /// The post that it is about, where it is one of ours.
    pub post_id: Option<i64>,
    /// What a failure was caused by.
    pub cause: Option<String>,
    /// The row whose message it edits.
    pub edits: Option<i64>,
}
