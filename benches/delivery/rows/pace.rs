//! One message to each of many chats under the limit of 30 a second: all of the limit, and not one message over it.

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::caller::batch;
use crate::options::Options;
use crate::rig::{Rig, strict};
use crate::subject::Subject;
use crate::table::Row;

/// How many chats.
const CHATS: usize = 1200;

/// How many messages a second, by Telegram's FAQ.
const PER_SECOND: f64 = 30.0;

/// The most events in one request.
const BATCH: usize = 1000;

/// What the goal leaves beside the limit itself, s.
const SLACK: f64 = 0.5;

struct Paced {
    seconds: f64,
    refused: u64,
    busiest_second: usize,
}

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let chats = options.scaled(CHATS);
    let ideal = chats as f64 / PER_SECOND;
    let mut seconds = Row::new(format!("{chats} chats at 30/s, seconds")).at_most(ideal + SLACK, "");
    let mut refused = Row::new("  429s").at_most(0.0, "");
    let mut busiest = Row::new("  most in any one second").at_most(31.0, "");
    // Side by side: both wait for the clock nearly all of the time.
    let services = options.services();
    let all = join_all(services.iter().map(|subject| one(*subject, chats))).await;
    for (subject, paced) in services.into_iter().zip(all) {
        seconds.figure(subject, paced.seconds);
        refused.figure(subject, paced.refused as f64);
        busiest.figure(subject, paced.busiest_second as f64);
    }
    vec![seconds, refused, busiest]
}

async fn one(subject: Subject, chats: usize) -> Paced {
    let rig = Rig::new(subject, strict()).await;
    rig.people(chats).await;
    let (process, addr) = rig.start_polling().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut caller = rig.caller(addr).await;
    let from = Instant::now();
    let accounts: Vec<usize> = (0..chats).collect();
    for accounts in accounts.chunks(BATCH) {
        caller.tells(batch(accounts.iter().copied())).await;
    }
    let all = u64::try_from(chats).expect("a count");
    let patience = Duration::from_secs(all / 10 + 10);
    rig.telegram.wait_for_total(all, patience).await.expect("all arrive");
    let seconds = from.elapsed().as_secs_f64();
    let stats = rig.telegram.stats();
    drop(process);
    rig.end().await;
    Paced { seconds, refused: stats.too_many_requests, busiest_second: stats.busiest_second }
}
