//! The timetable: named jobs, their history, no overlap.
//!
//! | file | what it does |
//! |---|---|
//! | `timetable` | ticks, decides what is due, takes requested runs, catches up, stops |
//! | `run` | one run: within its time, panics caught, written down |
//! | `watch` | has admins told of trouble |
//! | the others | one job each |
//!
//! `clokwerk` only ticks: it knows no history, hides its next-run times and runs nothing that was missed. What is
//! due is decided here, from [`Job::when`], the clock and the runs in the database, so that a moved clock, a
//! restart or a new leader neither skips a slot nor runs it twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

mod backup_database;
mod check_telegram;
mod execute_scheduled_posts;
mod post_notifications;
mod purge_expired;
mod release_stale_claims;
mod run;
mod telegram_daily_summary;
mod timetable;
mod watch;

pub use timetable::Timetable;

use crate::clock::Clock;
use crate::config;
use crate::domain::job::{Job, When};
use crate::health::Health;
use crate::store::{Store, StoreError};
use crate::telegram::Api;

/// One line of the timetable.
#[derive(Clone)]
pub struct Entry {
    /// The job's id.
    pub name: &'static str,
    /// When it is due.
    pub when: When,
    /// How long one run may take.
    pub limit: Duration,
    /// What it does.
    pub work: Work,
}

/// What a job does, once: how many things it dealt with, or why it could not.
pub type Work = Arc<dyn Fn() -> BoxFuture<'static, Done> + Send + Sync>;

/// How a job's work ended.
pub type Done = Result<u64, JobError>;

/// Why a job could not do its work: words for the history, which admins read. No secrets, nobody's data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JobError(pub String);

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What the jobs work with.
pub struct Jobs {
    /// Where everything is.
    pub store: Store,
    /// The way to Telegram; without a token the other jobs run all the same.
    pub api: Option<Api>,
    /// Whether updates come by a webhook: then one is to be set.
    pub webhook_wanted: bool,
    /// Who is told how it stands with Telegram.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// Backups and how long things are kept.
    pub settings: config::Jobs,
    /// Whom to tell of trouble, by user id.
    pub admins: BTreeSet<i64>,
    /// From when on it is trouble.
    pub alerts: config::Alerts,
    /// The database to back up.
    pub database: config::Database,
    /// How many attempts a message has in all.
    pub max_attempts: u32,
    /// Where people are whose zone is not known.
    pub default_zone: Tz,
}

impl Jobs {
    /// Keeps the timetable, and watches over the service, until `stop`; returns when what was running is ended and written down.
    ///
    /// Only the leader runs it: what is running when it starts was run by somebody who is gone.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let timetable = Timetable::new(self.store.clone(), self.clock.clone(), self.entries());
        tokio::join!(timetable.run(stop.clone()), watch::keep(Arc::clone(&self), stop));
    }

    /// The timetable.
    fn entries(self: &Arc<Self>) -> Vec<Entry> {
        Job::ALL
            .map(|job| Entry {
                name: job.name(),
                when: job.when(self.settings.backup_time),
                limit: job.limit(),
                work: self.work(job),
            })
            .into()
    }

    fn work(self: &Arc<Self>, job: Job) -> Work {
        let jobs = Arc::clone(self);
        match job {
            Job::ExecuteScheduledPosts => work(jobs, execute_scheduled_posts::run),
            Job::PostNotifications => work(jobs, post_notifications::run),
            Job::TelegramDailySummary => work(jobs, telegram_daily_summary::run),
            Job::ReleaseStaleClaims => work(jobs, release_stale_claims::run),
            Job::CheckTelegram => {
                let watch = Arc::new(check_telegram::Watch::default());
                work(jobs, move |jobs| check_telegram::run(jobs, Arc::clone(&watch)))
            }
            Job::PurgeExpired => work(jobs, purge_expired::run),
            Job::BackupDatabase => work(jobs, backup_database::run),
        }
    }
}

fn work<F>(jobs: Arc<Jobs>, run: impl Fn(Arc<Jobs>) -> F + Send + Sync + 'static) -> Work
where
    F: Future<Output = Done> + Send + 'static,
{
    Arc::new(move || Box::pin(run(Arc::clone(&jobs))))
}
