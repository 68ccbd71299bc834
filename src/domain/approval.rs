//! Posts that wait for their author's yes: asked for when they are handed in and once more an hour before their time;
//! without it they do not go out.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::account::{DisabledReason, Settings};
use super::event::{EventData, EventKind};
use super::notification::{Content, Kind, NewNotification, State};
use super::post::Post;

/// How long before its time is a post's author reminded?
const REMIND_BEFORE: TimeDelta = TimeDelta::hours(1);

/// How much of a post does the question quote, in characters? A message has room for no more beside its other words.
const PREVIEW_MAX_CHARS: usize = 3_000;

/// Whether a post may go out. It is no state: a post that waits for a yes is `scheduled`, one that got none is
/// `cancelled`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// It needs nobody's yes.
    #[default]
    None,
    /// It needs one.
    Awaiting,
    /// It got one.
    Approved,
    /// It got a no.
    Rejected,
}

impl Approval {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Awaiting => "awaiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// What is stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Awaiting, Self::Approved, Self::Rejected]
            .into_iter()
            .find(|it| it.as_str() == name)
    }
}

/// When the author of a post for `publish_at` is reminded that it waits; `None` when that would be over at `now`.
pub fn remind_at(publish_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    publish_at.checked_sub_signed(REMIND_BEFORE).filter(|at| *at > now)
}

/// What an author is told about a post that needs their yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApprovalNotice {
    /// May it go out?
    Asked,
    /// Its time is near.
    Reminder,
    /// Its time has come, and it did not go out.
    Missed,
}

impl ApprovalNotice {
    /// Whether it has to be answered.
    pub fn is_a_question(self) -> bool {
        matches!(self, Self::Asked | Self::Reminder)
    }
}

impl NewNotification {
    /// The row that tells the author of `post` about its approval: one each time, whatever becomes of it. Nobody can
    /// switch it off: it is their own post that waits. A mute holds it, quiet hours make it silent.
    pub fn about_approval(
        notice: ApprovalNotice,
        post: &Post,
        settings: Option<&Settings>,
        now: DateTime<Utc>,
    ) -> Self {
        let quote: String = post.text.chars().take(PREVIEW_MAX_CHARS).collect();
        let event = EventData {
            network: Some(post.network_shown().to_owned()),
            text: (!quote.trim().is_empty()).then_some(quote),
            post_id: Some(post.id.to_string()),
            scheduled_at: Some(post.publish_at),
            ..EventData::default()
        };
        let row = |state, reason| Self {
            account: post.account.clone(),
            chat_id: settings.and_then(|settings| settings.chat_id),
            thread_id: None,
            place_id: None,
            kind: Kind::Approval(notice),
            content: Content {
                event: event.clone(),
                media_url: post.media_url.clone(),
                ..Content::default()
            },
            silent: false,
            event_at: now,
            state,
            due_at: now,
            reason,
            post_id: Some(post.id),
            cause: None,
            edits: None,
        };
        let Some(settings) = settings else { return row(State::Cancelled, Some("unknown_account")) };
        if settings.chat_id.is_none() {
            return row(State::Cancelled, Some(DisabledReason::Unlinked.as_str()));
        }
        if !settings.enabled {
            let reason = settings.disabled.as_ref().map_or(DisabledReason::Unreachable, |it| it.reason);
            return row(State::Dead, Some(reason.as_str()));
        }
        // As urgent as a failure.
        let hold = settings.hold(EventKind::PostFailed, now);
        let due_at = hold.map_or(now, |hold| hold.until);
        let silent = settings.is_quiet_at(due_at);
        Self { silent, due_at, ..row(State::Pending, hold.map(|hold| hold.reason.as_str())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_comes_an_hour_before_unless_that_is_over() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        assert_eq!(remind_at(at, at - TimeDelta::hours(2)), Some(at - TimeDelta::hours(1)));
        assert_eq!(remind_at(at, at - TimeDelta::hours(1)), None);
        assert_eq!(remind_at(at, at), None);
        assert_eq!(remind_at(DateTime::<Utc>::MIN_UTC, at), None);
    }
}
