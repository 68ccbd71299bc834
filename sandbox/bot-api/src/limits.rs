//! Flood control: who gets a 429, and for how long.
//!
//! Counted are accepted new messages (`sendMessage`, `sendPhoto`, `sendVideo`); edits and answers to callbacks are free here.
//! Telegram publishes no exact rule, so these are the documented ceilings taken literally: a client that never sees
//! a 429 here stays under them at every instant, not just on average.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::options::Limits;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The windows of one bot.
#[derive(Debug, Default)]
pub(crate) struct FloodControl {
    limits: Limits,
    /// When the messages of the last second were accepted.
    last_second: VecDeque<Instant>,
    /// The most messages ever accepted in one sliding second.
    busiest_second: usize,
    chats: HashMap<i64, Lane>,
    refused: u64,
    early: u64,
}

#[derive(Debug, Default)]
struct Lane {
    /// Acceptance times of the last minute (groups) or the last few seconds (private chats).
    accepted: VecDeque<Instant>,
    /// Private chats: when the chat is back to its full burst.
    full_at: Option<Instant>,
    /// A wait that was ordered from outside: see [`FloodControl::order_wait`].
    closed_until: Option<Instant>,
    /// Until when the client was told to wait: a send before that is a client's mistake, and counted.
    told_until: Option<Instant>,
}

impl FloodControl {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Changes the limits; what was already sent still counts.
    pub(crate) fn set(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes one more message for `chat`, or says after how many seconds to try again.
    pub(crate) fn admit(&mut self, chat: i64, now: Instant) -> Result<(), u64> {
        while self.last_second.front().is_some_and(|first| now.duration_since(*first) >= SECOND) {
            self.last_second.pop_front();
        }
        let lane = self.chats.entry(chat).or_default();
        if lane.told_until.is_some_and(|until| now < until) {
            self.early += 1;
        }
        let per_second = self.limits.per_second as usize;
        let overall = per_second > 0 && self.last_second.len() >= per_second;
        let wait = lane.wait(chat, self.limits, now).or(overall.then_some(SECOND));
        if let Some(wait) = wait {
            self.refused += 1;
            let seconds = whole_seconds(wait);
            lane.told_until = Some(now + Duration::from_secs(seconds));
            return Err(seconds);
        }
        lane.accept(chat, self.limits, now);
        self.last_second.push_back(now);
        self.busiest_second = self.busiest_second.max(self.last_second.len());
        Ok(())
    }

    /// Every message to `chat` is refused for so long, whatever the windows say ("retry after 10072").
    pub(crate) fn order_wait(&mut self, chat: i64, wait: Duration, now: Instant) {
        self.chats.entry(chat).or_default().closed_until = Some(now + wait);
    }

    /// Notes that a fault told the client to wait; nothing is refused because of it.
    pub(crate) fn told_to_wait(&mut self, chat: Option<i64>, seconds: u64, now: Instant) {
        self.refused += 1;
        if let Some(chat) = chat {
            self.chats.entry(chat).or_default().told_until = Some(now + Duration::from_secs(seconds));
        }
    }

    /// How many 429s were given, by limits and by faults.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    /// How many messages came before the time the client had been told to wait for.
    pub(crate) fn early(&self) -> u64 {
        self.early
    }

    /// The most messages accepted in any sliding second.
    pub(crate) fn busiest_second(&self) -> usize {
        self.busiest_second
    }
}

impl Lane {
    /// How long this chat must wait; None if it need not.
    fn wait(&mut self, chat: i64, limits: Limits, now: Instant) -> Option<Duration> {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Some(until - now);
        }
        if chat > 0 {
            let (every, burst) = private_pace(limits)?;
            // One message more may push the moment of full recovery at most `burst` steps into the future.
            let recovered = self.full_at.unwrap_or(now).max(now) + every;
            return (recovered - now).checked_sub(every * burst).filter(|wait| !wait.is_zero());
        }
        let most = limits.per_group_per_minute as usize;
        while self.accepted.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            self.accepted.pop_front();
        }
        let oldest = self.accepted.front()?;
        (most > 0 && self.accepted.len() >= most).then(|| MINUTE - now.duration_since(*oldest))
    }

    fn accept(&mut self, chat: i64, limits: Limits, now: Instant) {
        if chat <= 0 {
            if limits.per_group_per_minute > 0 {
                self.accepted.push_back(now);
            }
        } else if let Some((every, _)) = private_pace(limits) {
            self.full_at = Some(self.full_at.unwrap_or(now).max(now) + every);
        }
    }
}

/// Time between two messages of one private chat, and its burst; None without a limit.
fn private_pace(limits: Limits) -> Option<(Duration, u32)> {
    (limits.per_chat_per_second > 0)
        .then(|| (SECOND / limits.per_chat_per_second, limits.per_chat_burst.max(1)))
}

/// Telegram speaks in whole seconds, and never of 0.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_private_chat_takes_its_burst_and_then_one_a_second() {
        let mut flood = FloodControl::new(Limits::default());
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(flood.admit(7, start), Ok(()));
        }
        assert_eq!(flood.admit(7, start), Err(1));
        assert_eq!(flood.admit(8, start), Ok(()), "another chat is not delayed");
        assert_eq!(flood.admit(7, start + millis(999)), Err(1));
        assert_eq!(flood.admit(7, start + millis(1000)), Ok(()));
        assert_eq!(flood.admit(7, start + millis(1001)), Err(1));
        assert_eq!(
            (flood.refused(), flood.early()),
            (3, 3),
            "each of the last three came before its retry_after"
        );
    }

    #[test]
    fn any_sliding_second_takes_thirty() {
        let mut flood = FloodControl::new(Limits::default());
        let start = Instant::now();
        for chat in 1..=30 {
            assert_eq!(flood.admit(chat, start + millis(500)), Ok(()));
        }
        assert_eq!(flood.admit(31, start + millis(1499)), Err(1), "not a calendar second");
        assert_eq!(flood.admit(31, start + millis(1500)), Ok(()));
        assert_eq!(flood.busiest_second(), 30);
    }

    #[test]
    fn a_group_takes_twenty_in_any_minute() {
        let mut flood = FloodControl::new(Limits { per_second: 0, ..Limits::default() });
        let start = Instant::now();
        for step in 0..20 {
            assert_eq!(flood.admit(-5, start + millis(step * 1000)), Ok(()));
        }
        assert_eq!(flood.admit(-5, start + millis(20_500)), Err(40));
        assert_eq!(flood.admit(-5, start + millis(60_000)), Ok(()), "the oldest has left the window");
        assert_eq!(flood.admit(-5, start + millis(60_001)), Err(1));
    }

    #[test]
    fn an_ordered_wait_closes_one_chat_only() {
        let mut flood = FloodControl::new(Limits::off());
        let start = Instant::now();
        flood.order_wait(7, Duration::from_secs(10_072), start);
        assert_eq!(flood.admit(7, start), Err(10_072));
        assert_eq!(flood.admit(8, start), Ok(()));
        assert_eq!(flood.admit(7, start + Duration::from_secs(10_072)), Ok(()));
    }

    #[test]
    fn zero_means_no_limit() {
        let mut flood = FloodControl::new(Limits::off());
        let now = Instant::now();
        assert!((0..1000).all(|_| flood.admit(7, now).is_ok() && flood.admit(-7, now).is_ok()));
        assert_eq!(flood.busiest_second(), 2000);
    }
}
