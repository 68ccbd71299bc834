//! The history of the timetable's jobs, and the runs that were asked for.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use super::idempotency::Answers;
use super::write_queue::Command;
use super::{IdempotencyKey, Recorded, Store, StoreError, audit, ms, time};
use crate::domain::audit::{Action, Actor};
use crate::domain::job::{INTERRUPTED, Job, Outcome, Requester, Run};
use crate::entity::job_run::{ActiveModel, Column, Entity, Model};

/// How often is a run looked at that somebody waits for?
const FINISH_POLL: Duration = Duration::from_millis(50);

impl Store {
    /// Asks for a run of `job`; the leader takes it within a second or two. One that waits already is the answer
    /// to a second wish.
    pub async fn request_run(&self, job: &str, actor: &Actor, now: DateTime<Utc>) -> Result<Run, StoreError> {
        let run = self.writer.write(RequestRun { job: job.to_owned(), actor: actor.clone(), now }).await?;
        self.signals.run_requested.notify_one();
        Ok(run)
    }

    /// The same for a request with an idempotency key: the run that it asked for before is the answer, as it stands.
    /// `None` when the key came with another request before.
    pub async fn request_run_once(
        &self,
        job: &str,
        actor: &Actor,
        key: IdempotencyKey,
        now: DateTime<Utc>,
    ) -> Result<Option<Run>, StoreError> {
        let request = RequestRun { job: job.to_owned(), actor: actor.clone(), now };
        let run = self.writer.write(RequestRunOnce { request, key }).await?;
        self.signals.run_requested.notify_one();
        Ok(run)
    }

    /// Wakes the timetable: a run that waits may begin.
    pub fn wake_timetable(&self) {
        self.signals.run_requested.notify_one();
    }

    /// Returns when a run may have been requested here since the last call, or after `limit`.
    pub async fn wait_for_run_request(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.signals.run_requested.notified()).await;
    }

    /// The runs that were asked for and not begun, oldest first.
    pub async fn queued_runs(&self) -> Result<Vec<Run>, StoreError> {
        let queued = Entity::find().filter(Expr::cust("started_at_ms IS NULL")).order_by_asc(Column::Id);
        Ok(queued.all(&self.reader).await?.into_iter().map(Run::from).collect())
    }

    /// Writes that the timetable begins a run of `job` for the slot `slot`; returns its number.
    pub async fn begin_run(
        &self,
        job: &str,
        by: &Requester,
        slot: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<i64, StoreError> {
        self.writer.write(BeginRun { job: job.to_owned(), by: by.to_string(), slot, now }).await
    }

    /// Writes that the requested run `id` begins; false when it has begun already.
    pub async fn begin_requested_run(&self, id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.writer.write(BeginRequestedRun { id, now }).await
    }

    /// Writes how the run `id` ended; false when somebody else wrote that already.
    pub async fn finish_run(
        &self,
        id: i64,
        outcome: Outcome,
        items: Option<i32>,
        error: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.writer.write(FinishRun { id, outcome, items, error, now }).await
    }

    /// Marks every run that has begun and not ended as interrupted: only for a new leader, when whoever ran them
    /// is gone. Returns how many.
    pub async fn interrupt_runs(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(InterruptRuns { now }).await
    }

    /// The newest runs of `job`, at most `limit`, newest first.
    pub async fn runs_of(&self, job: &str, limit: u64) -> Result<Vec<Run>, StoreError> {
        self.runs_before(job, None, limit).await
    }

    /// The same of those older than the run `before`.
    pub async fn runs_before(
        &self,
        job: &str,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Run>, StoreError> {
        let mut runs = Entity::find().filter(Column::Job.eq(job)).order_by_desc(Column::Id).limit(limit);
        if let Some(before) = before {
            runs = runs.filter(Column::Id.lt(before));
        }
        Ok(runs.all(&self.reader).await?.into_iter().map(Run::from).collect())
    }

    /// Each job that ever ended well, as far back as its runs are kept, and when it last did.
    pub async fn last_successes(&self) -> Result<Vec<(&'static str, DateTime<Utc>)>, StoreError> {
        let mut successes = Vec::new();
        for job in Job::ALL {
            let last = Entity::find()
                .filter(Column::Job.eq(job.name()))
                .filter(Column::Outcome.eq(Outcome::Ok.as_str()))
                .order_by_desc(Column::Id);
            let finished = last.one(&self.reader).await?.and_then(|run| run.finished_at_ms);
            successes.extend(finished.map(|finished| (job.name(), time(finished))));
        }
        Ok(successes)
    }

    /// The run `id`; `None` for one never made, or forgotten.
    pub async fn run(&self, id: i64) -> Result<Option<Run>, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.reader).await?.map(Run::from))
    }

    /// Waits until the run `id` has ended, at most `limit`, and says where it stands then.
    pub async fn wait_for_run(&self, id: i64, limit: Duration) -> Result<Option<Run>, StoreError> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            let run = self.run(id).await?;
            let waiting = run.as_ref().is_some_and(|run| run.finished_at.is_none());
            if !waiting || tokio::time::Instant::now() >= deadline {
                return Ok(run);
            }
            tokio::time::sleep(FINISH_POLL).await;
        }
    }

    /// The last slot of `job` that was run for; before its first run, when the first run of any job was: since
    /// then the timetable is kept. `None` when nothing ever ran.
    ///
    /// A run that was interrupted did not do its work: its slot is still to be run for, once, lest a job that brings the
    /// process down does so at every start.
    pub async fn last_slot_run(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        #[derive(FromQueryResult)]
        struct Slot {
            slot: Option<i64>,
        }
        let sql = "SELECT COALESCE( \
              (SELECT requested_at_ms \
                 - CASE WHEN requested_by = 'timetable' AND error = $2 THEN 1 ELSE 0 END \
               FROM job_runs WHERE job = $1 AND requested_by IN ('timetable', 'catch-up') ORDER BY id DESC LIMIT 1), \
              (SELECT requested_at_ms FROM job_runs ORDER BY id LIMIT 1)) AS slot";
        let backend = self.reader.get_database_backend();
        let query = Statement::from_sql_and_values(backend, sql, [job.into(), INTERRUPTED.into()]);
        Ok(Slot::find_by_statement(query).one(&self.reader).await?.and_then(|row| row.slot).map(time))
    }
}

impl From<Model> for Run {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            job: row.job,
            requested_by: row.requested_by,
            requested_at: time(row.requested_at_ms),
            started_at: row.started_at_ms.map(time),
            finished_at: row.finished_at_ms.map(time),
            outcome: row.outcome.as_deref().and_then(Outcome::from_name),
            items: row.items,
            error: row.error,
        }
    }
}

struct RequestRun {
    job: String,
    actor: Actor,
    now: DateTime<Utc>,
}

impl Command for RequestRun {
    type Output = Run;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Run, StoreError> {
        let row = ActiveModel {
            job: Set(self.job.clone()),
            requested_by: Set(Requester::Asked(self.actor.clone()).to_string()),
            requested_at_ms: Set(ms(self.now)),
            ..Default::default()
        };
        let unless_one_waits = OnConflict::new().do_nothing().to_owned();
        let asked =
            Entity::insert(row).on_conflict(unless_one_waits).exec_without_returning(transaction).await?;
        if asked > 0 {
            audit::note(transaction, &self.actor, Action::RunJob, Some(self.job.clone()), self.now).await?;
        }
        let queued = Entity::find()
            .filter(Column::Job.eq(self.job.as_str()))
            .filter(Expr::cust("started_at_ms IS NULL"))
            .one(transaction)
            .await?;
        // The one that was in the way has begun since: once more, and nothing is.
        queued.map(Run::from).ok_or_else(|| StoreError::Conflict("job_runs_queued".into()))
    }
}

struct RequestRunOnce {
    request: RequestRun,
    key: IdempotencyKey,
}

impl Command for RequestRunOnce {
    type Output = Option<Run>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Option<Run>, StoreError> {
        match Answers::load(transaction, &[&self.key]).await?.to(&self.key) {
            Some(Recorded::KeyReused) => return Ok(None),
            Some(Recorded::Accepted(ids) | Recorded::Replayed(ids)) => {
                let id = ids.first().copied().unwrap_or_default();
                let run = Entity::find_by_id(id).one(transaction).await?;
                // It was forgotten meanwhile: whoever asks again after days wants a new one.
                return match run {
                    Some(run) => Ok(Some(run.into())),
                    None => self.request.apply(transaction).await.map(Some),
                };
            }
            None => {}
        }
        let run = self.request.apply(transaction).await?;
        Answers::keep(transaction, &[(&self.key, vec![run.id], self.request.now)]).await?;
        Ok(Some(run))
    }
}

struct BeginRun {
    job: String,
    by: String,
    slot: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Command for BeginRun {
    type Output = i64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<i64, StoreError> {
        let row = ActiveModel {
            job: Set(self.job.clone()),
            requested_by: Set(self.by.clone()),
            requested_at_ms: Set(ms(self.slot)),
            started_at_ms: Set(Some(ms(self.now))),
            ..Default::default()
        };
        Ok(Entity::insert(row).exec(transaction).await?.last_insert_id)
    }
}

struct BeginRequestedRun {
    id: i64,
    now: DateTime<Utc>,
}

impl Command for BeginRequestedRun {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let begun = Entity::update_many()
            .col_expr(Column::StartedAtMs, Expr::val(ms(self.now)))
            .filter(Column::Id.eq(self.id))
            .filter(Expr::cust("started_at_ms IS NULL"))
            .exec(transaction)
            .await?;
        Ok(begun.rows_affected == 1)
    }
}

struct FinishRun {
    id: i64,
    outcome: Outcome,
    items: Option<i32>,
    error: Option<String>,
    now: DateTime<Utc>,
}

impl Command for FinishRun {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let finished = Entity::update_many()
            .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
            .col_expr(Column::Outcome, Expr::val(self.outcome.as_str()))
            .col_expr(Column::Items, Expr::val(self.items))
            .col_expr(Column::Error, Expr::val(self.error.clone()))
            .filter(Column::Id.eq(self.id))
            .filter(Expr::cust("started_at_ms IS NOT NULL AND finished_at_ms IS NULL"))
            .exec(transaction)
            .await?;
        Ok(finished.rows_affected == 1)
    }
}

struct InterruptRuns {
    now: DateTime<Utc>,
}

impl Command for InterruptRuns {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let interrupted = Entity::update_many()
            .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
            .col_expr(Column::Outcome, Expr::val(Outcome::Failed.as_str()))
            .col_expr(Column::Error, Expr::val(INTERRUPTED))
            .filter(Expr::cust("started_at_ms IS NOT NULL AND finished_at_ms IS NULL"))
            .exec(transaction)
            .await?;
        Ok(interrupted.rows_affected)
    }
}
