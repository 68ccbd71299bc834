//! From an event to its message at Telegram while the service idles, with all limits on.

use std::time::{Duration, Instant};

use crate::caller::event;
use crate::options::Options;
use crate::rig::{FIRST_CHAT, Rig, strict};
use crate::rows::percentile;
use crate::subject::Subject;
use crate::table::Row;

/// How many events, and to how many people in turn: nobody's own limit is reached.
const EVENTS: usize = 200;
const PEOPLE: usize = 100;

/// How often one comes: below the limit of 30 a second, and not in step with any timer.
const EVERY: Duration = Duration::from_micros(47_300);

/// How long may one take?
const PATIENCE: Duration = Duration::from_secs(10);

/// The goal beside the floor's own, ms.
const ABOVE_FLOOR: f64 = 0.5;
const MOST: f64 = 5.0;

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let mut half = Row::new("idle: event in → message at Telegram, p50, ms");
    let mut most = Row::new("idle: event in → message at Telegram, p95, ms");
    for subject in options.subjects() {
        let mut latencies = latencies(subject, options.scaled(EVENTS)).await;
        half.figure(subject, percentile(&mut latencies, 0.5));
        most.figure(subject, percentile(&mut latencies, 0.95));
    }
    let floor = half.of(Subject::Floor).unwrap_or(MOST);
    let half = half.at_most(MOST.min(floor + ABOVE_FLOOR), "floor + 0.5 and ≤ 5");
    vec![half, most]
}

async fn latencies(subject: Subject, events: usize) -> Vec<Duration> {
    let rig = Rig::new(subject, strict()).await;
    rig.people(PEOPLE).await;
    let (process, addr) = rig.start_polling().await;
    let mut caller = rig.caller(addr).await;
    // The start's own work is over.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut latencies = Vec::new();
    for number in 0..events {
        let person = number % PEOPLE;
        let chat = FIRST_CHAT + i64::try_from(person).expect("a number");
        let seen = rig.telegram.sent_count(chat) + 1;
        let from = Instant::now();
        // Telegram may have it before the caller has its answer: both are waited for at once.
        let (arrived, ()) = tokio::join!(
            async {
                rig.telegram.wait_for_count(chat, seen, PATIENCE).await.expect("it arrives");
                from.elapsed()
            },
            caller.tells(event(person, number))
        );
        latencies.push(arrived);
        tokio::time::sleep(EVERY.saturating_sub(from.elapsed())).await;
    }
    drop(process);
    rig.end().await;
    latencies
}
