//! One run of a job: within its time, its panics caught, its end written down.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Done, Entry};
use crate::clock::Clock;
use crate::domain::job::{INTERRUPTED, Outcome};
use crate::metrics;
use crate::store::Store;

/// The pause before the end of a run is written again that the database did not take.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// How long may writing the end of a run take when the service stops?
const LAST_WORD: Duration = Duration::from_secs(3);

/// The longest error kept, in characters.
const ERROR_MAX_CHARS: usize = 500;

/// How a run ended.
struct End {
    outcome: Outcome,
    items: Option<i32>,
    error: Option<String>,
}

/// Does the work of the run `id`, which is written as begun, and writes how it ended.
pub(super) async fn carry_out(
    entry: &Entry,
    id: i64,
    store: &Store,
    clock: &Clock,
    stop: &CancellationToken,
) {
    let from = Instant::now();
    let work = AssertUnwindSafe(async { (entry.work)().await }).catch_unwind();
    let end = tokio::select! {
        biased;
        () = stop.cancelled() => End::failed(Outcome::Failed, INTERRUPTED.into()),
        ended = tokio::time::timeout(entry.limit, work) => match ended {
            Ok(Ok(done)) => End::of(done),
            // What it said went through the panic hook, which knows what must not be shown.
            Ok(Err(_)) => End::failed(Outcome::Panicked, "the job panicked: the log says where".into()),
            Err(_) => {
                let seconds = entry.limit.as_secs_f64();
                End::failed(Outcome::TimedOut, format!("not done after {seconds} s"))
            }
        },
    };
    end.log(entry.name);
    metrics::job_ended(entry.name, end.outcome.as_str(), from.elapsed());
    write(&end, id, store, clock, stop).await;
}

impl End {
    fn of(done: Done) -> Self {
        match done {
            Ok(items) => Self {
                outcome: Outcome::Ok,
                items: Some(i32::try_from(items).unwrap_or(i32::MAX)),
                error: None,
            },
            Err(error) => Self::failed(Outcome::Failed, error.to_string()),
        }
    }

    fn failed(outcome: Outcome, error: String) -> Self {
        Self { outcome, items: None, error: Some(error.chars().take(ERROR_MAX_CHARS).collect()) }
    }

    fn log(&self, job: &str) {
        match &self.error {
            None => log::debug!(target: "jobs", "{job}: ok, {} items", self.items.unwrap_or_default()),
            Some(error) if error == INTERRUPTED => log::info!(target: "jobs", "{job}: {error}"),
            Some(error) => log::warn!(target: "jobs", "{job}: {}: {error}", self.outcome.as_str()),
        }
    }
}

/// Writes the end until the database takes it: a run without one would look as if it were still going on.
async fn write(end: &End, id: i64, store: &Store, clock: &Clock, stop: &CancellationToken) {
    loop {
        let stopping = stop.is_cancelled();
        let written = store.finish_run(id, end.outcome, end.items, end.error.clone(), clock.now());
        let why = match tokio::time::timeout(LAST_WORD, written).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the database does not answer".to_owned(),
        };
        log::error!(target: "jobs", "the end of run {id} is not written: {why}");
        // The next leader marks it as interrupted.
        if stopping {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(WRITE_AGAIN) => {}
        }
    }
}
