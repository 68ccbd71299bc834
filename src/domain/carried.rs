//! Several events told by one message: what it says about them.

use serde::{Deserialize, Serialize};

use super::digest::Cause;
use super::event::{EventData, EventKind};

/// How many causes of failures are kept? More than a message shows, so that the frequent ones are among them.
const CAUSES_KEPT: usize = 20;

/// How many characters of a cause are kept? More than a message shows.
const CAUSE_LENGTH: usize = 200;

/// How many of the automations and announcements are kept in their own words, and how many characters of each? More
/// than a message shows.
const WORDS_KEPT: usize = 3;
const WORDS_LENGTH: usize = 400;

/// So many failures become a part of a catch-up; fewer come each on its own, because only there the person reads how
/// to mend it.
const FEWEST_FAILURES: usize = 3;

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
    /// What the first of them are called, or did.
    pub automations_said: Vec<String>,
    /// Announcements.
    pub announcements: u64,
    /// What the first of them say.
    pub announcements_said: Vec<String>,
}

impl Carried {
    /// Tells one more event.
    pub fn add(&mut self, kind: EventKind, data: &EventData) {
        match kind {
            EventKind::PostPublished => self.published += 1,
            EventKind::PostFailed => {
                self.failed += 1;
                self.count_cause(Cause::of(data, CAUSE_LENGTH));
            }
            EventKind::PostUnconfirmed => self.unconfirmed += 1,
            EventKind::AutomationExecuted => {
                self.automations += 1;
                keep_words(&mut self.automations_said, data.name.as_ref().or(data.text.as_ref()));
            }
            EventKind::Announcement => {
                self.announcements += 1;
                keep_words(&mut self.announcements_said, data.text.as_ref());
            }
        }
    }

    /// Tells all of `other`, too.
    pub fn merge(&mut self, other: Self) {
        self.published += other.published;
        self.failed += other.failed;
        self.unconfirmed += other.unconfirmed;
        self.automations += other.automations;
        self.announcements += other.announcements;
        other.automations_said.iter().for_each(|words| keep_words(&mut self.automations_said, Some(words)));
        other
            .announcements_said
            .iter()
            .for_each(|words| keep_words(&mut self.announcements_said, Some(words)));
        for cause in other.causes {
            self.count_cause(cause);
        }
    }

    fn count_cause(&mut self, cause: Cause) {
        let has_room = self.causes.len() < CAUSES_KEPT;
        let is_the_same =
            |it: &&mut Cause| (&it.network, it.code, &it.error) == (&cause.network, cause.code, &cause.error);
        match self.causes.iter_mut().find(is_the_same) {
            Some(known) => known.posts += cause.posts,
            None if has_room => self.causes.push(cause),
            None => {}
        }
        self.causes.sort_by_key(|cause| std::cmp::Reverse(cause.posts));
    }
}

fn keep_words(kept: &mut Vec<String>, words: Option<&String>) {
    if let Some(words) = words
        && kept.len() < WORDS_KEPT
    {
        kept.push(words.chars().take(WORDS_LENGTH).collect());
    }
}

/// Which of the held events, in their order, go into one message? All but a few failures; none when that leaves one.
pub fn told_together(kinds: &[EventKind]) -> Vec<bool> {
    let failures = kinds.iter().filter(|kind| kind.is_urgent()).count();
    let together: Vec<bool> =
        kinds.iter().map(|kind| !kind.is_urgent() || failures >= FEWEST_FAILURES).collect();
    if together.iter().filter(|told| **told).count() > 1 { together } else { vec![false; kinds.len()] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure_code::FailureCode;

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
    fn failures_of_one_class_have_one_cause_whatever_the_words() {
        let mut carried = Carried::default();
        let of_class = |network: &str, error: &str, error_code| EventData {
            network: Some(network.into()),
            error_code,
            ..failure(error)
        };
        let expired = Some(FailureCode::LoginExpired);
        for data in [
            of_class("x", "Log in again.", expired),
            of_class("x", "OAuthException 190", expired),
            of_class("facebook", "Log in again.", expired),
            of_class("x", "Log in again.", None),
        ] {
            carried.add(EventKind::PostFailed, &data);
        }
        let causes: Vec<_> =
            carried.causes.iter().map(|it| (&*it.network, it.code, it.error.as_deref(), it.posts)).collect();
        assert_eq!(
            causes,
            [("x", expired, None, 2), ("facebook", expired, None, 1), ("x", None, Some("Log in again."), 1)]
        );
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

    #[test]
    fn a_few_failures_come_on_their_own_and_what_is_alone_does() {
        use EventKind::{Announcement as Said, PostFailed as Failed, PostPublished as Out};
        assert_eq!(told_together(&[]), [] as [bool; 0]);
        assert_eq!(told_together(&[Out]), [false]);
        assert_eq!(told_together(&[Out, Said]), [true, true]);
        assert_eq!(told_together(&[Failed, Out]), [false, false]);
        assert_eq!(told_together(&[Failed, Out, Out, Failed]), [false, true, true, false]);
        assert_eq!(told_together(&[Failed, Failed, Failed]), [true; 3]);
        assert_eq!(told_together(&[Failed, Out, Failed, Failed]), [true; 4]);
    }

    #[test]
    fn two_tellings_become_one_that_tells_of_everything() {
        let (mut whole, mut parts) = (Carried::default(), [Carried::default(), Carried::default()]);
        let words = |text: &str| EventData { text: Some(text.into()), ..failure("spam") };
        for number in 0..6 {
            let (data, part) = (words(&number.to_string()), number / 3);
            for kind in EventKind::ALL {
                whole.add(kind, &data);
                parts[part].add(kind, &data);
            }
        }
        let [mut first, second] = parts;
        first.merge(second);
        assert_eq!(first, whole);
        assert_eq!(
            first.announcements_said,
            ["0", "1", "2"],
            "in their own words, as far as a message has room"
        );
    }
}
