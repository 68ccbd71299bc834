//! Carriers: rows whose message tells other rows, too. What is carried waits in no lane; it ends as its carrier
//! does, in the same transaction.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    QueryFilter as _, Statement,
};

use super::parameters::{array, each, listed};
use super::write_queue::Command;
use super::{Store, StoreError, lanes, ms, notifications};
use crate::domain::carried::Carried;
use crate::domain::notification::{Claimed, Content, Kind, NewNotification};
use crate::entity::notification::{Column, Entity, Model};

/// How many rows are folded at once? A few ten ms' worth; the next call folds the next ones.
const FOLD_BOUND: i64 = 1000;

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
    /// The claim was no longer the caller's: nothing was written.
    Lost,
}

impl Store {
    /// Folds `row`, a claimed one, and what waits with it for the same account and chat into one message that tells
    /// what went by: each kind of `limits` from before its time. A row that is such a message takes more in.
    pub async fn fold_stale(
        &self,
        row: Claimed,
        limits: Vec<(Kind, DateTime<Utc>)>,
        now: DateTime<Utc>,
    ) -> Result<Folded, StoreError> {
        self.writer.write(FoldStale { row, limits, now }).await
    }
}

/// Ends what finished `carriers` carry, as they ended.
pub(super) async fn follow(transaction: &DatabaseTransaction, carriers: &[i64]) -> Result<(), StoreError> {
    if carriers.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET state = carrier.state, reason = carrier.reason, \
           message_id = carrier.message_id, finished_at_ms = carrier.finished_at_ms \
         FROM notifications AS carrier \
         WHERE notifications.carrier_id = carrier.id AND notifications.state = 'pending' \
           AND carrier.finished_at_ms IS NOT NULL AND carrier.id IN ({})",
        listed(backend, "$1")
    );
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(carriers)?])).await?;
    Ok(())
}

struct FoldStale {
    row: Claimed,
    limits: Vec<(Kind, DateTime<Utc>)>,
    now: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Stale {
    id: i64,
    kind: String,
    data: String,
    silent: bool,
}

impl Command for FoldStale {
    type Output = Folded;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Folded, StoreError> {
        lanes::lock(transaction, &[self.row.chat_id]).await?;
        if self.still_ours(transaction).await?.is_none() {
            return Ok(Folded::Lost);
        }
        let mut stale = self.stale(transaction).await?;
        let all = stale.len() < usize::try_from(FOLD_BOUND).unwrap_or(usize::MAX);
        let mut carrier = self.row.clone();
        if carrier.kind != Kind::WhileAway {
            let data = serde_json::to_string(&self.row.content)
                .map_err(|error| StoreError::Failed(error.to_string()))?;
            let (kind, silent) = (self.row.kind.as_str().to_owned(), self.row.silent);
            stale.push(Stale { id: self.row.id, kind, data, silent });
            carrier = self.new_carrier(transaction).await?;
        }
        if !stale.is_empty() {
            take_in(transaction, &mut carrier, &stale).await?;
        }
        Ok(Folded::Into { carrier: Box::new(carrier), all })
    }
}

impl FoldStale {
    async fn still_ours(&self, transaction: &DatabaseTransaction) -> Result<Option<Model>, StoreError> {
        let ours = Entity::find_by_id(self.row.id)
            .filter(Column::LeaseToken.eq(self.row.lease_token))
            .filter(Expr::cust("state = 'sending'"));
        Ok(ours.one(transaction).await?)
    }

    /// What waits for the same account and chat and is as old, the longest waiting first.
    async fn stale(&self, transaction: &DatabaseTransaction) -> Result<Vec<Stale>, StoreError> {
        let backend = transaction.get_database_backend();
        let sql = format!(
            "SELECT id, kind, data, silent FROM notifications \
             WHERE chat_id = $2 AND account = $3 AND state = 'pending' AND carrier_id IS NULL \
               AND EXISTS (SELECT 1 FROM {} \
                           WHERE value ->> 0 = kind AND event_at_ms < CAST(value ->> 1 AS BIGINT)) \
             ORDER BY due_at_ms, id LIMIT {FOLD_BOUND}",
            each(backend, "$1")
        );
        let limits: Vec<(&str, i64)> =
            self.limits.iter().map(|(kind, before)| (kind.as_str(), ms(*before))).collect();
        let values = [array(&limits)?, self.row.chat_id.into(), self.row.account.as_str().into()];
        let query = Statement::from_sql_and_values(backend, sql, values);
        Ok(Stale::find_by_statement(query).all(transaction).await?)
    }

    /// A row in the place of the claimed one, under its claim; the claimed one steps out of the lane.
    async fn new_carrier(&self, transaction: &DatabaseTransaction) -> Result<Claimed, StoreError> {
        let Claimed { id, account, chat_id, lease_token, .. } = &self.row;
        let claimed = Entity::find_by_id(*id).one(transaction).await?;
        let claimed = claimed.ok_or_else(|| StoreError::Failed("a claimed row is gone".into()))?;
        Entity::update_many()
            .col_expr(Column::State, Expr::val("pending"))
            .col_expr(Column::Head, Expr::val(false))
            .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
            .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
            // Set right by `take_in`; until then no lane may take it for a waiting row.
            .col_expr(Column::CarrierId, Expr::val(*id))
            .filter(Column::Id.eq(*id))
            .exec(transaction)
            .await?;
        let row = NewNotification::while_away(account, *chat_id, self.now);
        let ids = notifications::insert(transaction, &[row], self.now).await?;
        let carrier_id = ids.first().copied().ok_or_else(|| StoreError::Failed("no carrier".into()))?;
        Entity::update_many()
            .col_expr(Column::State, Expr::val("sending"))
            .col_expr(Column::LeaseToken, Expr::val(*lease_token))
            .col_expr(Column::LeaseUntilMs, Expr::val(claimed.lease_until_ms))
            .col_expr(Column::DueAtMs, Expr::val(claimed.due_at_ms))
            .col_expr(Column::ThreadId, Expr::val(claimed.thread_id))
            .col_expr(Column::Silent, Expr::val(true))
            .filter(Column::Id.eq(carrier_id))
            .exec(transaction)
            .await?;
        Ok(Claimed {
            id: carrier_id,
            kind: Kind::WhileAway,
            content: Content::default(),
            silent: true,
            plain: false,
            event_at: self.now,
            attempts: 0,
            ..self.row.clone()
        })
    }
}

/// Adds `rows` to what `carrier` tells. It makes a sound when one of them would have.
async fn take_in(
    transaction: &DatabaseTransaction,
    carrier: &mut Claimed,
    rows: &[Stale],
) -> Result<(), StoreError> {
    let mut carried = carrier.content.carried.take().unwrap_or_else(Carried::default);
    for row in rows {
        let content = serde_json::from_str::<Content>(&row.data).unwrap_or_default();
        if let Some(Kind::Event(kind)) = Kind::from_name(&row.kind) {
            carried.add(kind, &content.event);
        }
        carrier.silent &= row.silent;
    }
    carrier.content.carried = Some(carried);
    let data =
        serde_json::to_string(&carrier.content).map_err(|error| StoreError::Failed(error.to_string()))?;
    Entity::update_many()
        .col_expr(Column::Data, Expr::val(data))
        .col_expr(Column::Silent, Expr::val(carrier.silent))
        .filter(Column::Id.eq(carrier.id))
        .exec(transaction)
        .await?;
    let backend = transaction.get_database_backend();
    let sql = format!(
        "UPDATE notifications SET carrier_id = $2, reason = 'carried', head = FALSE WHERE id IN ({})",
        listed(backend, "$1")
    );
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let values = [array(&ids)?, carrier.id.into()];
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}
