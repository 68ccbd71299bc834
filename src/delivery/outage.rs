//! Telegram away: the fewer answers, the longer the pause before the next try; one answer ends it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How many attempts in a row without an answer are bad luck, not an outage?
const BAD_LUCK: u32 = 4;

/// The first pause; each further silent attempt doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause: how late Telegram's return is noticed.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Counts attempts in a row that Telegram did not answer.
#[derive(Debug, Default)]
pub(super) struct Outage {
    silent: AtomicU32,
}

impl Outage {
    /// Telegram answered; true when that ends an outage.
    pub(super) fn answered(&self) -> bool {
        self.silent.swap(0, Ordering::Relaxed) > BAD_LUCK
    }

    /// Telegram did not answer; true when that begins an outage.
    pub(super) fn silent(&self) -> bool {
        self.silent.fetch_add(1, Ordering::Relaxed) == BAD_LUCK
    }

    /// Waits the pause that the outage has earned, if there is one.
    pub(super) async fn wait(&self) {
        let pause = self.pause();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    fn pause(&self) -> Duration {
        match self.silent.load(Ordering::Relaxed).checked_sub(BAD_LUCK + 1) {
            None => Duration::ZERO,
            Some(further) => FIRST_PAUSE.saturating_mul(1 << further.min(10)).min(LONGEST_PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_while_telegram_is_silent_and_end_with_its_first_answer() {
        let outage = Outage::default();
        let news: Vec<bool> = (0..8).map(|_| outage.silent()).collect();
        assert_eq!(news.iter().filter(|news| **news).count(), 1, "an outage begins once");
        assert_eq!(outage.pause(), FIRST_PAUSE * 8);
        for _ in 0..100 {
            outage.silent();
        }
        assert_eq!(outage.pause(), LONGEST_PAUSE);
        assert!(outage.answered());
        assert_eq!(outage.pause(), Duration::ZERO);
    }

    #[test]
    fn a_few_lost_answers_pause_nobody() {
        let outage = Outage::default();
        (0..BAD_LUCK).for_each(|_| assert!(!outage.silent()));
        assert_eq!(outage.pause(), Duration::ZERO);
        assert!(!outage.answered());
    }
}
