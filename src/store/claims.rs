//! Claims on the outbox's rows: taken under a lease, given back when it ends or its holder is gone.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    QueryFilter, Statement, UpdateMany,
};
use tokio::time::Instant;

use super::due::Ride;
use super::parameters::{array, held_against, is_one_of, listed};
use super::write_queue::Command;
use super::{
    Store, StoreError, carriers, lanes, leader, lease_token, ms, ms_after, time, told_by_edits, whole_rows,
};
use crate::clock::Clock;
use crate::domain::account::Settings;
use crate::domain::holding::HoldReason;
use crate::domain::notification::{Claimed, Content, Kind, State};
use crate::entity::notification::{Column, Entity, Model};
use crate::entity::sns_settings;

/// Of how many rows of a claim is one kept for who waits longest, and one for the chats that go first?
const APART: usize = 16;

/// Who waits longest, of those that came this lately: what an outage left behind goes newest first and nothing else.
const LATELY: TimeDelta = TimeDelta::seconds(10);

/// No lease is longer: what the settings allow.
const LONGEST_LEASE: TimeDelta = TimeDelta::hours(1);

impl Store {
    /// Claims due rows, the head of its lane each, none to a chat with a row in flight; most urgent first, then newest.
    /// Of each urgency a few come along that wait longest of what came lately, and a few to the chats that go first: a
    /// chat with many rows, which takes a second for each, would else begin when all others are done. They are the
    /// caller's until the lease ends. One claim at a time: after one that failed, the next first gives back what that
    /// one may have claimed all the same.
    pub async fn claim_due(&self, wish: ClaimWish, now: DateTime<Utc>) -> Result<Claim, StoreError> {
        let claim = self.claim(wish, move || now);
        let lease_token = claim.lease_token;
        let claimed = self.writer.write(claim).await;
        self.remember(lease_token, claimed.is_ok());
        claimed
    }

    /// The same, in the transaction of the next write that brings due rows, at the time that it is by `clock` then.
    pub fn claim_with_next(&self, wish: ClaimWish, clock: Clock) -> RidingClaim<'_> {
        let claim = self.claim(wish, move || clock.now());
        let lease_token = claim.lease_token;
        RidingClaim { store: self, lease_token, ride: self.signals.due.ride(claim) }
    }

    fn claim(
        &self,
        wish: ClaimWish,
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
    ) -> ClaimDue<impl Fn() -> DateTime<Utc> + Send + Sync + 'static> {
        let epoch = self.epoch();
        // 0: the last claim was answered. What one of an earlier term may have claimed was put back when this one began.
        let unanswered = self.signals.unanswered_claim.load(Ordering::Relaxed);
        let give_back = unanswered != 0 && lease_token::is_of(unanswered, epoch);
        let lease_token = if give_back { unanswered } else { lease_token::new(epoch) };
        ClaimDue { wish, lease_token, give_back, epoch, now }
    }

    /// Remembers a claim that was not answered: it may be committed, and nobody has its rows. One that was answered has
    /// given back what an earlier one may have claimed.
    fn remember(&self, lease_token: i64, is_answered: bool) {
        let unanswered = if is_answered { 0 } else { lease_token };
        self.signals.unanswered_claim.store(unanswered, Ordering::Relaxed);
    }

    /// Puts back what a lease that ended by `now` held; returns how many rows. It spends an attempt, and the last
    /// of `max_attempts` is the row's end: what can never be finished must not be sent again and again.
    pub async fn release_expired(&self, max_attempts: u32, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(ReleaseExpired { max_attempts, now }).await
    }

    /// Puts back everything that is claimed: only for a new leader, when whoever claimed it is gone.
    pub async fn release_all(&self) -> Result<u64, StoreError> {
        self.writer.write(ReleaseAll).await
    }

    /// Puts back what earlier leaders claimed, by transactions that ended after this one began to lead; returns how many
    /// rows. Nobody sends them: who claimed them is gone or follows. On SQLite no transaction outlives its process.
    pub async fn release_earlier(&self) -> Result<u64, StoreError> {
        if self.reader.get_database_backend() != DbBackend::Postgres {
            return Ok(0);
        }
        self.writer.write(ReleaseEarlier { epoch: self.epoch() }).await
    }

    /// When the next waiting row is due; `None` when none waits.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        #[derive(FromQueryResult)]
        struct Next {
            due_at_ms: Option<i64>,
        }
        let query = Statement::from_string(self.reader.get_database_backend(), lanes::first_due("TRUE"));
        Ok(Next::find_by_statement(query).one(&self.reader).await?.and_then(|next| next.due_at_ms).map(time))
    }
}

/// Which rows to claim.
#[derive(Clone, Debug, Default)]
pub struct ClaimWish {
    /// How many at most.
    pub limit: usize,
    /// None to these chats.
    pub without_chats: Vec<i64>,
    /// Of rows of one urgency those to these chats are sent first; one in sixteen places is kept for them.
    pub chats_first: Vec<i64>,
    /// How long they are the caller's.
    pub lease: TimeDelta,
}

/// Rows that were claimed together.
#[derive(Debug)]
pub struct Claim {
    /// In the order in which they go.
    pub rows: Vec<Claimed>,
    /// The settings of their accounts, by account, as they were then.
    pub settings: HashMap<String, Settings>,
    /// When their lease began.
    pub at: Instant,
}

/// A claim that waits for a write that brings due rows.
pub struct RidingClaim<'a> {
    store: &'a Store,
    lease_token: i64,
    ride: Ride<'a, Claim>,
}

impl RidingClaim<'_> {
    /// The claim, when such a write has come; `None` when nobody can say what became of it: the next one knows. Can be
    /// given up and called again.
    pub async fn claimed(&mut self) -> Option<Result<Claim, StoreError>> {
        let end = self.ride.end().await;
        self.store.remember(self.lease_token, matches!(end, Some(Ok(_))));
        end
    }

    /// Waits no more for such a write; what is claimed by now is the caller's all the same.
    pub async fn withdraw(mut self) -> Option<Result<Claim, StoreError>> {
        if self.ride.leave() { None } else { self.claimed().await }
    }
}

struct ClaimDue<N> {
    wish: ClaimWish,
    lease_token: i64,
    /// Whether a claim with this token failed before: committed, perhaps, and its answer lost.
    give_back: bool,
    epoch: i64,
    now: N,
}

impl<N: Fn() -> DateTime<Utc>> ClaimDue<N> {
    /// The heads that are due, looked for by urgency one after the other, so that what is held for later is not
    /// walked through. `state` is compared with literals: only so do the partial indexes serve, where they are to.
    /// Materialised, because PostgreSQL may run a bare subquery once for each row, and the limit would bound nothing. The
    /// limits are written out: with a parameter there, SQLite compiles the statement anew each time. Whoever does not
    /// lead any more claims nothing.
    fn statement(&self, backend: DbBackend, now: DateTime<Utc>) -> Result<Statement, StoreError> {
        let limit = self.wish.limit;
        let heads = |apart: u8, which: &str, order: &str, limit: usize| {
            format!(
                "SELECT * FROM (SELECT id, urgency, {apart} AS apart, due_at_ms FROM notifications \
                 WHERE {which} ORDER BY {order} LIMIT {limit}) AS heads"
            )
        };
        let is_due = "head AND state = 'pending' AND due_at_ms <= $4";
        let of_chats = format!(
            "SELECT (SELECT ahead.id FROM notifications AS ahead WHERE ahead.head AND ahead.chat_id = first.value) \
             FROM ({}) AS first",
            listed(backend, "$5")
        );
        let first = format!("id {} AND {}", is_one_of(backend, &of_chats), held_against(is_due));
        let apart = limit / APART;
        let mut due = vec![heads(1, &first, "urgency, due_at_ms", apart)];
        for urgency in Kind::URGENCIES {
            let without = listed(backend, "$3");
            let which = format!("{is_due} AND urgency = {urgency} AND chat_id NOT IN ({without})");
            due.push(heads(1, &format!("{which} AND due_at_ms > $6"), "due_at_ms", apart));
            due.push(heads(0, &which, "due_at_ms DESC", limit));
        }
        let sql = format!(
            "WITH due AS MATERIALIZED ( \
               SELECT id FROM ({}) AS heads GROUP BY id, urgency \
               ORDER BY urgency, MAX(apart) DESC, MAX(due_at_ms) DESC LIMIT {limit}) \
             UPDATE notifications SET state = 'sending', lease_token = $1, lease_until_ms = $2 \
             WHERE id {} AND {} AND {} \
             RETURNING {}",
            due.join(" UNION ALL "),
            is_one_of(backend, "SELECT id FROM due"),
            held_against("head AND state = 'pending'"),
            leader::still_leads(backend, self.epoch),
            whole_rows::row_with::<Entity, sns_settings::Entity>(
                backend,
                "sns_settings.account = notifications.account"
            ),
        );
        let values = [
            self.lease_token.into(),
            ms_after(now, self.wish.lease).into(),
            array(&self.wish.without_chats)?,
            ms(now).into(),
            array(&self.wish.chats_first)?,
            ms(now - LATELY).into(),
        ];
        Ok(Statement::from_sql_and_values(backend, sql, values))
    }

    /// When a row of the claim is sent, beside the others.
    fn turn(&self, row: &Model) -> impl Ord + use<N> {
        let goes_first = row.chat_id.is_some_and(|chat_id| self.wish.chats_first.contains(&chat_id));
        (row.urgency, !goes_first, std::cmp::Reverse((row.due_at_ms, row.id)))
    }
}

impl<N: Fn() -> DateTime<Utc> + Send + Sync + 'static> Command for ClaimDue<N> {
    type Output = Claim;

    /// A claim that is lost with the machine's power leaves its row pending: it is claimed again.
    const MUST_LAST: bool = false;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Claim, StoreError> {
        let (at, now) = (Instant::now(), (self.now)());
        if self.give_back {
            // Nobody sends these rows, and their lanes would stand still until the lease ends.
            release(State::Pending).filter(Column::LeaseToken.eq(self.lease_token)).exec(transaction).await?;
        }
        let statement = self.statement(transaction.get_database_backend(), now)?;
        let mut rows: Vec<(Model, Option<sns_settings::Model>)> =
            whole_rows::one_by_one(transaction, statement).await?;
        rows.sort_unstable_by_key(|(row, _)| self.turn(row));
        let mut readable = Vec::with_capacity(rows.len());
        let mut settings = HashMap::with_capacity(rows.len());
        for (row, of_account) in rows {
            settings.extend(of_account.map(|row| (row.account.clone(), Settings::from(row))));
            let (id, lane) = (row.id, row.chat_id);
            match claimed(row, self.lease_token) {
                Ok(row) => readable.push(row),
                // Left where it is it would be claimed first again, and nobody would hear of anything any more.
                Err(what) => {
                    log::error!(target: "delivery", "notification {id} is given up: {what}");
                    bury(transaction, id, "unreadable", now).await?;
                    lanes::settle(transaction, &Vec::from_iter(lane)).await?;
                }
            }
        }
        Ok(Claim { rows: readable, settings, at })
    }
}

/// Gives up one row, whatever its state.
async fn bury(
    transaction: &DatabaseTransaction,
    id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::State, Expr::val(State::Dead.as_str()))
        .col_expr(Column::Head, Expr::val(false))
        .col_expr(Column::Reason, Expr::val(reason))
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
        .col_expr(Column::FinishedAtMs, Expr::val(ms(now)))
        .filter(Column::Id.eq(id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// The row as the worker needs it, or what in it can't be read: it was written by another version or by hand.
fn claimed(row: Model, lease_token: i64) -> Result<Claimed, &'static str> {
    Ok(Claimed {
        id: row.id,
        chat_id: row.chat_id.ok_or("it has no chat")?,
        thread_id: row.thread_id,
        place_id: row.place_id,
        kind: Kind::from_name(&row.kind).ok_or("its kind is unknown")?,
        content: serde_json::from_str::<Content>(&row.data).map_err(|_| "its data are unreadable")?,
        silent: row.silent,
        plain: row.plain,
        event_at: time(row.event_at_ms),
        // What is sent at the first try still has the due time that it was written with.
        sendable_since: time(if row.attempts == 0 { row.due_at_ms } else { row.created_at_ms }),
        held: row.reason.as_deref().and_then(HoldReason::from_name).is_some(),
        attempts: row.attempts.unsigned_abs(),
        lease_token,
        post_id: row.post_id,
        cause: row.cause,
        edits: row.edits_id,
        account: row.account,
    })
}

struct ReleaseAll;

impl Command for ReleaseAll {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let released = release(State::Pending).exec(transaction).await?.rows_affected;
        lanes::repair(transaction).await?;
        Ok(released)
    }
}

struct ReleaseEarlier {
    epoch: i64,
}

impl Command for ReleaseEarlier {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let of_another = Expr::cust(lease_token::of_another_than(self.epoch));
        Ok(release(State::Pending).filter(of_another).exec(transaction).await?.rows_affected)
    }
}

struct ReleaseExpired {
    max_attempts: u32,
    now: DateTime<Utc>,
}

impl Command for ReleaseExpired {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let expired = over(Column::LeaseUntilMs, self.now);
        let spent = Expr::col(Column::Attempts).add(1);
        let dead = release(State::Dead)
            .col_expr(Column::Reason, Expr::val("stuck"))
            .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
            .col_expr(Column::Attempts, spent.clone())
            .col_expr(Column::Head, Expr::val(false))
            .filter(expired.clone())
            .filter(spent.clone().gte(i64::from(self.max_attempts)))
            .exec_with_returning(transaction)
            .await?;
        let again = release(State::Pending)
            .col_expr(Column::Attempts, spent)
            .filter(expired)
            .exec_with_returning(transaction)
            .await?;
        let lanes: Vec<i64> = dead.iter().chain(&again).filter_map(|row| row.chat_id).collect();
        lanes::settle(transaction, &lanes).await?;
        let carriers: Vec<i64> = dead.iter().map(|row| row.id).collect();
        for edit in dead.iter().filter(|row| row.edits_id.is_some()) {
            told_by_edits::part(transaction, edit.id).await?;
        }
        carriers::follow(transaction, &carriers).await?;
        Ok((dead.len() + again.len()) as u64)
    }
}

/// Whether a lease is over at `now`: it ended, or ends later than any can, because it began when the clock was wrong.
pub(super) fn over(until: impl ColumnTrait, now: DateTime<Utc>) -> Condition {
    Condition::any().add(until.lte(ms(now))).add(until.gt(ms_after(now, LONGEST_LEASE)))
}

/// Ends claims: whoever made them can't finish the rows any more.
fn release(to: State) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::val(to.as_str()))
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
        .filter(Expr::cust("state = 'sending'"))
}
