//! The outbox as admins look at it: rows by state, what became of one, its attempts. Never what a row says.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder as _,
    QuerySelect as _, Select,
};

use super::{Store, StoreError, time};
use crate::domain::notification::State;
use crate::entity::attempt;
use crate::entity::notification::{Column, Entity};

/// A notification, without its words: they are between the platform and the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its id.
    pub id: i64,
    /// For whom.
    pub account: String,
    /// Where to; `None` for one that was never to be sent.
    pub chat_id: Option<i64>,
    /// The place of the account that it is for; `None`: its own chat.
    pub place_id: Option<i64>,
    /// About what, as stored: a row may be dead because nobody knows its kind.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// Why dead, cancelled or put off.
    pub reason: Option<String>,
    /// Attempts spent since it was accepted, or sent again.
    pub attempts: u32,
    /// When the event happened.
    pub event_at: DateTime<Utc>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// Not before.
    pub due_at: DateTime<Utc>,
    /// When it was sent, died or was cancelled.
    pub finished_at: Option<DateTime<Utc>>,
    /// Telegram's id of the message, once sent.
    pub message_id: Option<i32>,
}

/// Which rows are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutboxListing {
    /// In this state.
    pub state: State,
    /// Accepted before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u64,
}

/// One try to send a row. A row that was put back spent no attempt by it: there may be more of them than it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When the request began.
    pub started_at: DateTime<Utc>,
    /// How long Telegram took.
    pub latency: Duration,
    /// The outcome's class.
    pub class: String,
    /// Telegram's own words, or the network's, where there were any.
    pub words: Option<String>,
}

impl Store {
    /// Rows in one state, the last accepted first.
    pub async fn outbox(&self, listing: OutboxListing) -> Result<Vec<OutboxRow>, StoreError> {
        let mut query = rows_in(listing.state).order_by_desc(Column::Id).limit(listing.limit);
        if let Some(before) = listing.before {
            query = query.filter(Column::Id.lt(before));
        }
        read(query, &self.reader).await
    }

    /// The row `id`; `None` for an id never given, or of a row that was removed since.
    pub async fn outbox_row(&self, id: i64) -> Result<Option<OutboxRow>, StoreError> {
        find(&self.reader, id).await
    }

    /// The last tries to send the row `id`, at most `limit`, newest first.
    pub async fn attempts(&self, id: i64, limit: u64) -> Result<Vec<Attempt>, StoreError> {
        let tries = attempt::Entity::find()
            .filter(attempt::Column::NotificationId.eq(id))
            .order_by_desc(attempt::Column::Id)
            .limit(limit)
            .all(&self.reader)
            .await?;
        Ok(tries.into_iter().map(Attempt::from).collect())
    }
}

/// All rows in `state`. It is compared with a literal: only so do the partial indexes serve.
pub(super) fn rows_in(state: State) -> Select<Entity> {
    rows().filter(Expr::cust(format!("state = '{}'", state.as_str())))
}

/// The row `id`, as `db` sees it.
pub(super) async fn find(db: &impl ConnectionTrait, id: i64) -> Result<Option<OutboxRow>, StoreError> {
    Ok(read(rows().filter(Column::Id.eq(id)), db).await?.pop())
}

/// What `query` finds.
pub(super) async fn read(
    query: Select<Entity>,
    db: &impl ConnectionTrait,
) -> Result<Vec<OutboxRow>, StoreError> {
    query.into_model::<Found>().all(db).await?.into_iter().map(OutboxRow::try_from).collect()
}

/// Every row, by the columns of [`Found`].
fn rows() -> Select<Entity> {
    Entity::find().select_only().columns([
        Column::Id,
        Column::Account,
        Column::ChatId,
        Column::PlaceId,
        Column::Kind,
        Column::State,
        Column::Reason,
        Column::Attempts,
        Column::EventAtMs,
        Column::CreatedAtMs,
        Column::DueAtMs,
        Column::FinishedAtMs,
        Column::MessageId,
    ])
}

/// The columns that are read. What a row says is not: it may be long, and nobody here has to know it.
#[derive(FromQueryResult)]
struct Found {
    id: i64,
    account: String,
    chat_id: Option<i64>,
    place_id: Option<i64>,
    kind: String,
    state: String,
    reason: Option<String>,
    attempts: i32,
    event_at_ms: i64,
    created_at_ms: i64,
    due_at_ms: i64,
    finished_at_ms: Option<i64>,
    message_id: Option<i32>,
}

impl TryFrom<Found> for OutboxRow {
    type Error = StoreError;

    fn try_from(row: Found) -> Result<Self, StoreError> {
        let state = State::from_name(&row.state).ok_or_else(|| {
            StoreError::Failed(format!("notification {} has an unknown state {}", row.id, row.state))
        })?;
        Ok(Self {
            id: row.id,
            account: row.account,
            chat_id: row.chat_id,
            place_id: row.place_id,
            kind: row.kind,
            state,
            reason: row.reason,
            attempts: row.attempts.unsigned_abs(),
            event_at: time(row.event_at_ms),
            created_at: time(row.created_at_ms),
            due_at: time(row.due_at_ms),
            finished_at: row.finished_at_ms.map(time),
            message_id: row.message_id,
        })
    }
}

impl From<attempt::Model> for Attempt {
    fn from(row: attempt::Model) -> Self {
        Self {
            started_at: time(row.started_at_ms),
            latency: Duration::from_millis(u64::from(row.latency_ms.unsigned_abs())),
            class: row.outcome,
            words: row.words,
        }
    }
}
