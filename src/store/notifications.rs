//! The outbox's rows: written once per event and account, moved or ended with their chat, looked at.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait,
    PaginatorTrait as _, QueryFilter, QuerySelect as _, Value,
};

use super::gatherer::Request;
use super::idempotency::Answers;
use super::lanes::{self, Entrant};
use super::parameters::{ROWS_BOUND, each_row};
use super::sequence::Sequence;
use super::{IdempotencyKey, Store, StoreError, ms, notices, places, settings};
use crate::domain::account::Settings;
use crate::domain::event::{Event, EventKind};
use crate::domain::notification::{Kind, NewNotification, State};
use crate::entity::notification::{Column, Entity};

/// How often is a row looked at that another instance may finish? Our own worker wakes the waiter at once.
const FINISH_POLL: Duration = Duration::from_millis(250);

/// What is written of a new row; the rest comes later.
const WRITTEN: [&str; 19] = [
    "account",
    "chat_id",
    "kind",
    "urgency",
    "data",
    "silent",
    "event_at_ms",
    "state",
    "reason",
    "head",
    "created_at_ms",
    "due_at_ms",
    "finished_at_ms",
    "post_id",
    "cause",
    "edits_id",
    "thread_id",
    "place_id",
    "platform_post",
];

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
        self.ingest.write(RecordEvents { events, key, rule, now }).await
    }

    /// How many posts of `account` went out or failed since `since`, as far as events told; what failed and is not where
    /// it was then does not count.
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
                .filter(Expr::cust(notices::STANDS))
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

/// Writes the row of each of `events`, by the settings of its account as the transaction sees them, and one for each
/// place of that account; returns the ids of the former in the events' order.
pub(super) async fn tell(
    transaction: &DatabaseTransaction,
    events: &[&Event],
    rule: Rule,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let accounts: BTreeSet<&str> = events.iter().map(|event| event.account.as_str()).collect();
    let known: HashMap<String, Settings> = settings::of_accounts(transaction, &accounts)
        .await?
        .into_iter()
        .map(|settings| (settings.account.clone(), settings))
        .collect();
    let mut rows: Vec<NewNotification> =
        events.iter().map(|event| rule(event, known.get(&event.account), now)).collect();
    rows.extend(places::rows_of(transaction, events, &known, now).await?);
    let mut ids = insert(transaction, &rows, now).await?;
    notices::overtake_by_events(transaction, &rows, &ids, events.len(), now).await?;
    // The rows of places come on top: an event is answered by its account's own.
    ids.truncate(events.len());
    Ok(ids)
}

/// Inserts `row` into its chat's lane, and returns its id.
pub(super) async fn insert_one(
    transaction: &DatabaseTransaction,
    row: &NewNotification,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let ids = insert(transaction, std::slice::from_ref(row), now).await?;
    ids.first().copied().ok_or_else(|| StoreError::Failed("an inserted row has no id".into()))
}

/// Inserts `rows`, each into its chat's lane, and returns their ids in the same order.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    rows: &[NewNotification],
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    let entrants: Vec<Option<Entrant>> = rows.iter().map(entrant).collect();
    let are_first = lanes::firsts(&entrants);
    let chats: Vec<i64> = entrants.iter().flatten().map(|entrant| entrant.chat_id).collect();
    lanes::lock(transaction, &chats).await?;
    let mut ids = Vec::with_capacity(rows.len());
    for from in (0..rows.len()).step_by(ROWS_BOUND) {
        let chunk = from..rows.len().min(from + ROWS_BOUND);
        let places = entrants[chunk.clone()].iter().zip(&are_first[chunk.clone()]);
        let firsts: Vec<Entrant> = places.filter_map(|(entrant, first)| entrant.filter(|_| *first)).collect();
        let written = rows[chunk.clone()].iter().zip(&are_first[chunk]);
        let written =
            written.map(|(row, first)| written_as(row, *first, now)).collect::<Result<Vec<_>, _>>()?;
        ids.extend(enter(transaction, &firsts, written).await?);
    }
    Ok(ids)
}

fn entrant(row: &NewNotification) -> Option<Entrant> {
    let chat_id = row.chat_id.filter(|_| row.state == State::Pending)?;
    Some(Entrant { chat_id, due_at_ms: ms(row.due_at) })
}

/// Writes the rows, after their lanes have made way for the first in each; returns their ids, in order.
async fn enter(
    transaction: &DatabaseTransaction,
    firsts: &[Entrant],
    written: Vec<[Value; WRITTEN.len()]>,
) -> Result<Vec<i64>, StoreError> {
    let backend = transaction.get_database_backend();
    let count = i64::try_from(written.len()).unwrap_or(i64::MAX);
    let mut lanes_first = Sequence::on(transaction);
    if !firsts.is_empty() {
        let (make_way, parameters) = lanes::make_way(backend, firsts);
        lanes_first = lanes_first.then(make_way, parameters);
    }
    let (insert, parameters) = insert_statement(backend, written);
    if backend == DbBackend::Postgres {
        let mut ids = lanes_first.then(format!("{insert} RETURNING id"), parameters).ids().await?;
        // The rows are numbered in the query's order; nobody promises that they are returned so.
        ids.sort_unstable();
        return Ok(ids);
    }
    // Nobody else writes, so the rows of one statement are numbered one after the other.
    let done = lanes_first.then(insert, parameters).execute().await?;
    let last = done.and_then(|done| i64::try_from(done.last_insert_id()).ok()).unwrap_or(i64::MAX);
    Ok((last.saturating_sub(count)..last).map(|before| before + 1).collect())
}

/// The statement that inserts `written`, and its parameters. A row that goes first of those that enter its lane is its
/// head, where there is none.
fn insert_statement(backend: DbBackend, written: Vec<[Value; WRITTEN.len()]>) -> (String, Vec<Value>) {
    let (each, parameters) = each_row(backend, WRITTEN, written);
    let is_head = format!("head AND {}", lanes::has_no_head("each.chat_id"));
    let values = WRITTEN.map(|column| if column == "head" { is_head.as_str() } else { column });
    let sql = format!(
        "{each} INSERT INTO notifications ({}) SELECT {} FROM each WHERE account IS NOT NULL ORDER BY place",
        WRITTEN.join(", "),
        values.join(", ")
    );
    (sql, parameters)
}

/// `row`, written `now`, in the order of [`WRITTEN`]; `is_first` of those that enter its lane with it.
fn written_as(
    row: &NewNotification,
    is_first: bool,
    now: DateTime<Utc>,
) -> Result<[Value; WRITTEN.len()], StoreError> {
    let data = serde_json::to_string(&row.content).map_err(|error| StoreError::Failed(error.to_string()))?;
    let finished_at = (row.state != State::Pending).then(|| ms(now));
    Ok([
        row.account.as_str().into(),
        row.chat_id.into(),
        row.kind.as_str().into(),
        row.kind.urgency().into(),
        data.into(),
        row.silent.into(),
        ms(row.event_at).into(),
        row.state.as_str().into(),
        row.reason.into(),
        is_first.into(),
        ms(now).into(),
        ms(row.due_at).into(),
        finished_at.into(),
        row.post_id.into(),
        row.cause.clone().into(),
        row.edits.into(),
        row.thread_id.into(),
        row.place_id.into(),
        row.platform_post().into(),
    ])
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

/// Ends the pending rows of `which`; whoever waits behind them moves up.
pub(super) async fn end_pending(
    transaction: &DatabaseTransaction,
    which: impl IntoCondition,
    state: State,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let which = which.into_condition().add(Expr::cust("state = 'pending'"));
    let heads = Entity::find().filter(which.clone()).filter(Expr::cust("head"));
    let lanes: Vec<Option<i64>> =
        heads.select_only().column(Column::ChatId).into_tuple().all(transaction).await?;
    let lanes: Vec<i64> = lanes.into_iter().flatten().collect();
    lanes::lock(transaction, &lanes).await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state.as_str()))
        .col_expr(Column::Reason, Expr::val(reason))
        .col_expr(Column::FinishedAtMs, Expr::val(ms(now)))
        .col_expr(Column::Head, Expr::val(false))
        .filter(which)
        .exec(transaction)
        .await?;
    lanes::promote(transaction, &lanes).await
}

/// Sends what waits for the chat `from` (of `account` only, where one is named) to the chat `to`: at once, where
/// it waits because of `from`. What tells `from` about the move stays.
pub(super) async fn move_pending(
    transaction: &DatabaseTransaction,
    account: Option<&str>,
    (from, to): (i64, i64),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    lanes::lock(transaction, &[from, to]).await?;
    let mut which = Condition::all().add(Column::ChatId.eq(from)).add(Expr::cust("state = 'pending'"));
    if let Some(account) = account {
        which = which.add(Column::Account.eq(account)).add(Column::Kind.ne(Kind::LinkMoved.as_str()));
    }
    Entity::update_many()
        .col_expr(Column::DueAtMs, Expr::val(ms(now)))
        .filter(which.clone())
        .filter(Column::Reason.is_in(WAITS_OF_A_CHAT))
        .filter(Column::DueAtMs.gt(ms(now)))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::ChatId, Expr::val(to))
        .col_expr(Column::Head, Expr::val(false))
        .filter(which)
        .exec(transaction)
        .await?;
    lanes::settle(transaction, &[from, to]).await
}

/// Events of one request.
pub(super) struct RecordEvents {
    events: Vec<Event>,
    key: Option<IdempotencyKey>,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Request for RecordEvents {
    type Output = Recorded;

    const BRINGS_DUE: bool = true;

    fn weight(&self) -> usize {
        self.events.len()
    }

    async fn apply_all(lot: &[Self], transaction: &DatabaseTransaction) -> Result<Vec<Recorded>, StoreError> {
        let keys: Vec<&IdempotencyKey> = lot.iter().filter_map(|request| request.key.as_ref()).collect();
        let mut answers = Answers::load(transaction, &keys).await?;
        // Two requests of one lot with the same key: the first one is written, the second hears its answer.
        let mut seen = HashSet::new();
        let fresh: Vec<&Self> = lot
            .iter()
            .filter(|request| {
                request.key.as_ref().is_none_or(|key| answers.to(key).is_none() && seen.insert(key.name()))
            })
            .collect();
        let events: Vec<&Event> = fresh.iter().flat_map(|request| &request.events).collect();
        let mut written = match fresh.first() {
            Some(Self { rule, now, .. }) => tell(transaction, &events, *rule, *now).await?.into_iter(),
            None => Vec::new().into_iter(),
        };
        let mut accepted = Vec::with_capacity(fresh.len());
        let mut outputs = Vec::with_capacity(lot.len());
        for request in lot {
            let earlier = request.key.as_ref().and_then(|key| answers.to(key));
            outputs.push(match earlier {
                Some(earlier) => earlier,
                None => {
                    let ids: Vec<i64> = written.by_ref().take(request.events.len()).collect();
                    if let Some(key) = &request.key {
                        answers.add(key, &ids);
                        accepted.push((key, ids.clone(), request.now));
                    }
                    Recorded::Accepted(ids)
                }
            });
        }
        Answers::keep(transaction, &accepted).await?;
        Ok(outputs)
    }
}
