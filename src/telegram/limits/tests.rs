//! What the limits let through, and when.

use super::*;
use proptest::prelude::*;

const TELEGRAM: Pace =
    Pace { per_second: 30, burst: 5, per_chat_per_second: 1, per_chat_burst: 3, per_group_per_minute: 20 };

fn most_in_any(window: Duration, times: &[Instant]) -> usize {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    (0..sorted.len())
        .map(|first| sorted[first..].iter().take_while(|time| **time - sorted[first] < window).count())
        .max()
        .unwrap_or(0)
}

/// When a message to `chat_id` that is ready `now` leaves.
fn sent_at(limits: &Limits, chat_id: i64, mut now: Instant) -> Instant {
    loop {
        match limits.reserve(chat_id, now) {
            Place::At(at) => return at,
            Place::NotBefore(at) => now = at,
        }
    }
}

fn send_all(limits: &Limits, chats: impl Iterator<Item = i64>, start: Instant) -> Vec<Instant> {
    chats.map(|chat_id| sent_at(limits, chat_id, start)).collect()
}

#[test]
fn twelve_hundred_chats_take_forty_seconds_and_never_more_than_thirty_a_second() {
    let start = Instant::now();
    let times = send_all(&Limits::new(TELEGRAM), 1..=1_200, start);
    assert!(most_in_any(Duration::from_secs(1), &times) <= 30);
    let took = *times.iter().max().unwrap() - start;
    assert!(took <= Duration::from_millis(40_500), "took {took:?}");
}

#[test]
fn a_small_burst_goes_at_once_after_idling() {
    let start = Instant::now();
    let times = send_all(&Limits::new(TELEGRAM), 1..=6, start);
    assert_eq!(times.iter().filter(|time| **time == start).count(), 5);
}

#[test]
fn messages_that_waited_for_their_connections_are_counted_when_they_arrive() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    let (slow, quick) = (Duration::from_millis(300), Duration::from_millis(50));
    let mut arrivals = Vec::new();
    for chat_id in 1..=90 {
        let at = sent_at(&limits, chat_id, start);
        let took = if chat_id <= 5 { slow } else { quick };
        limits.answered(chat_id, at, took);
        arrivals.push(at + took);
    }
    assert!(most_in_any(Duration::from_secs(1), &arrivals) <= 30);
}

#[test]
fn one_chat_gets_three_at_once_and_then_one_a_second() {
    let start = Instant::now();
    let times = send_all(&Limits::new(TELEGRAM), std::iter::repeat_n(7, 10), start);
    assert_eq!(times.iter().filter(|time| **time - start < Duration::from_millis(500)).count(), 3);
    assert!(times[9] - start >= Duration::from_secs(7));
    assert!(times[9] - start <= Duration::from_millis(7_200));
}

#[test]
fn messages_that_arrive_late_do_not_slow_a_chat_down() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    limits.answered(8, start, Duration::from_millis(10));
    let mut now = start;
    for number in 0..103 {
        now = limits.ready_at(7, now);
        let Place::At(at) = limits.reserve(7, now) else { panic!("it was ready") };
        now = at;
        // The first one waits for its connection, and Telegram's second begins when it arrives.
        let took = if number == 0 { 400 } else { 60 };
        limits.answered(7, now, Duration::from_millis(took));
    }
    assert!(now - start <= Duration::from_millis(103_000), "{:?}", now - start);
}

#[test]
fn a_chats_second_begins_when_telegram_has_the_message() {
    let start = Instant::now();
    let limits = Limits::new(Pace { per_chat_burst: 1, ..TELEGRAM });
    limits.answered(8, start, Duration::from_millis(10));
    assert_eq!(limits.reserve(7, start), Place::At(start));
    limits.answered(7, start, Duration::from_millis(410));
    let Place::NotBefore(next) = limits.reserve(7, start) else { panic!("the chat has to wait") };
    assert!(next >= start + Duration::from_millis(1_400), "{:?}", next - start);
}

#[test]
fn a_group_gets_twenty_a_minute() {
    let start = Instant::now();
    let times = send_all(&Limits::new(TELEGRAM), std::iter::repeat_n(-7, 60), start);
    assert!(most_in_any(Duration::from_secs(60), &times) <= 20);
}

#[test]
fn a_chat_that_must_wait_delays_nobody_else() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    assert!(!limits.pause_chat(1, start + Duration::from_secs(10_072), start));
    assert_eq!(limits.reserve(1, start), Place::NotBefore(start + Duration::from_secs(10_072)));
    assert_eq!(limits.reserve(2, start), Place::At(start));
    let waits = limits.chat_waits(start);
    assert_eq!((waits.waiting, waits.first_over), (vec![1], Some(start + Duration::from_secs(10_072))));
}

#[test]
fn a_chat_whose_wait_is_over_is_known_for_a_second() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    let last = send_all(&limits, std::iter::repeat_n(7, 5), start).into_iter().max().unwrap();
    assert_eq!(limits.chat_waits(last).waiting, [7]);
    let ready = limits.ready_at(7, last);
    let waits = limits.chat_waits(ready);
    assert_eq!((waits.waiting, waits.can_go_on), (vec![], vec![7]));
    let later = limits.chat_waits(ready + SECOND);
    assert_eq!((later.waiting, later.can_go_on), (vec![], vec![]));
}

#[test]
fn a_chat_whose_burst_is_not_spent_can_go_on() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    sent_at(&limits, 7, start);
    assert_eq!(
        limits.chat_waits(start).can_go_on,
        [7],
        "its next message would wait behind everybody's first"
    );
    assert_eq!(limits.chat_waits(start + SECOND).can_go_on, [0i64; 0]);
}

#[test]
fn two_limited_chats_mean_that_the_bot_is_limited() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    limits.pause_chat(1, start + Duration::from_secs(9), start);
    assert!(limits.pause_chat(2, start + Duration::from_secs(4), start));
    assert_eq!(limits.reserve(3, start), Place::NotBefore(start + Duration::from_secs(4)));
}

#[test]
fn chats_limited_at_different_times_are_limited_each_for_itself() {
    let start = Instant::now();
    let limits = Limits::new(TELEGRAM);
    limits.keep_waiting(1, start + Duration::from_secs(10_072));
    assert!(!limits.pause_chat(2, start + Duration::from_secs(600), start));
    let later = start + Duration::from_secs(60);
    assert!(!limits.pause_chat(3, later + Duration::from_secs(300), later));
    assert_eq!(limits.reserve(4, later), Place::At(later), "the others don't wait for three chats");
}

#[test]
fn zero_is_no_limit() {
    let start = Instant::now();
    let pace =
        Pace { per_second: 0, burst: 0, per_chat_per_second: 0, per_chat_burst: 0, per_group_per_minute: 0 };
    let times = send_all(&Limits::new(pace), std::iter::repeat_n(-1, 1_000), start);
    assert!(times.iter().all(|time| *time == start));
}

proptest! {
    #[test]
    fn no_window_is_ever_overfilled(gaps in prop::collection::vec((0u64..400, 1i64..6), 1..200)) {
        let start = Instant::now();
        let limits = Limits::new(TELEGRAM);
        let mut now = start;
        let mut sent: Vec<(i64, Instant)> = Vec::new();
        for (gap_ms, chat_id) in gaps {
            now += Duration::from_millis(gap_ms);
            if let Place::At(at) = limits.reserve(chat_id, now) {
                sent.push((chat_id, at));
            }
        }
        let all: Vec<Instant> = sent.iter().map(|(_, at)| *at).collect();
        prop_assert!(most_in_any(Duration::from_secs(1), &all) <= 30);
        for chat_id in 1..6 {
            let of_chat: Vec<Instant> =
                sent.iter().filter(|(to, _)| *to == chat_id).map(|(_, at)| *at).collect();
            // A burst of three, and one more for each second of the window.
            prop_assert!(most_in_any(Duration::from_secs(10), &of_chat) <= 13);
        }
    }
}
