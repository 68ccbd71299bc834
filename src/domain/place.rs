//! A place: a group, or a topic of one, to which an account's notices go besides its private chat.

use chrono::{DateTime, Utc};

use super::account::{Delivery, Disabled, Settings};
use super::event::{Event, EventData};
use super::notification::{Content, Kind, NewNotification, State};

/// How many places may an account have? Each event makes a row for each of them.
pub const MOST_PLACES: u64 = 10;

/// What happened to a place, as its account is told in its own chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceNotice {
    /// An administrator connected it.
    Connected,
    /// It can't be reached any more.
    Lost,
    /// An administrator of the group wants the notices no more.
    Removed,
}

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
            post_id: event.post,
            cause: event.cause(),
            edits: None,
        })
    }
}

impl NewNotification {
    /// Tells a linked account, in its own chat `chat_id`, what happened to its place called `title`, and who did it
    /// where that is known; without a sound in quiet hours.
    pub fn about_place(
        notice: PlaceNotice,
        settings: &Settings,
        chat_id: i64,
        title: &str,
        by: Option<&str>,
        now: DateTime<Utc>,
    ) -> Self {
        let event = EventData { name: Some(title.to_owned()), ..EventData::default() };
        Self {
            content: Content { event, by: by.map(str::to_owned), ..Content::default() },
            silent: settings.is_quiet_at(now),
            ..Self::pending(&settings.account, chat_id, Kind::Place(notice), now)
        }
    }
}
