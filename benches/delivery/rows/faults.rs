//! Telegram fails now and then, in the ways it does: nothing is lost, and only a lost answer may make a duplicate.

use std::time::{Duration, Instant};

use bot_api::{Fault, FaultPlan, Rule};
use futures::future::join_all;

use crate::caller::batch;
use crate::options::Options;
use crate::rig::{Rig, unlimited};
use crate::subject::Subject;
use crate::table::Row;

/// How many messages, each to a chat of its own.
const MESSAGES: usize = 1000;

/// The faults' dice: the same in each run.
const SEED: u64 = 20;

/// How long may they all take, waits after failures included?
const PATIENCE: Duration = Duration::from_secs(90);

struct Outcome {
    lost: usize,
    duplicates: u64,
    lost_answers: u64,
    seconds: f64,
}

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let messages = options.scaled(MESSAGES);
    let name = format!("2 % 500, 1 % reset, 1 % lost answer, {messages} messages: lost");
    let mut lost = Row::new(name).at_most(0.0, "");
    let mut duplicates = Row::new("  duplicates, of lost answers").goal("≤ lost answers");
    let mut seconds = Row::new("  until all are sent, with waits of 1 s, s");
    let services = options.services();
    let all = join_all(services.iter().map(|subject| one(*subject, messages))).await;
    for (subject, outcome) in services.into_iter().zip(all) {
        lost.figure(subject, outcome.lost as f64);
        let words = format!("{} of {}", outcome.duplicates, outcome.lost_answers);
        duplicates.words(subject, words, outcome.duplicates <= outcome.lost_answers);
        seconds.figure(subject, outcome.seconds);
    }
    vec![lost, duplicates, seconds]
}

async fn one(subject: Subject, messages: usize) -> Outcome {
    let mut rig = Rig::new(subject, unlimited()).await;
    rig.lift_limits();
    rig.set("SCHEDULER_DELIVERY__BACKOFF_SECONDS", "1,1,1,1,1,1,1");
    rig.people(messages).await;
    let (process, addr) = rig.start_polling().await;
    let sending = |fault| Rule::new(fault).method("sendMessage");
    let error = Fault::Error { status: 500, description: "Internal Server Error".to_owned() };
    let plan = FaultPlan::default()
        .with(0.02, sending(error))
        .with(0.01, sending(Fault::ResetBeforeReading))
        .with(0.01, sending(Fault::DropAnswer));
    rig.telegram.set_fault_plan(plan, SEED);
    let from = Instant::now();
    rig.caller(addr).await.tells(batch(0..messages)).await;
    while rig.database.open_rows().await > 0 && from.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let seconds = from.elapsed().as_secs_f64();
    let counts = rig.telegram.sent_counts();
    let lost_answers = rig.telegram.fault_counts().get("drop_answer").map_or(0, |count| count.accepted);
    drop(process);
    rig.end().await;
    Outcome {
        lost: messages - counts.len(),
        duplicates: counts.values().map(|times| times - 1).sum(),
        lost_answers,
        seconds,
    }
}
