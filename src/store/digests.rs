//! Daily digests: who is due, and the one transaction that moves the next one and writes the row. What a digest
//! tells is in `digest_news`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder as _, QuerySelect as _, Statement,
};

use super::parameters::{ROWS_BOUND, array, each_row, is_among};
use super::write_queue::Command;
use super::{Store, StoreError, carriers, lanes, ms, notifications, time, whole_rows};
use crate::domain::account::Settings;
use crate::domain::digest::{FURTHEST_AHEAD, LastDigest, Schedule};
use crate::domain::holding::DIGEST_NEAR;
use crate::domain::notification::{Content, NewNotification, State};
use crate::entity::notification;
use crate::entity::sns_settings::{Column, Entity, Model};

/// How many accounts are moved in one transaction? As many as one statement inserts rows; few enough that other
/// writers hardly wait.
const BATCH: u64 = 1000;

/// An account whose digest is due, or whose next one lies where no clock that was right can have put it.
#[derive(Clone, Debug)]
pub struct DueDigest {
    /// The account.
    pub settings: Settings,
    /// Its zone, or the default one.
    pub schedule: Schedule,
    /// The latest digest written for it.
    pub last: Option<LastDigest>,
    /// The stored time: the move is done only while it still stands there.
    next_digest_at_ms: Option<i64>,
}

/// How far a walk through the due digests has come.
#[derive(Clone, Debug)]
pub struct DigestPlace {
    next_digest_at_ms: i64,
    account: String,
}

impl DigestPlace {
    /// Before all of them.
    pub const START: Self = Self { next_digest_at_ms: i64::MIN, account: String::new() };
}

/// What becomes of a due digest.
#[derive(Clone, Debug)]
pub struct DigestDecision {
    /// Of which.
    pub due: DueDigest,
    /// When the account's next one is due.
    pub next: DateTime<Utc>,
    /// The row that will tell it; `None` when none is to.
    pub row: Option<NewNotification>,
}

/// How many decisions took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CarriedOut {
    /// Accounts whose next digest was moved.
    pub moved: u64,
    /// Rows written.
    pub written: u64,
}

impl Store {
    /// Up to a batch of the accounts whose digest is due at `now`, the longest due first, from behind `place` on.
    pub async fn due_digests(
        &self,
        place: DigestPlace,
        default_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueDigest>, StoreError> {
        let backend = self.reader.get_database_backend();
        let sql = format!(
            "SELECT {} FROM (SELECT * FROM sns_settings \
             WHERE next_digest_at_ms <= $1 AND (next_digest_at_ms, account) > ($2, $3) \
             ORDER BY next_digest_at_ms, account LIMIT {BATCH}) AS due",
            whole_rows::rows::<Entity>(backend)
        );
        let values = [ms(now).into(), place.next_digest_at_ms.into(), place.account.into()];
        let query = Statement::from_sql_and_values(backend, sql, values);
        let rows: Vec<Model> = whole_rows::together(&self.reader, query).await?;
        Ok(rows.into_iter().map(|row| DueDigest::of(row, default_zone)).collect())
    }

    /// Up to a batch of the accounts whose next digest is further ahead than any can be: the clock was set back.
    pub async fn misplaced_digests(
        &self,
        default_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueDigest>, StoreError> {
        let misplaced = Column::NextDigestAtMs.gt(ms(now + FURTHEST_AHEAD));
        let rows = Entity::find().filter(misplaced).order_by_desc(Column::NextDigestAtMs).limit(BATCH);
        Ok(rows.all(&self.reader).await?.into_iter().map(|row| DueDigest::of(row, default_zone)).collect())
    }

    /// Carries the decisions out, each only where the account's next digest is still the one that was decided
    /// about: both the move and the row, or neither.
    pub async fn carry_out(
        &self,
        decisions: Vec<DigestDecision>,
        now: DateTime<Utc>,
    ) -> Result<CarriedOut, StoreError> {
        let done = self.writer.write(CarryOut { decisions, now }).await?;
        if done.written > 0 {
            self.wake_delivery();
        }
        Ok(done)
    }
}

impl DueDigest {
    /// Where a walk that has come to it stands.
    pub fn place(&self) -> DigestPlace {
        let next_digest_at_ms = self.next_digest_at_ms.unwrap_or(i64::MAX);
        DigestPlace { next_digest_at_ms, account: self.settings.account.clone() }
    }

    fn of(row: Model, default_zone: Tz) -> Self {
        Self {
            schedule: schedule(&row, default_zone),
            last: last_digest(&row, default_zone),
            next_digest_at_ms: row.next_digest_at_ms,
            settings: row.into(),
        }
    }
}

fn schedule(row: &Model, default_zone: Tz) -> Schedule {
    Schedule { zone: zone(row.zone.as_deref(), default_zone), minute: row.digest_minute.unsigned_abs() }
}

fn last_digest(row: &Model, default_zone: Tz) -> Option<LastDigest> {
    let at = time(row.last_digest_at_ms?);
    Some(LastDigest { at, zone: zone(row.last_digest_zone.as_deref(), default_zone) })
}

fn zone(name: Option<&str>, default_zone: Tz) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(default_zone)
}

/// Sets the account's next digest after a change of its link or settings. One that is due already stays due.
pub(super) async fn reschedule(
    transaction: &DatabaseTransaction,
    account: &str,
    default_zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(row) = Entity::find_by_id(account).one(transaction).await? else { return Ok(()) };
    let wanted = row.telegram_chat_id.is_some() && row.digest_enabled;
    let next = match row.next_digest_at_ms {
        _ if !wanted => None,
        Some(due) if due <= ms(now) => Some(due),
        _ => Some(ms(schedule(&row, default_zone).next(now, last_digest(&row, default_zone)))),
    };
    if next != row.next_digest_at_ms {
        Entity::update_many()
            .col_expr(Column::NextDigestAtMs, Expr::val(next))
            .filter(Column::Account.eq(account))
            .exec(transaction)
            .await?;
    }
    Ok(())
}

struct CarryOut {
    decisions: Vec<DigestDecision>,
    now: DateTime<Utc>,
}

impl Command for CarryOut {
    type Output = CarriedOut;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<CarriedOut, StoreError> {
        let chats = self.decisions.iter().filter_map(|decision| decision.row.as_ref()?.chat_id);
        lanes::lock(transaction, &chats.collect::<Vec<_>>()).await?;
        let moved = self.moved(transaction).await?;
        let decided = self.decisions.iter().filter(|it| moved.contains(&it.due.settings.account));
        let decided = decided.filter_map(|decision| Some((decision, decision.row.clone()?)));
        let (decisions, mut rows): (Vec<&DigestDecision>, Vec<NewNotification>) = decided.unzip();
        let replaced = self.replace_waiting(transaction, &mut rows).await?;
        let mut carried = Vec::with_capacity(rows.len());
        for (decision, row) in decisions.into_iter().zip(&mut rows) {
            let replaced = replaced.get(&row.account).map_or(&[][..], Vec::as_slice);
            carried.push(take_along(transaction, decision, row, replaced).await?);
        }
        let ids = notifications::insert(transaction, &rows, self.now).await?;
        let mut left = Vec::new();
        for ((id, row), with_it) in ids.into_iter().zip(&rows).zip(&carried) {
            if !with_it.is_empty() {
                carriers::join(transaction, id, with_it).await?;
                left.extend(row.chat_id);
            }
        }
        lanes::promote(transaction, &left).await?;
        Ok(CarriedOut { moved: moved.len() as u64, written: rows.len() as u64 })
    }
}

/// Lets the digest `row` carry what the ones that it replaces carried, and what is held until about its hour; returns
/// the ids.
async fn take_along(
    transaction: &DatabaseTransaction,
    decision: &DigestDecision,
    row: &mut NewNotification,
    replaced: &[i64],
) -> Result<Vec<i64>, StoreError> {
    let mut with_it = carriers::carried_by(transaction, replaced).await?;
    if decision.due.settings.may_hold() {
        with_it.extend(carriers::held_until(transaction, row, row.due_at + DIGEST_NEAR).await?);
    }
    row.content.carried = (!with_it.is_empty()).then(|| carriers::told_by(&with_it));
    Ok(with_it.iter().map(|row| row.id).collect())
}

impl CarryOut {
    /// The conditional UPDATE that lets exactly one writer through; returns the accounts that it moved. Another
    /// instance, an unlink or a change of the settings came first where it found no row.
    async fn moved(&self, transaction: &DatabaseTransaction) -> Result<HashSet<String>, StoreError> {
        let backend = transaction.get_database_backend();
        let mut moved = HashSet::with_capacity(self.decisions.len());
        for decisions in self.decisions.chunks(ROWS_BOUND) {
            let decided = decisions.iter().map(|DigestDecision { due, next, row }| {
                let zone = row.as_ref().map(|_| due.schedule.zone.name());
                let written_at = row.as_ref().map(|_| ms(self.now));
                [
                    due.settings.account.as_str().into(),
                    due.next_digest_at_ms.into(),
                    due.settings.chat_id.into(),
                    ms(*next).into(),
                    written_at.into(),
                    zone.into(),
                ]
            });
            let columns = ["of_account", "due_ms", "chat_id", "next_ms", "written_ms", "zone_then"];
            let (each, parameters) = each_row(backend, columns, decided.collect());
            let sql = format!(
                "{each} UPDATE sns_settings SET next_digest_at_ms = next_ms, \
                   last_digest_at_ms = COALESCE(written_ms, last_digest_at_ms), \
                   last_digest_zone = COALESCE(zone_then, last_digest_zone) \
                 FROM each \
                 WHERE account = of_account AND next_digest_at_ms = due_ms \
                   AND telegram_chat_id IS NOT DISTINCT FROM chat_id \
                 RETURNING account"
            );
            let statement = Statement::from_sql_and_values(backend, sql, parameters);
            moved.extend(
                Account::find_by_statement(statement)
                    .all(transaction)
                    .await?
                    .into_iter()
                    .map(|row| row.account),
            );
        }
        Ok(moved)
    }

    /// Ends the digests that still wait for the accounts of `rows`, because Telegram is away: they say less than the
    /// new ones, which count from where they began. Returns their ids by account: what they carry is the new one's.
    async fn replace_waiting(
        &self,
        transaction: &DatabaseTransaction,
        rows: &mut [NewNotification],
    ) -> Result<HashMap<String, Vec<i64>>, StoreError> {
        let lanes: Vec<i64> = rows.iter().filter_map(|row| row.chat_id).collect();
        let waiting = waiting_digests(transaction, &lanes).await?;
        let mut replaced: HashMap<String, Vec<i64>> = HashMap::new();
        for row in rows.iter_mut() {
            for waiting in waiting.get(&row.account).into_iter().flatten() {
                replaced.entry(row.account.clone()).or_default().push(waiting.id);
                if let Some(span) = &mut row.content.digest {
                    span.since = waiting.since().unwrap_or(span.since).min(span.since);
                }
            }
        }
        if replaced.is_empty() {
            return Ok(replaced);
        }
        let which = notification::Column::Id.is_in(replaced.values().flatten().copied());
        notifications::end_pending(transaction, which, State::Cancelled, "replaced", self.now).await?;
        Ok(replaced)
    }
}

#[derive(FromQueryResult)]
struct Account {
    account: String,
}

/// A digest that was not sent yet.
#[derive(FromQueryResult)]
pub(super) struct WaitingDigest {
    id: i64,
    account: String,
    data: String,
}

impl WaitingDigest {
    /// Since when it counts.
    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        Some(serde_json::from_str::<Content>(&self.data).ok()?.digest?.since)
    }
}

/// The digests that wait in the lanes of these chats, by account.
pub(super) async fn waiting_digests(
    db: &impl ConnectionTrait,
    lanes: &[i64],
) -> Result<HashMap<String, Vec<WaitingDigest>>, StoreError> {
    if lanes.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = db.get_database_backend();
    // By the index of the lanes, which holds what waits and nothing else.
    let sql = format!(
        "SELECT id, account, data FROM notifications \
         WHERE chat_id {} AND state = 'pending' AND carrier_id IS NULL AND kind = 'digest'",
        is_among(backend, "$1")
    );
    let statement = Statement::from_sql_and_values(backend, sql, [array(lanes)?]);
    let mut waiting: HashMap<String, Vec<WaitingDigest>> = HashMap::new();
    for row in WaitingDigest::find_by_statement(statement).all(db).await? {
        waiting.entry(row.account.clone()).or_default().push(row);
    }
    Ok(waiting)
}
