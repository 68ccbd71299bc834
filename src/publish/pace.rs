//! A network's own limit: so many posts in a minute, evenly spaced.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// For how long ahead are posts claimed? A claim is not held longer for its place.
const AHEAD: Duration = Duration::from_secs(5);

/// Spaces the posts to one network.
pub(super) struct Pace {
    interval: Duration,
    // A std mutex: held for a copy, never across an await.
    next: Mutex<Instant>,
}

impl Pace {
    /// At most `per_minute` posts in any minute from `now` on; `None`: as many as there are.
    pub(super) fn new(per_minute: Option<u32>, now: Instant) -> Self {
        let interval = per_minute.map_or(Duration::ZERO, |posts| Duration::from_secs(60) / posts.max(1));
        Self { interval, next: Mutex::new(now) }
    }

    /// How many posts may be claimed together.
    pub(super) fn at_once(&self) -> usize {
        if self.interval.is_zero() {
            return usize::MAX;
        }
        usize::try_from(AHEAD.as_nanos() / self.interval.as_nanos()).unwrap_or(usize::MAX).max(1)
    }

    /// When the next place is.
    pub(super) fn next(&self) -> Instant {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next place; says when it is.
    pub(super) fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (*next).max(now);
        *next = at + self.interval;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_than_it_may() {
        let now = Instant::now();
        let pace = Pace::new(Some(30), now);
        assert_eq!(pace.at_once(), 2);
        let places: Vec<Duration> = (0..31).map(|_| pace.take(now) - now).collect();
        assert!(places.is_sorted() && places[1] == Duration::from_secs(2), "{places:?}");
        assert_eq!(places[30], Duration::from_secs(60), "the thirty-first has to wait for the next minute");
        let later = now + Duration::from_secs(3_600);
        assert_eq!(pace.take(later), later, "after idling the next one goes at once");
        assert_eq!(pace.next(), later + Duration::from_secs(2), "and what was not used is not saved up");
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        let now = Instant::now();
        let pace = Pace::new(None, now);
        assert!((0..10_000).all(|_| pace.take(now) == now) && pace.at_once() == usize::MAX);
    }
}
