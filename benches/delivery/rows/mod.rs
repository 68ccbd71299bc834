//! The rows of the table, in groups that can be measured alone.

mod cost;
mod digests;
mod drain;
mod faults;
mod hot_chat;
mod ingest;
mod latency;
mod memory;
mod million;
mod pace;
mod posts;
mod start;
mod updates;

use std::fs;
use std::time::{Duration, Instant};

use futures::future::LocalBoxFuture;

use crate::options::Options;
use crate::table::{self, Row};

/// Measures one group.
type Group = for<'a> fn(&'a Options) -> LocalBoxFuture<'a, Vec<Row>>;

/// The groups in the order of the table.
pub const GROUPS: [(&str, Group); 14] = [
    ("ingest", |options| Box::pin(ingest::measure(options))),
    ("latency", |options| Box::pin(latency::measure(options))),
    ("drain", |options| Box::pin(drain::measure(options))),
    ("million", |options| Box::pin(million::measure_spread(options))),
    ("hot-million", |options| Box::pin(million::measure_hot(options))),
    ("cost", |options| Box::pin(cost::measure(options))),
    ("pace", |options| Box::pin(pace::measure(options))),
    ("hot-chat", |options| Box::pin(hot_chat::measure(options))),
    ("memory", |options| Box::pin(memory::measure(options))),
    ("start", |options| Box::pin(start::measure(options))),
    ("updates", |options| Box::pin(updates::measure(options))),
    ("faults", |options| Box::pin(faults::measure(options))),
    ("digests", |options| Box::pin(digests::measure(options))),
    ("posts", |options| Box::pin(posts::measure(options))),
];

/// Measures what is wanted and prints the table.
pub async fn measure(options: &Options) {
    let started = Instant::now();
    let before = load();
    let mut rows = Vec::new();
    for (name, measure) in GROUPS {
        if options.wants(name) {
            eprintln!("{name}:");
            rows.extend(measure(options).await);
        }
    }
    table::print(&rows);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "\n{cores} cores; load {before} before, {} after; {} s; SQLite with synchronous=FULL, PostgreSQL as the \
         server is set; \"met\": SQLite / PostgreSQL",
        load(),
        started.elapsed().as_secs()
    );
}

/// How busy the machine was in the last minute.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// A duration in milliseconds.
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The value below which `share` of the durations lie, in milliseconds.
fn percentile(durations: &mut [Duration], share: f64) -> f64 {
    durations.sort_unstable();
    let at = (durations.len() as f64 * share) as usize;
    millis(durations[at.min(durations.len() - 1)])
}
