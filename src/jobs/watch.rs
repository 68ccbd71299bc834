//! Watches over the service and has its admins told: of each trouble once, and once when it is over.
//!
//! What stands is kept in the database, so that neither a restart nor a new leader tells it again.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nix::sys::statvfs::statvfs;
use tokio_util::sync::CancellationToken;

use super::Jobs;
use crate::domain::alert::{Alert, Trouble};
use crate::domain::job::{INTERRUPTED, Job, Outcome, Run};
use crate::health::Telegram;
use crate::outbox;
use crate::store::{StoreError, sqlite_file};

/// How often is it looked whether there is trouble? Soon enough for whoever has to mend it.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// How long must trouble stay away to be over? What comes and goes would be told again and again.
const OVER_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How many of a job's newest runs are looked at? Those that count lie behind one that waits, one that runs and those
/// that a restart has cut short.
const RUNS_LOOKED_AT: u64 = 8;

/// How long may the file system take to say how much room there is? One over a network may hang.
const DISK_LIMIT: Duration = Duration::from_secs(2);

/// What was seen so far; forgotten with the process, which costs a moment and no alert.
#[derive(Default)]
struct Seen {
    /// Causes that the look before found.
    a_moment_ago: HashSet<String>,
    /// Since when the causes that stand were not found any more.
    calm_since: HashMap<String, DateTime<Utc>>,
}

/// Watches until `stop`.
pub(super) async fn keep(jobs: Arc<Jobs>, stop: CancellationToken) {
    let mut seen = Seen::default();
    while !stop.is_cancelled() {
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            looked = look(&jobs, &mut seen) => looked,
        };
        if let Err(error) = looked {
            log::warn!(target: "jobs", "whether there is trouble can't be told: {error}");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Looks once, and has admins told what is new.
async fn look(jobs: &Jobs, seen: &mut Seen) -> Result<(), StoreError> {
    let now = jobs.clock.now();
    let standing = jobs.store.alerts().await?;
    let found = troubles(jobs, now).await?;
    let causes: HashSet<String> = found.iter().map(Trouble::cause).collect();
    for trouble in found {
        let cause = trouble.cause();
        seen.calm_since.remove(&cause);
        // Found twice in a row: what passes by itself in a moment is no news.
        if seen.a_moment_ago.contains(&cause) && standing.iter().all(|alert| alert.trouble.cause() != cause) {
            let alert = Alert { trouble, since: now, over_at: None };
            if outbox::raise_alert(&jobs.store, &jobs.admins, alert, now).await? {
                log::warn!(target: "jobs", "admins are told of trouble: {cause}");
            }
        }
    }
    for alert in standing {
        let cause = alert.trouble.cause();
        if causes.contains(&cause) {
            continue;
        }
        let calm_since = *seen.calm_since.entry(cause.clone()).or_insert(now);
        if now - calm_since >= OVER_AFTER {
            seen.calm_since.remove(&cause);
            outbox::end_alert(&jobs.store, &jobs.admins, alert, now).await?;
            log::info!(target: "jobs", "the trouble is over: {cause}");
        }
    }
    seen.a_moment_ago = causes;
    Ok(())
}

/// The trouble that there is at `now`.
async fn troubles(jobs: &Jobs, now: DateTime<Utc>) -> Result<Vec<Trouble>, StoreError> {
    let telegram = match jobs.health.telegram() {
        Telegram::TokenRefused => Some(Trouble::TokenRefused),
        Telegram::Conflict => Some(Trouble::SecondPoller),
        _ => None,
    };
    let mut found = Vec::new();
    for job in Job::ALL {
        // It fails because of that, which is told already.
        if job == Job::CheckTelegram && telegram.is_some() {
            continue;
        }
        found.extend(failing(job, jobs.store.runs_of(job.name(), RUNS_LOOKED_AT).await?));
    }
    found.extend(queue_waits(jobs, now).await?);
    found.extend(disk_low(jobs).await?);
    found.extend(telegram);
    Ok(found)
}

/// The trouble with `job`, by its newest runs.
fn failing(job: Job, runs: Vec<Run>) -> Option<Trouble> {
    let enough = if job == Job::BackupDatabase { 1 } else { 2 };
    let counts = |run: &Run| run.finished_at.is_some() && run.error.as_deref() != Some(INTERRUPTED);
    let last: Vec<Run> = runs.into_iter().filter(counts).take(enough).collect();
    if last.len() < enough || last.iter().any(|run| run.outcome == Some(Outcome::Ok)) {
        return None;
    }
    let error = last.into_iter().next().and_then(|run| run.error);
    Some(match job {
        Job::BackupDatabase => Trouble::BackupFails { error },
        _ => Trouble::JobFails { job: job.name().to_owned(), error },
    })
}

/// Notifications that do not leave though nobody has paused them.
async fn queue_waits(jobs: &Jobs, now: DateTime<Utc>) -> Result<Option<Trouble>, StoreError> {
    if jobs.api.is_none() || jobs.store.sending_pause().await?.is_some() {
        return Ok(None);
    }
    let waited = jobs.store.longest_due(now).await?.and_then(|due| (now - due).to_std().ok());
    let waited = waited.filter(|waited| *waited >= jobs.alerts.queue_age);
    Ok(waited.map(|waited| Trouble::QueueWaits { minutes: waited.as_secs() / 60 }))
}

/// Little room where the SQLite file is; PostgreSQL's disk is its own host's.
async fn disk_low(jobs: &Jobs) -> Result<Option<Trouble>, StoreError> {
    let Some(file) = sqlite_file(&jobs.database)? else { return Ok(None) };
    let asked = tokio::task::spawn_blocking(move || free_mib(file.parent().unwrap_or(Path::new("."))));
    let Ok(Ok(Some(free_mib))) = tokio::time::timeout(DISK_LIMIT, asked).await else { return Ok(None) };
    Ok((free_mib < jobs.alerts.disk_free_mib).then_some(Trouble::DiskLow { free_mib }))
}

/// The room for this service in the file system of `folder`; `None` when it does not say.
fn free_mib(folder: &Path) -> Option<u64> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let room = statvfs(folder).ok()?;
    // Their types differ between platforms.
    #[allow(clippy::useless_conversion)]
    let bytes = u64::from(room.blocks_available()).saturating_mul(u64::from(room.fragment_size()));
    Some(bytes >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: i64, outcome: Option<Outcome>, error: Option<&str>) -> Run {
        let time = DateTime::UNIX_EPOCH;
        Run {
            id,
            job: "purge_expired".into(),
            requested_by: "timetable".into(),
            requested_at: time,
            started_at: Some(time),
            finished_at: outcome.map(|_| time),
            outcome,
            items: None,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn a_job_fails_when_its_last_two_runs_did() {
        let (ok, failed) = (run(1, Some(Outcome::Ok), None), run(2, Some(Outcome::Failed), Some("why")));
        let panicked = run(3, Some(Outcome::Panicked), Some("panicked"));
        let (running, cut) = (run(4, None, None), run(5, Some(Outcome::Failed), Some(INTERRUPTED)));
        let fails = |runs: &[&Run]| {
            let runs = runs.iter().copied().cloned().collect();
            failing(Job::PurgeExpired, runs).is_some()
        };
        assert!(!fails(&[]) && !fails(&[&failed]), "once may be chance");
        assert!(fails(&[&failed, &panicked]) && fails(&[&running, &panicked, &failed, &ok]));
        assert!(!fails(&[&failed, &ok, &failed]) && !fails(&[&ok, &failed, &failed]));
        assert!(
            !fails(&[&cut, &failed, &ok]) && fails(&[&cut, &failed, &cut, &failed]),
            "a restart is no failure"
        );
    }

    #[test]
    fn a_backup_fails_when_the_last_one_did_and_says_why() {
        let failed = run(2, Some(Outcome::Failed), Some("no room"));
        let trouble = failing(Job::BackupDatabase, vec![failed.clone()]);
        assert_eq!(trouble, Some(Trouble::BackupFails { error: Some("no room".into()) }));
        assert_eq!(failing(Job::BackupDatabase, vec![run(3, Some(Outcome::Ok), None), failed]), None);
    }

    #[test]
    fn the_room_on_a_disk_is_known_and_that_of_no_folder_is_not() {
        assert!(free_mib(Path::new("")).is_some_and(|mib| mib > 0));
        assert_eq!(free_mib(Path::new("/no/such/folder")), None);
    }
}
