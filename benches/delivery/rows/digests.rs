//! The daily digests: how fast those that are due become rows, and what it costs when none is.

use std::time::{Duration, Instant};

use crate::database::now_ms;
use crate::options::Options;
use crate::rig::{Rig, run_job, unlimited};
use crate::rows::millis;
use crate::table::{Row, count};

/// How many accounts there are, and of how many a digest is due.
const ACCOUNTS: usize = 200_000;
const DUE: usize = 100_000;

/// How long is it watched? What was written by then is the rate.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often is looked how far it is?
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Of how many runs with nothing to do is the cost taken?
const IDLE_RUNS: u32 = 5;

const JOB: &str = "telegram_daily_summary";

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let (due, accounts) = (options.scaled(DUE), options.scaled(ACCOUNTS));
    let name = format!("digest fan-out, {} of {} due, rows/s", count(due), count(accounts));
    let mut rate = Row::new(name).at_least(50_000.0, "");
    let mut peak = Row::new("  its peak RSS, MiB").at_most(32.0, "bounded");
    let mut idle = Row::new("  a run with none due, CPU ms").goal("∝ due rows");
    for subject in options.services() {
        // Nothing is sent: that would be another measure.
        let mut rig = Rig::new(subject, unlimited()).await;
        rig.without_telegram();
        rig.database.link(accounts).await;
        // Everybody's next one lies ahead, so that the index is as large as it would be.
        let tomorrow = now_ms() + 20 * 3_600_000;
        rig.database.write(&format!("UPDATE sns_settings SET next_digest_at_ms = {tomorrow}")).await;
        let (process, addr) = rig.start_listening().await;
        let mut caller = rig.caller(addr).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let cpu = process.cpu();
        for _ in 0..IDLE_RUNS {
            run_job(&mut caller, JOB).await;
        }
        idle.figure(subject, millis(process.cpu() - cpu) / f64::from(IDLE_RUNS));

        let past = now_ms() - 60_000;
        rig.database
            .write(&format!(
                "UPDATE sns_settings SET next_digest_at_ms = {past} WHERE account IN \
                 (SELECT account FROM sns_settings ORDER BY telegram_chat_id LIMIT {due})"
            ))
            .await;
        // As on every day: the database has known these times since yesterday.
        rig.database.settle().await;
        rate.figure(subject, fan_out(&rig, &mut caller, due).await);
        peak.figure(subject, process.most_resident());
        drop(process);
        rig.end().await;
    }
    vec![rate, peak, idle]
}

/// Triggers the job; rows written in a second.
async fn fan_out(rig: &Rig, caller: &mut crate::caller::Connection, due: usize) -> f64 {
    let due = i64::try_from(due).expect("a count");
    // The ids of an otherwise empty table tell it at no price; to count the rows takes a tenth of a core.
    let written = || rig.database.number("SELECT COALESCE(MAX(id), 0) FROM notifications");
    let path = format!("/api/admin/scheduler/jobs/{JOB}/trigger");
    caller.send(hyper::Method::POST, &path, String::new()).await;
    while written().await == 0 {
        tokio::time::sleep(LOOK_EVERY / 10).await;
    }
    let (from, first) = (Instant::now(), written().await);
    let mut rows = first;
    while rows < due && from.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK_EVERY).await;
        rows = written().await;
    }
    (rows - first) as f64 / from.elapsed().as_secs_f64()
}
