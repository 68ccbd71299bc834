//! The same with a million rows waiting: the cost of a message must not depend on how many others wait.

use std::time::{Duration, Instant};

use crate::options::Options;
use crate::rig::{FIRST_CHAT, Rig, unlimited};
use crate::rows::drain::{self, FAR, drained};
use crate::subject::Subject;
use crate::table::{Row, count, shown};

/// How many rows wait.
const ROWS: usize = 1_000_000;

/// For how many chats, when they are spread.
const CHATS: usize = 10_000;

/// How many chats there are beside the hot one, and what waits for each.
const OTHERS: usize = 1000;
const ROWS_EACH: usize = 20;

/// Of how many is a rate taken?
const MEASURED: usize = 20_000;

/// Which share of the rate with 20,000 waiting is "the same"?
const SAME: f64 = 0.8;
const SAME_WORDS: &str = "≥ 0.8 × that of 20,000";

/// A million rows spread over ten thousand chats.
pub async fn measure_spread(options: &Options) -> Vec<Row> {
    let waiting = count(options.scaled(ROWS));
    let mut near = Row::new(format!("drain with {waiting} waiting, 0 ms, messages/s")).goal(SAME_WORDS);
    let mut far = Row::new(format!("drain with {waiting} waiting, 50 ms, messages/s")).at_least(1000.0, "");
    let mut peak = Row::new("  its peak RSS, MiB").at_most(32.0, "");
    for subject in options.services() {
        let with_few = drain::rate(subject, options).await;
        let rig = rig(subject, options.scaled(CHATS)).await;
        rig.database.queue(options.scaled(ROWS), options.scaled(CHATS)).await;
        let process = rig.start();
        let rate = drained(&rig, &process, options.scaled(MEASURED)).await.rate;
        near.words(subject, shown(rate), rate >= SAME * with_few);
        rig.telegram.set_send_latency(FAR);
        tokio::time::sleep(FAR * 4).await;
        far.figure(subject, drained(&rig, &process, options.scaled(MEASURED)).await.rate);
        peak.figure(subject, process.most_resident());
        drop(process);
        rig.end().await;
    }
    vec![near, far, peak]
}

/// A million rows for one chat, and a thousand other chats that must not notice.
pub async fn measure_hot(options: &Options) -> Vec<Row> {
    let (waiting, others) = (count(options.scaled(ROWS)), options.scaled(OTHERS));
    let name = format!("{waiting} for one chat: {} others, 0 ms, messages/s", count(others));
    let mut near = Row::new(name).goal(SAME_WORDS);
    let mut peak = Row::new("  its peak RSS, MiB").at_most(32.0, "");
    for subject in options.services() {
        let with_few = drain::rate(subject, options).await;
        let rig = rig(subject, others + 1).await;
        rig.database.queue(others * ROWS_EACH, others).await;
        rig.database.queue_hot(options.scaled(ROWS), others).await;
        let hot = FIRST_CHAT + i64::try_from(others).expect("a number");
        let process = rig.start();
        let from = Instant::now();
        drained(&rig, &process, others * ROWS_EACH).await;
        // The hot chat has a lane as well; what went there is not what the others waited for.
        let to_others = rig.sends().saturating_sub(rig.telegram.sent_count(hot));
        let rate = to_others as f64 / from.elapsed().as_secs_f64();
        near.words(subject, shown(rate), rate >= SAME * with_few);
        peak.figure(subject, process.most_resident());
        drop(process);
        rig.end().await;
    }
    vec![near, peak]
}

async fn rig(subject: Subject, people: usize) -> Rig {
    let mut rig = Rig::new(subject, unlimited()).await;
    rig.lift_limits();
    rig.telegram.set_send_latency(Duration::ZERO);
    rig.people(people).await;
    rig
}
