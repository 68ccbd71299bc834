//! Many messages to one chat, one to each of many others: who waits for the one chat's limit?

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::caller::batch;
use crate::options::Options;
use crate::rig::{FIRST_CHAT, Rig, strict};
use crate::subject::Subject;
use crate::table::Row;

/// How many messages for the one chat, and how many others.
const HOT: usize = 200;
const OTHERS: usize = 600;

/// How often is looked who is done?
const LOOK_EVERY: Duration = Duration::from_millis(10);

struct Done {
    others: f64,
    hot: f64,
    refused: u64,
    lost: u64,
}

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let (hot, others) = (options.scaled(HOT), options.scaled(OTHERS));
    let name = format!("{hot} to one chat + {others} others: the others done, s");
    let mut others_done = Row::new(name).at_most(others as f64 / 30.0 + 1.0, "");
    let mut hot_done = Row::new("  the one chat done, s").at_most(hot as f64 + 2.0, "");
    let mut refused = Row::new("  429s").at_most(0.0, "");
    let mut lost = Row::new("  lost").at_most(0.0, "");
    let services = options.services();
    let all = join_all(services.iter().map(|subject| one(*subject, hot, others))).await;
    for (subject, done) in services.into_iter().zip(all) {
        others_done.figure(subject, done.others);
        hot_done.figure(subject, done.hot);
        refused.figure(subject, done.refused as f64);
        lost.figure(subject, done.lost as f64);
    }
    vec![others_done, hot_done, refused, lost]
}

/// The one chat is that of the first account.
async fn one(subject: Subject, hot: usize, others: usize) -> Done {
    let rig = Rig::new(subject, strict()).await;
    rig.people(others + 1).await;
    let (process, addr) = rig.start_polling().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut caller = rig.caller(addr).await;
    let from = Instant::now();
    caller.tells(batch(std::iter::repeat_n(0, hot).chain(1..=others))).await;
    let (wanted_hot, wanted_others) = (hot as u64, others as u64);
    let patience = Duration::from_secs(wanted_hot * 3 / 2 + 30);
    let mut others_done = None;
    let (mut to_hot, mut to_others) = (0, 0);
    while from.elapsed() < patience && (to_hot < wanted_hot || to_others < wanted_others) {
        tokio::time::sleep(LOOK_EVERY).await;
        to_hot = rig.telegram.sent_count(FIRST_CHAT);
        if others_done.is_none() {
            to_others = rig.telegram.sent_counts().values().sum::<u64>() - to_hot;
            others_done = (to_others >= wanted_others).then(|| from.elapsed());
        }
    }
    let hot_done = from.elapsed();
    let refused = rig.telegram.stats().too_many_requests;
    drop(process);
    rig.end().await;
    Done {
        others: others_done.unwrap_or(hot_done).as_secs_f64(),
        hot: hot_done.as_secs_f64(),
        refused,
        lost: wanted_hot.saturating_sub(to_hot) + wanted_others.saturating_sub(to_others),
    }
}
