//! Figures for admins: how full the outbox is, and how the last day went.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{FromQueryResult, Statement};

use super::{Store, StoreError, lanes, ms, time};

/// The outbox now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Waiting and due.
    pub due: i64,
    /// Waiting for a later time.
    pub held: i64,
    /// On their way.
    pub sending: i64,
    /// Given up in the last 24 hours.
    pub dead: i64,
    /// Since when the oldest due row waits.
    pub oldest: Option<DateTime<Utc>>,
    /// Why rows are held, the most frequent reasons first.
    pub held_because: Vec<ReasonCount>,
    /// Why rows were given up in the last 24 hours, the most frequent reasons first.
    pub dead_because: Vec<ReasonCount>,
}

/// What has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Waiting and due.
    pub due: i64,
    /// Waiting for a later time.
    pub held: i64,
    /// On their way.
    pub sending: i64,
    /// Since when the oldest due row waits.
    pub oldest: Option<DateTime<Utc>>,
}

/// How many rows have the same reason.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReasonCount {
    /// The reason, as stored.
    pub reason: String,
    /// How many rows.
    pub count: i64,
}

/// The last 24 hours, and the links now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Chats linked, reachable or not.
    pub linked: i64,
    /// Of these, linked in the last 24 hours.
    pub newly_linked: i64,
    /// Of all linked, not reachable.
    pub blocked: i64,
    /// Messages sent.
    pub sent: i64,
    /// Messages given up.
    pub failed: i64,
    /// From acceptance, or the moment until which it was held back, to Telegram's answer, ms: 95 of 100 were faster.
    pub p95_ms: Option<i64>,
}

/// The runs of the timetable's jobs in the last 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct JobFigures {
    /// Ended well.
    pub ok: i64,
    /// Began a minute or more after their slot, however they ended.
    pub late: i64,
    /// Did not end well.
    pub failed: i64,
}

/// How many of the newest runs are looked at for a day's figures? The timetable makes some 13,000 a day.
const A_DAYS_RUNS: i64 = 20_000;

/// From when on is a run late? The timetable looks every second; a job's earlier run may take a while.
const LATE: TimeDelta = TimeDelta::minutes(1);

const DAY: TimeDelta = TimeDelta::hours(24);

/// How many reasons are told? The few that explain most.
const REASONS: i64 = 3;

impl Store {
    /// How much has not ended at `now`: all of it from indexes of what waits, as it is asked often.
    pub async fn queue_depth(&self, now: DateTime<Utc>) -> Result<QueueDepth, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            due: i64,
            held: i64,
            sending: i64,
            oldest: Option<i64>,
        }
        let sql = "SELECT \
            (SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND due_at_ms <= $1) AS due, \
            (SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND due_at_ms > $1) AS held, \
            (SELECT COUNT(*) FROM notifications WHERE state = 'sending') AS sending, \
            (SELECT MIN(due_at_ms) FROM notifications WHERE state = 'pending' AND due_at_ms <= $1) AS oldest";
        let Some(row) = self.figures_row::<Row>(sql, vec![ms(now)]).await? else {
            return Ok(QueueDepth::default());
        };
        let Row { due, held, sending, oldest } = row;
        Ok(QueueDepth { due, held, sending, oldest: oldest.map(time) })
    }

    /// The outbox at `now`.
    pub async fn queue_figures(&self, now: DateTime<Utc>) -> Result<QueueFigures, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            due: i64,
            held: i64,
            sending: i64,
            dead: i64,
            oldest: Option<i64>,
        }
        let sql = "SELECT \
            (SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND due_at_ms <= $1) AS due, \
            (SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND due_at_ms > $1) AS held, \
            (SELECT COUNT(*) FROM notifications WHERE state = 'sending') AS sending, \
            (SELECT COUNT(*) FROM notifications WHERE finished_at_ms > $2 AND state = 'dead') AS dead, \
            (SELECT MIN(due_at_ms) FROM notifications WHERE state = 'pending' AND due_at_ms <= $1) AS oldest";
        let Some(row) = self.figures_row::<Row>(sql, vec![ms(now), ms(now - DAY)]).await? else {
            return Ok(QueueFigures::default());
        };
        Ok(QueueFigures {
            due: row.due,
            held: row.held,
            sending: row.sending,
            dead: row.dead,
            oldest: row.oldest.map(time),
            held_because: self.reasons("state = 'pending' AND due_at_ms > $1", now).await?,
            dead_because: self.reasons("state = 'dead' AND finished_at_ms > $1", now - DAY).await?,
        })
    }

    /// The most frequent reasons of the rows of which `which` holds; `$1` in it is `since`.
    async fn reasons(&self, which: &str, since: DateTime<Utc>) -> Result<Vec<ReasonCount>, StoreError> {
        let sql = format!(
            "SELECT reason, COUNT(*) AS count FROM notifications WHERE {which} AND reason IS NOT NULL \
             GROUP BY reason ORDER BY count DESC, reason LIMIT $2"
        );
        let backend = self.reader.get_database_backend();
        let query = Statement::from_sql_and_values(backend, sql, [ms(since).into(), REASONS.into()]);
        Ok(ReasonCount::find_by_statement(query).all(&self.reader).await?)
    }

    /// The last 24 hours up to `now`.
    pub async fn figures(&self, now: DateTime<Utc>) -> Result<Figures, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            linked: i64,
            newly_linked: i64,
            blocked: i64,
            sent: i64,
            failed: i64,
        }
        let sql = "SELECT \
            (SELECT COUNT(*) FROM sns_settings WHERE telegram_chat_id IS NOT NULL) AS linked, \
            (SELECT COUNT(*) FROM sns_settings \
              WHERE telegram_chat_id IS NOT NULL AND linked_at_ms > $1) AS newly_linked, \
            (SELECT COUNT(*) FROM sns_settings WHERE telegram_chat_id IS NOT NULL AND NOT telegram_enabled) AS blocked, \
            (SELECT COUNT(*) FROM notifications WHERE finished_at_ms > $1 AND state = 'sent') AS sent, \
            (SELECT COUNT(*) FROM notifications WHERE finished_at_ms > $1 AND state = 'dead') AS failed";
        let since = ms(now - DAY);
        let Some(row) = self.figures_row::<Row>(sql, vec![since]).await? else {
            return Ok(Figures::default());
        };
        Ok(Figures {
            linked: row.linked,
            newly_linked: row.newly_linked,
            blocked: row.blocked,
            sent: row.sent,
            failed: row.failed,
            p95_ms: self.p95_ms(since, row.sent).await?,
        })
    }

    /// Since when the row that has been due longest waits, of those that are held up by nothing of their own chat.
    pub async fn longest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            due_at_ms: Option<i64>,
        }
        let sql = lanes::first_due(
            "due_at_ms <= $1 AND NOT EXISTS ( \
               SELECT 1 FROM chat_waits WHERE chat_waits.chat_id = first.chat_id AND until_ms > $1)",
        );
        let row = self.figures_row::<Row>(&sql, vec![ms(now)]).await?;
        Ok(row.and_then(|row| row.due_at_ms).map(time))
    }

    /// The runs that ended in the last 24 hours up to `now`.
    pub async fn job_figures(&self, now: DateTime<Utc>) -> Result<JobFigures, StoreError> {
        // Ids grow with time: the newest are looked at, not the whole history.
        let sql = "SELECT \
              COUNT(CASE WHEN outcome = 'ok' THEN 1 END) AS ok, \
              COUNT(CASE WHEN outcome <> 'ok' THEN 1 END) AS failed, \
              COUNT(CASE WHEN requested_by IN ('timetable', 'catch-up') \
                AND started_at_ms - requested_at_ms >= $2 THEN 1 END) AS late \
            FROM (SELECT outcome, requested_by, requested_at_ms, started_at_ms, finished_at_ms FROM job_runs \
                  ORDER BY id DESC LIMIT $3) AS newest \
            WHERE finished_at_ms > $1";
        let values = vec![ms(now - DAY), LATE.num_milliseconds(), A_DAYS_RUNS];
        Ok(self.figures_row(sql, values).await?.unwrap_or_default())
    }

    async fn p95_ms(&self, since: i64, sent: i64) -> Result<Option<i64>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            took: i64,
        }
        // What is sent at the first try still has the due time that it was written with.
        let sql = "SELECT finished_at_ms - CASE WHEN attempts <= 1 THEN due_at_ms ELSE created_at_ms END AS took \
                   FROM notifications WHERE finished_at_ms > $1 AND state = 'sent' ORDER BY took LIMIT 1 OFFSET $2";
        // The nearest rank: of 20 rows the 19th, of 1 row that one.
        let rank = (sent * 95 + 99) / 100;
        Ok(self.figures_row::<Row>(sql, vec![since, (rank - 1).max(0)]).await?.map(|row| row.took))
    }

    async fn figures_row<R: FromQueryResult>(
        &self,
        sql: &str,
        values: Vec<i64>,
    ) -> Result<Option<R>, StoreError> {
        let backend = self.reader.get_database_backend();
        let query = Statement::from_sql_and_values(backend, sql, values.into_iter().map(Into::into));
        Ok(R::find_by_statement(query).one(&self.reader).await?)
    }
}
