//! Alerts: which trouble stands, and the rows that tell admins that it came or went, both or neither.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait,
    FromQueryResult, Statement,
};

use super::parameters::{array, is_among};
use super::write_queue::Command;
use super::{Store, StoreError, lanes, ms, notifications, time};
use crate::domain::alert::{Alert, Trouble};
use crate::domain::notification::{Content, NewNotification, State};
use crate::entity::alert::{ActiveModel, Entity, Model};
use crate::entity::notification;

impl Store {
    /// The trouble that admins were told of and that is not over yet. What a later version wrote is left out.
    pub async fn alerts(&self) -> Result<Vec<Alert>, StoreError> {
        let rows = Entity::find().all(&self.reader).await?;
        Ok(rows.into_iter().filter_map(of_row).collect())
    }

    /// Writes that `alert` stands and `rows`, which tell of it; neither where its cause stands already. True when
    /// written.
    pub async fn raise_alert(
        &self,
        alert: Alert,
        rows: Vec<NewNotification>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let raised = self.writer.write(Raise { alert, rows, now }).await?;
        self.wake_delivery();
        Ok(raised)
    }

    /// Writes that `alert` is over and `rows`, which tell of it; neither where it does not stand any more. Who has not
    /// been told yet that it came is told only that it went. True when written.
    pub async fn end_alert(
        &self,
        alert: Alert,
        rows: Vec<NewNotification>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let ended = self.writer.write(End { alert, rows, now }).await?;
        self.wake_delivery();
        Ok(ended)
    }
}

fn of_row(row: Model) -> Option<Alert> {
    let trouble: Trouble = serde_json::from_str(&row.trouble).ok()?;
    Some(Alert { trouble, since: time(row.since_ms), over_at: None })
}

struct Raise {
    alert: Alert,
    rows: Vec<NewNotification>,
    now: DateTime<Utc>,
}

impl Command for Raise {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let trouble = serde_json::to_string(&self.alert.trouble)
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let row = ActiveModel {
            cause: Set(self.alert.trouble.cause()),
            trouble: Set(trouble),
            since_ms: Set(ms(self.alert.since)),
        };
        let unless_it_stands = OnConflict::new().do_nothing().to_owned();
        let raised =
            Entity::insert(row).on_conflict(unless_it_stands).exec_without_returning(transaction).await? > 0;
        if raised {
            notifications::insert(transaction, &self.rows, self.now).await?;
        }
        Ok(raised)
    }
}

struct End {
    alert: Alert,
    rows: Vec<NewNotification>,
    now: DateTime<Utc>,
}

impl Command for End {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let cause = self.alert.trouble.cause();
        if Entity::delete_by_id(cause.as_str()).exec(transaction).await?.rows_affected == 0 {
            return Ok(false);
        }
        let chats: Vec<i64> = self.rows.iter().filter_map(|row| row.chat_id).collect();
        lanes::lock(transaction, &chats).await?;
        let untold = untold(transaction, &chats, &cause).await?;
        if !untold.is_empty() {
            let which = notification::Column::Id.is_in(untold);
            notifications::end_pending(transaction, which, State::Cancelled, "over", self.now).await?;
        }
        notifications::insert(transaction, &self.rows, self.now).await?;
        Ok(true)
    }
}

/// The rows that still wait in the lanes of `chats` to tell that `cause` came.
async fn untold(
    transaction: &DatabaseTransaction,
    chats: &[i64],
    cause: &str,
) -> Result<Vec<i64>, StoreError> {
    #[derive(FromQueryResult)]
    struct Waiting {
        id: i64,
        data: String,
    }
    let backend = transaction.get_database_backend();
    // By the index of the lanes, which holds what waits and nothing else.
    let sql = format!(
        "SELECT id, data FROM notifications \
         WHERE chat_id {} AND state = 'pending' AND carrier_id IS NULL AND kind = 'alert'",
        is_among(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(chats)?]);
    let waiting = Waiting::find_by_statement(query).all(transaction).await?;
    let tells_of_it = |row: &Waiting| {
        let alert = serde_json::from_str::<Content>(&row.data).ok().and_then(|content| content.alert);
        alert.is_some_and(|alert| alert.over_at.is_none() && alert.trouble.cause() == cause)
    };
    Ok(waiting.into_iter().filter(tells_of_it).map(|row| row.id).collect())
}
