//! How much of what comes from one chat is read: all of it, until it comes faster than anybody can be answered. Then
//! the person hears so once, and for a minute nothing from there is read: whoever sends hundreds of messages gets few
//! answers, and delays nobody else's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many messages may come at once? More than somebody forwards, pastes or tries out.
const AT_ONCE: u32 = 20;

/// After that one each: as fast as Telegram lets a chat be answered.
const ONE_EACH: Duration = Duration::from_secs(1);

/// How long is nothing read then?
const PAUSE: Duration = Duration::from_secs(60);

/// How many chats may be remembered before the calm ones are forgotten?
const SWEEP_ABOVE: usize = 4_096;

/// What is done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heed {
    /// It is read and answered.
    Read,
    /// It is one too many: its writer is told that nothing is read for a minute.
    Warn,
    /// It is not read.
    Ignore,
}

/// Who wrote how much lately.
#[derive(Debug, Default)]
pub struct Attention {
    // A std mutex: held for arithmetic, never across an await.
    chats: Mutex<HashMap<i64, Chat>>,
}

#[derive(Clone, Copy, Debug)]
struct Chat {
    /// When all that was read would be answered, one each [`ONE_EACH`].
    answered_at: Instant,
    /// Nothing is read before.
    paused_until: Option<Instant>,
}

impl Attention {
    /// What is done with a message from `chat_id` that came `now`.
    pub(super) fn heed(&self, chat_id: i64, now: Instant) -> Heed {
        let mut chats = self.chats.lock().unwrap_or_else(PoisonError::into_inner);
        if chats.len() > SWEEP_ABOVE {
            chats.retain(|_, chat| {
                chat.answered_at > now || chat.paused_until.is_some_and(|until| until > now)
            });
        }
        let chat = chats.entry(chat_id).or_insert(Chat { answered_at: now, paused_until: None });
        if chat.paused_until.is_some_and(|until| until > now) {
            return Heed::Ignore;
        }
        let answered_at = chat.answered_at.max(now) + ONE_EACH;
        if answered_at > now + ONE_EACH * AT_ONCE {
            chat.paused_until = Some(now + PAUSE);
            return Heed::Warn;
        }
        *chat = Chat { answered_at, paused_until: None };
        Heed::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heeded(attention: &Attention, count: u32, now: Instant) -> Vec<Heed> {
        (0..count).map(|_| attention.heed(7, now)).collect()
    }

    #[test]
    fn a_burst_is_read_at_first_then_warned_of_once_and_read_on_after_a_minute() {
        let (attention, now) = (Attention::default(), Instant::now());
        let heeds = heeded(&attention, 200, now);
        let of = |heed| heeds.iter().filter(|it| **it == heed).count();
        assert_eq!((of(Heed::Read), of(Heed::Warn), of(Heed::Ignore)), (20, 1, 179));
        assert_eq!(heeds[20], Heed::Warn, "the person hears of it at once");
        assert_eq!(attention.heed(8, now), Heed::Read, "another chat is another matter");
        assert_eq!(attention.heed(7, now + Duration::from_secs(59)), Heed::Ignore);
        assert_eq!(attention.heed(7, now + Duration::from_secs(60)), Heed::Read);
    }

    #[test]
    fn whoever_waits_for_answers_is_always_read() {
        let (attention, now) = (Attention::default(), Instant::now());
        for second in 0..1_000 {
            assert_eq!(attention.heed(7, now + Duration::from_secs(second)), Heed::Read, "second {second}");
        }
    }

    #[test]
    fn many_calm_chats_are_not_remembered() {
        let (attention, now) = (Attention::default(), Instant::now());
        let crowd = i64::try_from(SWEEP_ABOVE).expect("a number") + 1;
        for chat_id in 0..crowd {
            attention.heed(chat_id, now);
        }
        attention.heed(-1, now + Duration::from_secs(2));
        assert_eq!(attention.chats.lock().expect("whole").len(), 1);
    }
}
