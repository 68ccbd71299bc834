//! Several events told by one message: what it says about them.

use serde::{Deserialize, Serialize};

use super::digest::Cause;
use super::event::{EventData, EventKind};

/// How many causes of failures are kept? More than a message shows, so that the frequent ones are among them.
const CAUSES_KEPT: usize = 20;

/// How many characters of a cause are kept? More than a message shows.
const CAUSE_LENGTH: usize = 200;

/// What a message tells about the events that it carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Carried {
    /// Posts that went out.
    pub published: u64,
    /// Posts that did not.
    pub failed: u64,
    /// Why they did not, most frequent first; the rare ones of many may be missing.
    pub causes: Vec<Cause>,
    /// Posts that may be out or not.
    pub unconfirmed: u64,
    /// Automations that ran.
    pub automations: u64,
    /// Announcements.
    pub announcements: u64,
}

impl Carried {
    /// Tells one more event.
    pub fn add(&mut self, kind: EventKind, data: &EventData) {
        match kind {
            EventKind::PostPublished => self.published += 1,
            EventKind::PostFailed => {
                self.failed += 1;
                self.add_cause(data);
            }
            EventKind::PostUnconfirmed => self.unconfirmed += 1,
            EventKind::AutomationExecuted => self.automations += 1,
            EventKind::Announcement => self.announcements += 1,
        }
    }

    fn add_cause(&mut self, data: &EventData) {
        let network = data.network.clone().unwrap_or_default();
        let error = data.error.as_ref().map(|error| error.chars().take(CAUSE_LENGTH).collect::<String>());
        let has_room = self.causes.len() < CAUSES_KEPT;
        match self.causes.iter_mut().find(|cause| cause.network == network && cause.error == error) {
            Some(cause) => cause.posts += 1,
            None if has_room => self.causes.push(Cause { network, error, posts: 1 }),
            None => {}
        }
        self.causes.sort_by_key(|cause| std::cmp::Reverse(cause.posts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(error: &str) -> EventData {
        EventData { network: Some("x".into()), error: Some(error.into()), ..EventData::default() }
    }

    #[test]
    fn events_are_counted_and_the_most_frequent_cause_comes_first() {
        let mut carried = Carried::default();
        carried.add(EventKind::PostPublished, &EventData::default());
        for error in ["login expired", "too long", "too long"] {
            carried.add(EventKind::PostFailed, &failure(error));
        }
        assert_eq!((carried.published, carried.failed), (1, 3));
        let causes: Vec<_> =
            carried.causes.iter().map(|cause| (cause.error.as_deref(), cause.posts)).collect();
        assert_eq!(causes, [(Some("too long"), 2), (Some("login expired"), 1)]);
    }

    #[test]
    fn a_thousand_causes_stay_a_few() {
        let mut carried = Carried::default();
        for number in 0..1000 {
            carried.add(EventKind::PostFailed, &failure(&format!("{number}: {}", "long ".repeat(100))));
        }
        assert_eq!(carried.failed, 1000);
        assert!(serde_json::to_string(&carried).unwrap().len() < 10_000, "a row of the outbox has a size");
    }
}
