//! Carriers: rows whose message tells other rows, too. What is carried waits in no lane; it ends as its carrier
//! does, in the same transaction.
//!
//! A claimed row is folded with what waits behind it: what grew too old becomes a `while.away`, what was held back
//! and is due becomes a `catch.up`. A digest takes what was held without a fold: it is a row of its own.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    QueryFilter as _, Statement,
};

use super::parameters::{array, each, is_among, is_among_texts};
use super::write_queue::Command;
use super::{Store, StoreError, lanes, ms, notifications};
use crate::domain::carried::{Carried, told_together};
use crate::domain::event::EventKind;
use crate::domain::holding::HoldReason;
use crate::domain::notification::{Claimed, Content, Kind, NewNotification};
use crate::entity::notification::{Column, Entity, Model};

/// How many rows are folded at once? A few ten ms' worth; the next call folds the next ones.
const FOLD_BOUND: i64 = 1000;

/// What goes into one message.
#[derive(Clone, Debug, PartialEq)]
pub enum Together {
    /// What is too old to be told on its own: each kind from before its time.
    Stale(Vec<(Kind, DateTime<Utc>)>),
    /// What was held back and is due.
    Held,
}

impl Together {
    /// The kind of row that carries it.
    fn carrier_kind(&self) -> Kind {
        match self {
            Self::Stale(_) => Kind::WhileAway,
            Self::Held => Kind::CatchUp,
        }
    }
}

/// What became of a fold.
#[derive(Clone, Debug, PartialEq)]
pub enum Folded {
    /// Into this row, which is claimed as the given one was. `all` is false when there is more to fold.
    Into {
        /// The carrier.
        carrier: Box<Claimed>,
        /// Whether nothing is left to fold.
        all: bool,
    },
    /// Into none: the row is to be told as itself.
    Alone,
    /// The claim was no longer the caller's: nothing was written.
    Lost,
}

impl Store {
    /// Folds `row`, a claimed one, with what waits for the same account and chat and goes `together` with it into one
    /// message. A row that is such a message takes more in.
    pub async fn fold(
        &self,
        row: Claimed,
        together: Together,
        now: DateTime<Utc>,
    ) -> Result<Folded, StoreError> {
        self.writer.write(Fold { row, together, now }).await
    }
}

/// Ends what finished `carriers` carry, as they ended. What an edit tells is carried by it, or, of a list, by the row
/// whose message it edits.
pub(super) async fn follow(transaction: &DatabaseTransaction, carriers: &[i64]) -> Result<(), StoreError> {
    if carriers.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET state = carrier.state, reason = carrier.reason, \
           message_id = carrier.message_id, finished_at_ms = carrier.finished_at_ms \
         FROM notifications AS carrier \
         WHERE notifications.carrier_id IN (carrier.id, carrier.edits_id) AND notifications.state = 'pending' \
           AND carrier.finished_at_ms IS NOT NULL AND carrier.id {}",
        is_among(backend, "$1")
    );
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(carriers)?])).await?;
    Ok(())
}

/// The reasons of held rows as a list of SQL literals.
pub(super) fn hold_reasons() -> String {
    HoldReason::ALL.map(|reason| format!("'{}'", reason.as_str())).join(", ")
}

struct Fold {
    row: Claimed,
    together: Together,
    now: DateTime<Utc>,
}

/// A row that may go into another one's message.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Waiting {
    pub(super) id: i64,
    kind: String,
    data: String,
    silent: bool,
}

impl Waiting {
    fn event_kind(&self) -> Option<EventKind> {
        match Kind::from_name(&self.kind) {
            Some(Kind::Event(kind)) => Some(kind),
            _ => None,
        }
    }
}

impl Command for Fold {
    type Output = Folded;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Folded, StoreError> {
        lanes::lock(transaction, &[self.row.chat_id]).await?;
        if still_ours(transaction, &self.row).await?.is_none() {
            return Ok(Folded::Lost);
        }
        let mut waiting = self.waiting(transaction).await?;
        let all = waiting.len() < usize::try_from(FOLD_BOUND).unwrap_or(usize::MAX);
        let mut carrier = self.row.clone();
        let is_new = carrier.kind != self.together.carrier_kind();
        if is_new {
            waiting.insert(0, self.claimed()?);
        }
        if is_new && self.together != Together::Held && waiting.len() == 1 {
            return Ok(Folded::Alone);
        }
        if self.together == Together::Held {
            waiting = together(waiting, is_new);
            if is_new && waiting.first().is_none_or(|first| first.id != self.row.id) {
                return Ok(Folded::Alone);
            }
        }
        if is_new {
            carrier = stand_in(transaction, &self.row, self.together.carrier_kind(), self.now).await?;
        }
        if !waiting.is_empty() {
            take_in(transaction, &mut carrier, &waiting).await?;
        }
        Ok(Folded::Into { carrier: Box::new(carrier), all })
    }
}

/// Those of the held rows that go into one message; into one that is there already, whatever is no failure.
fn together(rows: Vec<Waiting>, is_new: bool) -> Vec<Waiting> {
    let rows: Vec<_> = rows.into_iter().filter_map(|row| Some((row.event_kind()?, row))).collect();
    let kinds: Vec<EventKind> = rows.iter().map(|(kind, _)| *kind).collect();
    let told = told_together(&kinds);
    let joins = |(kind, row): (EventKind, Waiting), told: bool| {
        (told || (!is_new && !kind.is_urgent())).then_some(row)
    };
    rows.into_iter().zip(told).filter_map(|(row, told)| joins(row, told)).collect()
}

impl Fold {
    fn claimed(&self) -> Result<Waiting, StoreError> {
        let Claimed { id, kind, silent, .. } = self.row;
        let data = serde_json::to_string(&self.row.content)
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Waiting { id, kind: kind.as_str().to_owned(), data, silent })
    }

    /// What waits for the same account and chat, or place, and may be told together with the claimed row, the longest waiting
    /// first. What is held for later stays where it is.
    async fn waiting(&self, transaction: &DatabaseTransaction) -> Result<Vec<Waiting>, StoreError> {
        let backend = transaction.get_database_backend();
        let held = hold_reasons();
        let (which, argument) = match &self.together {
            Together::Stale(limits) => {
                let limits: Vec<(&str, i64)> =
                    limits.iter().map(|(kind, before)| (kind.as_str(), ms(*before))).collect();
                let which = format!(
                    "EXISTS (SELECT 1 FROM {} WHERE value ->> 0 = kind AND event_at_ms < CAST(value ->> 1 AS BIGINT)) \
                     AND (due_at_ms <= $4 OR reason IS NULL OR reason NOT IN ({held}))",
                    each(backend, "$1")
                );
                (which, array(&limits)?)
            }
            Together::Held => {
                let events = EventKind::ALL.map(|kind| Kind::Event(kind).as_str());
                let which = format!(
                    "reason IN ({held}) AND due_at_ms <= $4 AND kind {}",
                    is_among_texts(backend, "$1")
                );
                (which, array(&events)?)
            }
        };
        let sql = format!(
            "SELECT id, kind, data, silent FROM notifications \
             WHERE chat_id = $2 AND account = $3 AND COALESCE(place_id, 0) = $5 AND state = 'pending' \
               AND carrier_id IS NULL AND {which} \
             ORDER BY due_at_ms, id LIMIT {FOLD_BOUND}"
        );
        let Claimed { chat_id, account, place_id, .. } = &self.row;
        let values = [
            argument,
            (*chat_id).into(),
            account.as_str().into(),
            ms(self.now).into(),
            place_id.unwrap_or_default().into(),
        ];
        let query = Statement::from_sql_and_values(backend, sql, values);
        Ok(Waiting::find_by_statement(query).all(transaction).await?)
    }
}

/// The claimed `row`, as long as the claim is good.
pub(super) async fn still_ours(
    transaction: &DatabaseTransaction,
    row: &Claimed,
) -> Result<Option<Model>, StoreError> {
    let ours = Entity::find_by_id(row.id)
        .filter(Column::LeaseToken.eq(row.lease_token))
        .filter(Expr::cust("state = 'sending'"));
    Ok(ours.one(transaction).await?)
}

/// A row of `kind` in the place of the claimed `row`, under its claim; the claimed one steps out of the lane, to be
/// carried.
pub(super) async fn stand_in(
    transaction: &DatabaseTransaction,
    row: &Claimed,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<Claimed, StoreError> {
    let Claimed { id, account, chat_id, lease_token, .. } = row;
    let claimed = Entity::find_by_id(*id).one(transaction).await?;
    let claimed = claimed.ok_or_else(|| StoreError::Failed("a claimed row is gone".into()))?;
    Entity::update_many()
        .col_expr(Column::State, Expr::val("pending"))
        .col_expr(Column::Head, Expr::val(false))
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
        // Set right by `join`; until then no lane may take it for a waiting row.
        .col_expr(Column::CarrierId, Expr::val(*id))
        .filter(Column::Id.eq(*id))
        .exec(transaction)
        .await?;
    let carrier = NewNotification::carrier(account, *chat_id, kind, now);
    let carrier_id = notifications::insert_one(transaction, &carrier, now).await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::val("sending"))
        .col_expr(Column::LeaseToken, Expr::val(*lease_token))
        .col_expr(Column::LeaseUntilMs, Expr::val(claimed.lease_until_ms))
        .col_expr(Column::DueAtMs, Expr::val(claimed.due_at_ms))
        .col_expr(Column::ThreadId, Expr::val(claimed.thread_id))
        .col_expr(Column::PlaceId, Expr::val(claimed.place_id))
        .col_expr(Column::Silent, Expr::val(true))
        .filter(Column::Id.eq(carrier_id))
        .exec(transaction)
        .await?;
    Ok(Claimed {
        id: carrier_id,
        kind,
        content: Content::default(),
        silent: true,
        plain: false,
        event_at: now,
        held: false,
        attempts: 0,
        post_id: None,
        cause: None,
        edits: None,
        ..row.clone()
    })
}

/// Adds `rows` to what `carrier` tells. It makes a sound when one of them would have.
async fn take_in(
    transaction: &DatabaseTransaction,
    carrier: &mut Claimed,
    rows: &[Waiting],
) -> Result<(), StoreError> {
    let mut carried = carrier.content.carried.take().unwrap_or_default();
    carried.merge(told_by(rows));
    carrier.silent &= rows.iter().all(|row| row.silent);
    carrier.content.carried = Some(carried);
    let data =
        serde_json::to_string(&carrier.content).map_err(|error| StoreError::Failed(error.to_string()))?;
    Entity::update_many()
        .col_expr(Column::Data, Expr::val(data))
        .col_expr(Column::Silent, Expr::val(carrier.silent))
        .filter(Column::Id.eq(carrier.id))
        .exec(transaction)
        .await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    join(transaction, carrier.id, &ids).await
}

/// What is told about `rows`.
pub(super) fn told_by(rows: &[Waiting]) -> Carried {
    let mut carried = Carried::default();
    for row in rows {
        let content = serde_json::from_str::<Content>(&row.data).unwrap_or_default();
        if let Some(kind) = row.event_kind() {
            carried.add(kind, &content.event);
        }
    }
    carried
}

/// What waits for the account and chat of `row` because it is held until `until` or less, the longest waiting first.
pub(super) async fn held_until(
    transaction: &DatabaseTransaction,
    row: &NewNotification,
    until: DateTime<Utc>,
) -> Result<Vec<Waiting>, StoreError> {
    let sql = format!(
        "SELECT id, kind, data, silent FROM notifications \
         WHERE chat_id = $1 AND account = $2 AND state = 'pending' AND carrier_id IS NULL \
           AND reason IN ({}) AND due_at_ms <= $3 AND kind <> 'digest' \
         ORDER BY due_at_ms, id LIMIT {FOLD_BOUND}",
        hold_reasons()
    );
    let values = [row.chat_id.into(), row.account.as_str().into(), ms(until).into()];
    let query = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    let rows = Waiting::find_by_statement(query).all(transaction).await?;
    // A failure comes on its own: only there the person reads how to mend it.
    Ok(rows.into_iter().filter(|row| row.event_kind().is_some_and(|kind| !kind.is_urgent())).collect())
}

/// What `carriers` carry and has not ended.
pub(super) async fn carried_by(
    transaction: &DatabaseTransaction,
    carriers: &[i64],
) -> Result<Vec<Waiting>, StoreError> {
    if carriers.is_empty() {
        return Ok(Vec::new());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "SELECT id, kind, data, silent FROM notifications WHERE carrier_id {} AND state = 'pending' ORDER BY id",
        is_among(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(carriers)?]);
    Ok(Waiting::find_by_statement(query).all(transaction).await?)
}

/// Lets the rows `ids` travel with `carrier_id`; they leave their lane, whose head the caller finds anew.
pub(super) async fn join(
    transaction: &DatabaseTransaction,
    carrier_id: i64,
    ids: &[i64],
) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET carrier_id = $2, reason = 'carried', head = FALSE \
         WHERE state = 'pending' AND id {}",
        is_among(backend, "$1")
    );
    let values = [array(ids)?, carrier_id.into()];
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}
