//! The outbox's rows: written once per event and account, moved or ended with their chat, looked at.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait as _, QueryFilter,
};

use super::write_queue::Command;
use super::{IdempotencyKey, Store, StoreError, idempotency, ms, settings};
use crate::domain::account::Settings;
use crate::domain::event::{Event, EventKind};
use crate::domain::notification::{Kind, NewNotification, State};
use crate::entity::notification::{ActiveModel, Column, Entity};

/// How often is a row looked at that another instance may finish? Our own worker wakes the waiter at once.
const FINISH_POLL: Duration = Duration::from_millis(250);

/// The reasons of a row that is due later because of its chat, not because of itself.
const WAITS_OF_A_CHAT: [&str; 2] = ["chat_not_found", "no_rights"];

/// How an event becomes a row; the outbox's rule, applied to the settings as the transaction sees them.
pub type Rule = fn(&Event, Option<&Settings>, DateTime<Utc>) -> NewNotification;

/// What became of a batch of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Written, one row each; the rows' ids in the order of the events.
    Accepted(Vec<i64>),
    /// The same key with the same body came before: the same ids.
    Replayed(Vec<i64>),
    /// The key was used with another body: nothing was written.
    KeyReused,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its state.
    pub state: State,
    /// Why dead, cancelled or put off.
    pub reason: Option<String>,
    /// Telegram's id of the message, once sent.
    pub message_id: Option<i32>,
}

/// An account's posts, as far as events told about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostsToldAbout {
    /// Went out.
    pub published: u64,
    /// Did not go out.
    pub failed: u64,
}

impl Store {
    /// Writes one row for each of `events` (at most 1,000), all or none; durable when it returns.
    pub async fn record_events(
        &self,
        events: Vec<Event>,
        key: Option<IdempotencyKey>,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let recorded = self.writer.write(RecordEvents { events, key, rule, now }).await?;
        self.signals.due.notify_one();
        Ok(recorded)
    }

    /// Writes one row; returns its id.
    pub async fn enqueue(&self, row: NewNotification, now: DateTime<Utc>) -> Result<i64, StoreError> {
        let id = self.writer.write(Enqueue { row, now }).await?;
        self.signals.due.notify_one();
        Ok(id)
    }

    /// How many posts of `account` the platform told us about that happened since `since`.
    pub async fn posts_told_about(
        &self,
        account: &str,
        since: DateTime<Utc>,
    ) -> Result<PostsToldAbout, StoreError> {
        let of_kind = |kind: EventKind| {
            Entity::find()
                .filter(Column::Account.eq(account))
                .filter(Column::Kind.eq(Kind::Event(kind).as_str()))
                .filter(Column::EventAtMs.gte(ms(since)))
                .count(&self.reader)
        };
        let (published, failed) =
            tokio::try_join!(of_kind(EventKind::PostPublished), of_kind(EventKind::PostFailed))?;
        Ok(PostsToldAbout { published, failed })
    }

    /// Where the row `id` stands; `None` for an id never given.
    pub async fn notification(&self, id: i64) -> Result<Option<Status>, StoreError> {
        let Some(row) = Entity::find_by_id(id).one(&self.reader).await? else { return Ok(None) };
        let state = State::from_name(&row.state).ok_or_else(|| {
            StoreError::Failed(format!("notification {id} has an unknown state {}", row.state))
        })?;
        Ok(Some(Status { state, reason: row.reason, message_id: row.message_id }))
    }

    /// Waits until the row `id` is finished, at most `limit`, and says where it stands then.
    pub async fn wait_for_finish(&self, id: i64, limit: Duration) -> Result<Option<Status>, StoreError> {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            let finished = self.signals.finished.notified();
            tokio::pin!(finished);
            // Registered before the look, so that a finish in between is not missed.
            finished.as_mut().enable();
            let status = self.notification(id).await?;
            let waits = status.as_ref().is_some_and(|status| !status.state.is_finished());
            if !waits || tokio::time::Instant::now() >= deadline {
                return Ok(status);
            }
            let next_look = deadline.min(tokio::time::Instant::now() + FINISH_POLL);
            let _ = tokio::time::timeout_at(next_look, finished).await;
        }
    }
}

/// Inserts `rows` (at most 1,000) and returns their ids in the same order.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    rows: &[NewNotification],
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    let models = rows.iter().map(|row| new_row(row, now)).collect::<Result<Vec<_>, _>>()?;
    let mut ids = Entity::insert_many(models).exec_with_returning_keys(transaction).await?;
    // Both engines number the rows of one VALUES list in its order; neither promises to return them so.
    ids.sort_unstable();
    Ok(ids)
}

fn new_row(row: &NewNotification, now: DateTime<Utc>) -> Result<ActiveModel, StoreError> {
    let data = serde_json::to_string(&row.content).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(ActiveModel {
        account: Set(row.account.clone()),
        chat_id: Set(row.chat_id),
        kind: Set(row.kind.as_str().to_owned()),
        urgency: Set(row.kind.urgency()),
        data: Set(data),
        silent: Set(row.silent),
        plain: Set(false),
        event_at_ms: Set(ms(row.event_at)),
        created_at_ms: Set(ms(now)),
        due_at_ms: Set(ms(now)),
        state: Set(row.state.as_str().to_owned()),
        reason: Set(row.reason.map(str::to_owned)),
        attempts: Set(0),
        finished_at_ms: Set((row.state != State::Pending).then_some(ms(now))),
        ..Default::default()
    })
}

/// Cancels what waits for `account`.
pub(super) async fn cancel_pending_of_account(
    transaction: &DatabaseTransaction,
    account: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    end_pending(transaction, Column::Account.eq(account), State::Cancelled, reason, now).await
}

/// Gives up what waits for `chat_id`.
pub(super) async fn bury_pending_of_chat(
    transaction: &DatabaseTransaction,
    chat_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    end_pending(transaction, Column::ChatId.eq(chat_id), State::Dead, reason, now).await
}

async fn end_pending(
    transaction: &DatabaseTransaction,
    which: sea_orm::sea_query::SimpleExpr,
    state: State,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state.as_str()))
        .col_expr(Column::Reason, Expr::val(reason))
        .col_expr(Column::FinishedAtMs, Expr::val(ms(now)))
        .filter(which)
        .filter(Expr::cust("state = 'pending'"))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Sends what waits for the chat `from` to the chat `to`: at once, where it waits because of `from`.
pub(super) async fn move_pending(
    transaction: &DatabaseTransaction,
    from: i64,
    to: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::DueAtMs, Expr::val(ms(now)))
        .filter(Column::ChatId.eq(from))
        .filter(Expr::cust("state = 'pending'"))
        .filter(Column::Reason.is_in(WAITS_OF_A_CHAT))
        .filter(Column::DueAtMs.gt(ms(now)))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::ChatId, Expr::val(to))
        .filter(Column::ChatId.eq(from))
        .filter(Expr::cust("state = 'pending'"))
        .exec(transaction)
        .await?;
    Ok(())
}

/// How many of the account's notices died since `since_ms`.
pub(super) async fn missed_since(
    transaction: &DatabaseTransaction,
    account: &str,
    since_ms: i64,
) -> Result<u64, StoreError> {
    let missed = Entity::find()
        .filter(Column::Account.eq(account))
        .filter(Column::State.eq(State::Dead.as_str()))
        .filter(Column::FinishedAtMs.gte(since_ms))
        .count(transaction)
        .await?;
    Ok(missed)
}

struct RecordEvents {
    events: Vec<Event>,
    key: Option<IdempotencyKey>,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for RecordEvents {
    type Output = Recorded;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Recorded, StoreError> {
        if let Some(key) = &self.key
            && let Some(earlier) = idempotency::answer_for(transaction, key).await?
        {
            return Ok(earlier);
        }
        let mut accounts: Vec<String> = self.events.iter().map(|event| event.account.clone()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let known: HashMap<String, Settings> = settings::of_accounts(transaction, accounts)
            .await?
            .into_iter()
            .map(|settings| (settings.account.clone(), settings))
            .collect();
        let rows: Vec<NewNotification> =
            self.events.iter().map(|event| (self.rule)(event, known.get(&event.account), self.now)).collect();
        let ids = insert(transaction, &rows, self.now).await?;
        if let Some(key) = &self.key {
            idempotency::keep_answer(transaction, key, &ids, self.now).await?;
        }
        Ok(Recorded::Accepted(ids))
    }
}

struct Enqueue {
    row: NewNotification,
    now: DateTime<Utc>,
}

impl Command for Enqueue {
    type Output = i64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<i64, StoreError> {
        let ids = insert(transaction, std::slice::from_ref(&self.row), self.now).await?;
        ids.first().copied().ok_or_else(|| StoreError::Failed("an inserted row has no id".into()))
    }
}
