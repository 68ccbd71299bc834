//! The timetable as admins' tools see it: how each job does, its runs, and a run now.

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::auth::Caller;
use super::call::Call;
use super::idempotency;
use super::openapi::{Answered, Parameter, Says};
use super::paging::{self, Paging};
use super::problem::{Kind, Problem};
use crate::domain::audit::Actor;
use crate::domain::job::{History, Job, Run};

/// How many of a job's last runs do the figures speak of? A few hours of the most frequent ones' work.
const RUNS_SPOKEN_OF: u64 = 50;

#[derive(Serialize, ToSchema)]
#[schema(as = Scheduler)]
struct Status {
    /// Whether this very instance runs the jobs.
    leading: bool,
    jobs: Vec<JobStatus>,
}

#[derive(Serialize, ToSchema)]
struct JobStatus {
    id: &'static str,
    schedule: String,
    next_run: DateTime<Utc>,
    running: Option<ShownRun>,
    queued: Option<ShownRun>,
    last_run: Option<ShownRun>,
    runs: usize,
    success_rate: Option<f64>,
    mean_duration_ms: Option<u128>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = JobRuns)]
struct Runs {
    runs: Vec<ShownRun>,
    /// For the next page; null on the last one.
    next_cursor: Option<String>,
}

/// A run as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = JobRun)]
struct ShownRun {
    id: i64,
    job: String,
    requested_by: String,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    outcome: Option<&'static str>,
    items: Option<i32>,
    error: Option<String>,
}

impl From<Run> for ShownRun {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            job: run.job,
            requested_by: run.requested_by,
            requested_at: run.requested_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            outcome: run.outcome.map(|outcome| outcome.as_str()),
            items: run.items,
            error: run.error,
        }
    }
}

const JOB: Parameter = Parameter::new::<String>("id", "The job\u{2019}s name, as the status lists it");

pub(super) const STATUS: Says = Says::new("scheduler_status", "How each job does, and when it runs next")
    .answers(&[Answered::json::<Status>(200, "The timetable")]);

/// `GET /api/admin/scheduler/status`
pub(super) async fn status(call: Call) -> Result<Answer, Problem> {
    let (port, now) = (&call.port, call.port.now());
    let mut jobs = Vec::with_capacity(Job::ALL.len());
    for job in Job::ALL {
        let history = History::of(port.store().runs_of(job.name(), RUNS_SPOKEN_OF).await?);
        let when = job.when(port.config().jobs.backup_time);
        jobs.push(JobStatus {
            id: job.name(),
            schedule: when.to_string(),
            next_run: when.next_slot(now),
            running: history.running.map(ShownRun::from),
            queued: history.queued.map(ShownRun::from),
            last_run: history.last.map(ShownRun::from),
            runs: history.ended,
            success_rate: history.success_rate,
            mean_duration_ms: history.mean_duration.map(|mean| mean.as_millis()),
        });
    }
    Answer::json(StatusCode::OK, &Status { leading: port.health().leading(), jobs })
}

pub(super) const TRIGGER: Says = Says::new("trigger_job", "Run a job now")
    .path(JOB)
    .repeatable()
    .answers(&[Answered::json::<ShownRun>(202, "The run, which begins within a second or two")]);

/// `POST`, and as before `GET`, `/api/admin/scheduler/jobs/{id}/trigger`: 202 with the run, which begins within a
/// second or two. While one waits, it is the answer again.
pub(super) async fn trigger(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let job = job(&call)?;
    let key = idempotency::key_for(job.name(), &call, &caller)?;
    let (store, actor, now) = (call.port.store(), Actor::Api(caller.account), call.port.now());
    let run = match key {
        None => store.request_run(job.name(), &actor, now).await?,
        Some(key) => {
            store.request_run_once(job.name(), &actor, key, now).await?.ok_or_else(idempotency::reused)?
        }
    };
    Answer::json(StatusCode::ACCEPTED, &ShownRun::from(run))
}

pub(super) const RUNS: Says = Says::new("job_runs", "A job\u{2019}s last runs, the newest first")
    .path(JOB)
    .query(&[paging::LIMIT, paging::CURSOR])
    .answers(&[Answered::json::<Runs>(200, "A page")]);

/// `GET /api/admin/scheduler/jobs/{id}/runs?limit=&cursor=`: the newest first.
pub(super) async fn runs(call: Call) -> Result<Answer, Problem> {
    let job = job(&call)?;
    let paging = Paging::of(&call.query(&["limit", "cursor"])?)?;
    let mut runs = call.port.store().runs_before(job.name(), paging.before, paging.looked_for()).await?;
    let next_cursor = paging.cut(&mut runs, |run| run.id);
    Answer::json(StatusCode::OK, &Runs { runs: runs.into_iter().map(ShownRun::from).collect(), next_cursor })
}

fn job(call: &Call) -> Result<Job, Problem> {
    call.id.as_deref().and_then(Job::from_name).ok_or_else(|| {
        let known = Job::ALL.map(Job::name).join(", ");
        Problem::new(Kind::NotFound, format!("There is no such job. There are: {known}."))
    })
}
