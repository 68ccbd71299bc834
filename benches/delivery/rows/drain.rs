//! How fast waiting messages go out with no limits on, and what that costs.

use std::time::{Duration, Instant};

use crate::options::Options;
use crate::process::Process;
use crate::rig::{Rig, unlimited};
use crate::rows::millis;
use crate::subject::Subject;
use crate::table::{Row, count};

/// How many rows wait, for how many chats.
const ROWS: usize = 20_000;
const CHATS: usize = 1000;

/// Of how many is the rate taken at 50 ms?
const SLOW_ROWS: usize = 10_000;

/// How far away Telegram is then.
pub const FAR: Duration = Duration::from_millis(50);

/// When is a drain given up? What went out by then is the rate.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How a drain went.
pub struct Drain {
    /// Messages a second.
    pub rate: f64,
    /// Processor time of the subject, ms per 1,000 messages.
    pub cost: f64,
    /// How many cores it kept busy.
    pub cores: f64,
}

/// Waits until `count` more messages went out, or gives up; how fast that was.
pub async fn drained(rig: &Rig, process: &Process, count: usize) -> Drain {
    let count = u64::try_from(count).expect("a count");
    let before = rig.sends();
    let first = rig.until_sends(before + 1, PATIENCE).await;
    let (from, cpu) = (Instant::now(), process.cpu());
    let last = rig.until_sends(before + count, PATIENCE).await;
    let (took, cpu) = (from.elapsed(), process.cpu() - cpu);
    let sent = (last - first) as f64;
    Drain {
        rate: sent / took.as_secs_f64(),
        cost: millis(cpu) / (sent / 1000.0),
        cores: cpu.as_secs_f64() / took.as_secs_f64(),
    }
}

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let waiting = count(options.scaled(ROWS));
    let mut near = Row::new(format!("drain of {waiting} waiting, 0 ms, messages/s"));
    let mut cost = Row::new("  its CPU, ms per 1,000");
    let mut peak = Row::new("  its peak RSS, MiB").at_most(32.0, "");
    let mut far = Row::new(format!("drain of {waiting} waiting, 50 ms, messages/s")).at_least(1000.0, "");
    let mut cores = Row::new("  its CPU, cores").at_most(0.25, "");
    for subject in options.subjects() {
        let (drain, most) = one(subject, options, Duration::ZERO, options.scaled(ROWS)).await;
        near.figure(subject, drain.rate);
        cost.figure(subject, drain.cost);
        peak.figure(subject, most);
        let (drain, _) = one(subject, options, FAR, options.scaled(SLOW_ROWS)).await;
        far.figure(subject, drain.rate);
        cores.figure(subject, drain.cores);
    }
    vec![near.at_least_of_floor(0.6), cost, peak, far, cores]
}

/// How fast the service drains with Telegram near: what a longer backlog is compared with.
pub async fn rate(subject: Subject, options: &Options) -> f64 {
    one(subject, options, Duration::ZERO, options.scaled(ROWS)).await.0.rate
}

/// Drains `count` of the rows with Telegram at that distance; also the most memory it took.
async fn one(subject: Subject, options: &Options, latency: Duration, count: usize) -> (Drain, f64) {
    let mut rig = Rig::new(subject, unlimited()).await;
    rig.lift_limits();
    rig.telegram.set_send_latency(latency);
    let chats = options.scaled(CHATS);
    rig.people(chats).await;
    rig.queue(options.scaled(ROWS), chats).await;
    let process = rig.start();
    let drain = drained(&rig, &process, count).await;
    let peak = process.most_resident();
    drop(process);
    rig.end().await;
    (drain, peak)
}
