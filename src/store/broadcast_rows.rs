//! The rows of the outbox that a broadcast is told by: written in chunks behind a cursor, counted, cancelled.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

use super::notifications::{self, Rule};
use super::parameters::{array, is_among};
use super::sequence::Id;
use super::write_queue::Command;
use super::{Store, StoreError, ms};
use crate::domain::account::Settings;
use crate::domain::broadcast::{Progress, State as BroadcastState};
use crate::domain::event::{Event, EventData, EventKind};
use crate::domain::notification::{Kind, NewNotification, State};
use crate::entity::{broadcast, notification, sns_settings};

/// How many rows are cancelled in one transaction?
const CANCEL_BATCH: i64 = 500;

/// Which rows of the broadcast `$1` are on their way at `$2`: in flight, or due and held up by nothing but the rows
/// before them. Not those whose chat Telegram limits, or whose lane waits for a later try.
const WAITING: &str = "broadcast_id = $1 AND state IN ('pending', 'sending') AND due_at_ms <= $2 \
    AND NOT EXISTS (SELECT 1 FROM chat_waits WHERE chat_waits.chat_id = it.chat_id AND until_ms > $2) \
    AND NOT EXISTS (SELECT 1 FROM notifications AS first \
      WHERE first.head AND first.chat_id = it.chat_id AND first.state = 'pending' AND first.due_at_ms > $2)";

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
}

impl Store {
    /// Writes rows for up to `limit` (at most 1,000) more people, each by `rule`, and moves the cursor behind them,
    /// both or neither: however often it is broken off, nobody is told twice or left out. Returns how many rows.
    pub async fn write_broadcast_rows(
        &self,
        id: i64,
        limit: u64,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let written = self.writer.write(WriteRows { id, limit, rule, now }).await?;
        if written > 0 {
            self.wake_delivery();
        }
        Ok(written)
    }

    /// Cancels up to a batch of the broadcast's rows that were not sent; returns how many.
    pub async fn cancel_broadcast_rows(&self, id: i64, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(CancelRows { id, now }).await
    }

    /// How many rows of the broadcast are on their way at `now`.
    pub async fn broadcast_rows_waiting(&self, id: i64, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) AS count FROM notifications AS it WHERE {WAITING}");
        let backend = self.reader.get_database_backend();
        let query = Statement::from_sql_and_values(backend, sql, [id.into(), ms(now).into()]);
        let counted = Counted::find_by_statement(query).one(&self.reader).await?;
        Ok(counted.map_or(0, |row| row.count.unsigned_abs()))
    }

    /// How far the broadcast is.
    pub async fn broadcast_progress(&self, id: i64) -> Result<Progress, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            sent: i64,
            later: i64,
            failed: i64,
            switched_off: i64,
        }
        let sql = "SELECT \
            (SELECT COUNT(*) FROM notifications WHERE broadcast_id = $1 AND state = 'sent') AS sent, \
            (SELECT COUNT(*) FROM notifications WHERE broadcast_id = $1 AND state IN ('pending', 'sending')) AS later, \
            (SELECT COUNT(*) FROM notifications WHERE broadcast_id = $1 AND state = 'dead') AS failed, \
            (SELECT COUNT(*) FROM notifications WHERE broadcast_id = $1 AND state = 'cancelled' \
              AND reason = 'switched_off') AS switched_off";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [id.into()]);
        let row = Row::find_by_statement(query).one(&self.reader).await?;
        Ok(row.map_or_else(Progress::default, |row| Progress {
            sent: row.sent.unsigned_abs(),
            later: row.later.unsigned_abs(),
            failed: row.failed.unsigned_abs(),
            switched_off: row.switched_off.unsigned_abs(),
        }))
    }
}

struct WriteRows {
    id: i64,
    limit: u64,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for WriteRows {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        // Locked: a leader that does not know yet that it leads no more waits here, and finds the cursor moved.
        let open = broadcast::Entity::find_by_id(self.id)
            .filter(broadcast::Column::State.eq(BroadcastState::Sending.as_str()))
            .filter(broadcast::Column::AllWritten.eq(false));
        let Some(broadcast) = open.lock_exclusive().one(transaction).await? else { return Ok(0) };
        let people = next_people(transaction, broadcast.cursor.as_deref(), self.limit).await?;
        let rows: Vec<NewNotification> =
            people.iter().map(|settings| self.row(&broadcast.text, settings)).collect();
        if !rows.is_empty() {
            let ids = notifications::insert(transaction, &rows, self.now).await?;
            belong_to(transaction, self.id, &ids).await?;
        }
        let cursor = people.last().map(|settings| settings.account.clone()).or(broadcast.cursor);
        broadcast::Entity::update_many()
            .col_expr(broadcast::Column::Cursor, Expr::val(cursor))
            .col_expr(broadcast::Column::AllWritten, Expr::val((people.len() as u64) < self.limit))
            .filter(broadcast::Column::Id.eq(self.id))
            .exec(transaction)
            .await?;
        Ok(rows.len() as u64)
    }
}

impl WriteRows {
    fn row(&self, text: &str, settings: &Settings) -> NewNotification {
        let event = Event {
            kind: EventKind::Announcement,
            account: settings.account.clone(),
            at: None,
            data: EventData { text: Some(text.to_owned()), ..EventData::default() },
            post: None,
        };
        (self.rule)(&event, Some(settings), self.now)
    }
}

/// The next accounts that can be reached, in the order of their ids.
async fn next_people(
    transaction: &DatabaseTransaction,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Settings>, StoreError> {
    use sns_settings::Column;
    let mut reachable = sns_settings::Entity::find()
        .filter(Column::TelegramChatId.is_not_null())
        .filter(Column::TelegramEnabled.eq(true))
        .order_by_asc(Column::Account)
        .limit(limit);
    if let Some(after) = after {
        reachable = reachable.filter(Column::Account.gt(after));
    }
    Ok(reachable.all(transaction).await?.into_iter().map(Settings::from).collect())
}

/// Makes `rows` the broadcast's, and the least urgent of all: everybody's own news goes first.
async fn belong_to(transaction: &DatabaseTransaction, id: i64, rows: &[i64]) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET broadcast_id = $2, urgency = CAST($3 AS SMALLINT) WHERE id {}",
        is_among(backend, "$1")
    );
    let values = [array(rows)?, id.into(), i32::from(*Kind::URGENCIES.end()).into()];
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}

struct CancelRows {
    id: i64,
    now: DateTime<Utc>,
}

impl Command for CancelRows {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        // What another row carries is told by it.
        let sql = "SELECT id FROM notifications \
            WHERE broadcast_id = $1 AND state = 'pending' AND carrier_id IS NULL LIMIT $2";
        let backend = transaction.get_database_backend();
        let query = Statement::from_sql_and_values(backend, sql, [self.id.into(), CANCEL_BATCH.into()]);
        let ids: Vec<i64> =
            Id::find_by_statement(query).all(transaction).await?.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let count = ids.len() as u64;
        let which = notification::Column::Id.is_in(ids);
        notifications::end_pending(transaction, which, State::Cancelled, "stopped", self.now).await?;
        Ok(count)
    }
}
