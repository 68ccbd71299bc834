//! Many posts are due in one minute over five networks, and one of them is slow: how late each begins.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures::future::join_all;

use crate::connector::{Connector, SECRET};
use crate::database::now_ms;
use crate::options::Options;
use crate::rig::{Rig, unlimited};
use crate::rows::percentile;
use crate::subject::Subject;
use crate::table::{Row, count, shown};

/// How many posts are due within the minute.
const POSTS: usize = 10_000;

/// The networks, and how long each takes over a post. The last one can't keep up, whatever we do.
const NETWORKS: [(&str, Duration); 5] = [
    ("ant", Duration::from_millis(20)),
    ("bee", Duration::from_millis(20)),
    ("cat", Duration::from_millis(20)),
    ("dog", Duration::from_millis(20)),
    ("eel", Duration::from_secs(2)),
];

/// When the first is due, after they were written: nothing is late before anybody can send it.
const AHEAD: TimeDelta = TimeDelta::seconds(5);

/// For how long are they looked for once the minute is over?
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows.
pub async fn measure(options: &Options) -> Vec<Row> {
    let posts = options.scaled(POSTS);
    let name =
        format!("{} posts due in a minute over 5 networks: missing or twice on the 4 quick", count(posts));
    let mut wrong = Row::new(name).at_most(0.0, "");
    let mut rows: Vec<Row> = NETWORKS.iter().map(|(network, takes)| lateness_row(network, *takes)).collect();
    for subject in options.services() {
        let connectors = one(subject, posts).await;
        let quick = connectors.iter().take(NETWORKS.len() - 1);
        wrong.figure(subject, quick.map(|it| wrongly_sent(it, posts / NETWORKS.len())).sum::<usize>() as f64);
        for ((row, connector), (_, takes)) in rows.iter_mut().zip(&connectors).zip(NETWORKS) {
            let mut late: Vec<Duration> =
                connector.seen().iter().map(|(_, late)| late.to_std().unwrap_or_default()).collect();
            let [middle, most, all] = [0.5, 0.99, 1.0].map(|share| percentile(&mut late, share));
            let words = format!("{} / {} / {}", shown(middle), shown(most), shown(all));
            row.words(subject, words, all <= 1_000.0 || is_slow(takes));
        }
    }
    std::iter::once(wrong).chain(rows).collect()
}

fn lateness_row(network: &str, takes: Duration) -> Row {
    let row = Row::new(format!("  {network}, {} ms a post: lateness p50 / p99 / max, ms", takes.as_millis()));
    if is_slow(takes) { row.goal("delays no other") } else { row.goal("max ≤ 1,000") }
}

fn is_slow(takes: Duration) -> bool {
    takes >= Duration::from_secs(1)
}

/// How many posts of `wanted` did not come, or came again.
fn wrongly_sent(connector: &Connector, wanted: usize) -> usize {
    let seen = connector.seen();
    let posts: BTreeSet<i64> = seen.iter().map(|(id, _)| *id).collect();
    seen.len() - posts.len() + wanted.saturating_sub(posts.len())
}

/// The connectors after a minute with `posts`.
async fn one(subject: Subject, posts: usize) -> Vec<Connector> {
    let connectors = join_all(NETWORKS.map(|(_, takes)| Connector::open(takes))).await;
    let mut rig = Rig::new(subject, unlimited()).await;
    // Only posts are measured.
    rig.without_telegram();
    for ((network, _), connector) in NETWORKS.iter().zip(&connectors) {
        let set = |key: &str| format!("SCHEDULER_NETWORKS__{}__{key}", network.to_uppercase());
        for (key, value) in [
            ("KIND", "webhook"),
            ("URL", connector.url().as_str()),
            ("SECRET", SECRET),
            ("ALLOW_PRIVATE_ADDRESSES", "true"),
        ] {
            rig.set(&set(key), value);
        }
    }
    let (process, _) = rig.start_listening().await;
    let networks: Vec<&str> = NETWORKS.iter().map(|(network, _)| *network).collect();
    rig.database.schedule(posts, &networks, now_ms() + AHEAD.num_milliseconds(), 60_000).await;
    let quick = posts / NETWORKS.len() * (NETWORKS.len() - 1);
    let from = Instant::now();
    let arrived = || connectors.iter().take(NETWORKS.len() - 1).map(|it| it.seen().len()).sum::<usize>();
    while arrived() < quick && from.elapsed() < Duration::from_secs(65) + PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(process);
    rig.end().await;
    connectors
}
