//! A place: a group, or a topic of one, to which an account's notices go besides its private chat.

use chrono::{DateTime, Utc};

use super::account::{Delivery, Disabled, Settings};
use super::event::Event;
use super::notification::{Content, Kind, NewNotification, State};

/// How many places may an account have? Each event makes a row for each of them.
pub const MOST_PLACES: u64 = 10;

/// A group, or a topic of one, that an administrator of it connected to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub id: i64,
    /// Whose notices go there.
    pub account: String,
    /// The group.
    pub chat_id: i64,
    /// The topic; `None`: the group's own thread.
    pub thread_id: Option<i32>,
    /// What the group, and the topic, were called when it was connected.
    pub title: String,
    /// When that was.
    pub linked_at: DateTime<Utc>,
    /// Why and since when nothing is sent there, where that is so.
    pub disabled: Option<Disabled>,
}

impl Place {
    /// The row that `event` makes for this place, besides its account's own; `None` where the place is out of service
    /// or the account has switched such events off.
    ///
    /// Quiet hours, a mute and batching are the person's, for their private chat: a team is told at once, and mutes
    /// the group itself.
    pub fn notification(
        &self,
        event: &Event,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Option<NewNotification> {
        let delivery = settings.preferences.of(event.kind);
        (self.disabled.is_none() && delivery != Delivery::Off).then(|| NewNotification {
            account: self.account.clone(),
            chat_id: Some(self.chat_id),
            thread_id: self.thread_id,
            place_id: Some(self.id),
            kind: Kind::Event(event.kind),
            content: Content { event: event.data.clone(), ..Content::default() },
            silent: delivery == Delivery::Silent,
            event_at: event.at.unwrap_or(now),
            state: State::Pending,
            due_at: now,
            reason: None,
            post_id: None,
            cause: None,
            edits: None,
        })
    }
}
