//! From the start of the process to its first getUpdates, with a backlog.

use std::time::Duration;

use crate::options::Options;
use crate::rig::{Rig, strict};
use crate::rows::percentile;
use crate::subject::Subject;
use crate::table::{Row, count};

/// How many rows wait, for how many chats.
const ROWS: usize = 20_000;
const CHATS: usize = 1000;

/// Of how many starts is the median taken?
const STARTS: usize = 5;

/// How long may one take?
const PATIENCE: Duration = Duration::from_secs(30);

/// The row.
pub async fn measure(options: &Options) -> Vec<Row> {
    let pending = count(options.scaled(ROWS));
    let mut first_poll =
        Row::new(format!("start → first getUpdates, {pending} pending, ms")).at_most(50.0, "");
    for subject in options.subjects() {
        if subject != Subject::Floor {
            let mut times = starts(subject, options).await;
            first_poll.figure(subject, percentile(&mut times, 0.5));
        }
    }
    vec![first_poll]
}

async fn starts(subject: Subject, options: &Options) -> Vec<Duration> {
    let mut rig = Rig::new(subject, strict()).await;
    rig.people(options.scaled(CHATS)).await;
    if subject.is_service() {
        rig.queue(options.scaled(ROWS), options.scaled(CHATS)).await;
    } else {
        rig.answers();
    }
    let mut times = Vec::new();
    for _ in 0..STARTS {
        rig.telegram.clear_requests();
        let process = rig.start();
        rig.telegram.wait_for_calls("getUpdates", 1, PATIENCE).await.expect("it polls");
        times.push(process.started.elapsed());
        if subject.is_service() {
            process.stop().await;
        }
    }
    rig.end().await;
    times
}
