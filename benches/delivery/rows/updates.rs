//! People write to the bot: how soon it answers one, and how long it takes for a thousand who wrote while it was away.

use std::time::{Duration, Instant};

use bot_api::Person;

use crate::options::Options;
use crate::rig::{FIRST_CHAT, Rig, strict, unlimited};
use crate::rows::percentile;
use crate::subject::Subject;
use crate::table::{Row, count};

/// How many questions one by one, and by how many people in turn.
const QUESTIONS: usize = 100;
const PEOPLE: usize = 50;

/// How often one comes: below the limit of 30 a second, and not in step with any timer.
const EVERY: Duration = Duration::from_micros(43_700);

/// How many wrote while the bot was away.
const QUEUED: usize = 1000;

/// How long may answers take?
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let mut half = Row::new("update → reply, idle, p50, ms").at_most(2.5, "");
    let mut queued =
        Row::new(format!("{} queued updates → replies, s", count(options.scaled(QUEUED)))).at_most(0.3, "");
    for subject in options.subjects() {
        // The floor talks with nobody.
        if subject != Subject::Floor {
            half.figure(subject, percentile(&mut latencies(subject, options.scaled(QUESTIONS)).await, 0.5));
            queued.figure(subject, answered(subject, options.scaled(QUEUED)).await);
        }
    }
    vec![half, queued]
}

async fn latencies(subject: Subject, questions: usize) -> Vec<Duration> {
    let mut rig = Rig::new(subject, strict()).await;
    rig.answers();
    rig.people(PEOPLE).await;
    let process = rig.start();
    rig.telegram.wait_for_calls("getUpdates", 1, PATIENCE).await.expect("it polls");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut latencies = Vec::new();
    for number in 0..questions {
        let person = person(&rig, number % PEOPLE);
        let seen = rig.telegram.sent_count(person.id()) + 1;
        let from = Instant::now();
        person.says("/help").expect("they can write");
        rig.telegram.wait_for_count(person.id(), seen, PATIENCE).await.expect("an answer");
        latencies.push(from.elapsed());
        tokio::time::sleep(EVERY.saturating_sub(from.elapsed())).await;
    }
    drop(process);
    rig.end().await;
    latencies
}

/// From the first getUpdates to the last answer, s.
async fn answered(subject: Subject, people: usize) -> f64 {
    let mut rig = Rig::new(subject, unlimited()).await;
    rig.lift_limits();
    rig.answers();
    rig.people(people).await;
    rig.hears_everything().await;
    for number in 0..people {
        person(&rig, number).says("/help").expect("they can write");
    }
    let process = rig.start();
    rig.telegram.wait_for_calls("getUpdates", 1, PATIENCE).await.expect("it polls");
    let from = Instant::now();
    let all = u64::try_from(people).expect("a count");
    rig.until_sends(all, PATIENCE).await;
    let took = from.elapsed();
    rig.telegram.wait_for_total(all, PATIENCE).await.expect("all are answered");
    drop(process);
    rig.end().await;
    took.as_secs_f64()
}

fn person(rig: &Rig, number: usize) -> Person {
    rig.telegram.known_person(FIRST_CHAT + i64::try_from(number).expect("a number")).expect("somebody")
}
