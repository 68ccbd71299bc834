//! Removes what is kept for a time only, when that is over.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Done, JobError, Jobs};
use crate::config;
use crate::store::{PURGE_BATCH, Purgeable};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long is a link token kept after it expired? The page that shows it may still wait and ask.
const LINK_TOKENS: Duration = DAY;

/// How long are settings kept after an unlink? What people were promised when they unlinked.
const SETTINGS: Duration = DAY.saturating_mul(30);

/// How long is an answer kept for a request that comes again? Longer than any caller retries.
const IDEMPOTENCY_KEYS: Duration = DAY.saturating_mul(2);

/// How long are runs kept that found nothing to do? Most do.
const IDLE_RUNS: Duration = DAY;

/// The pause between two batches, for whoever else writes.
const BETWEEN_BATCHES: Duration = Duration::from_millis(10);

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let now = jobs.clock.now();
    let mut removed = 0;
    for what in Purgeable::ALL {
        let before = before(now, kept_for(what, &jobs.settings))?;
        loop {
            let batch = jobs.store.purge(what, before).await?;
            removed += batch;
            if batch < u64::from(PURGE_BATCH) {
                break;
            }
            tokio::time::sleep(BETWEEN_BATCHES).await;
        }
    }
    Ok(removed)
}

fn kept_for(what: Purgeable, settings: &config::Jobs) -> Duration {
    match what {
        Purgeable::LinkTokens | Purgeable::PlaceTokens => LINK_TOKENS,
        // They expire by themselves.
        Purgeable::Drafts => Duration::ZERO,
        Purgeable::Settings => SETTINGS,
        Purgeable::Attempts => settings.attempts_kept_for,
        // A broadcast as long as the rows that it is told by.
        Purgeable::Notifications | Purgeable::Broadcasts => settings.notifications_kept_for,
        Purgeable::Posts => settings.posts_kept_for,
        Purgeable::IdempotencyKeys => IDEMPOTENCY_KEYS,
        Purgeable::IdleRuns => IDLE_RUNS.min(settings.runs_kept_for),
        Purgeable::Runs => settings.runs_kept_for,
        Purgeable::Audit => settings.audit_kept_for,
    }
}

fn before(now: DateTime<Utc>, kept_for: Duration) -> Result<DateTime<Utc>, JobError> {
    let span = chrono::TimeDelta::from_std(kept_for).ok();
    span.and_then(|span| now.checked_sub_signed(span))
        .ok_or_else(|| JobError("the time before which things are removed can't be told".into()))
}
