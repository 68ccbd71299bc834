//! The history of posts. Whoever changes a post's state writes the move here, in the transaction of the change.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
};

use super::parameters::{array, each};
use super::{Store, StoreError, ms, time};
use crate::domain::post::Status;
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post_move::{Column, Entity, Model};

/// How many moves of one post are told? Only somebody who retries it day after day makes more.
const HISTORY_BOUND: u64 = 200;

impl Store {
    /// The last moves of the post `id` (at most 200), oldest first; none for a post that never was.
    pub async fn post_history(&self, id: i64) -> Result<Vec<PostMove>, StoreError> {
        let newest = Entity::find().filter(Column::PostId.eq(id)).order_by_desc(Column::Id);
        let rows = newest.limit(HISTORY_BOUND).all(&self.reader).await?;
        rows.into_iter().rev().map(PostMove::try_from).collect()
    }

    /// All moves of the posts `ids`, oldest first.
    pub async fn post_histories(&self, ids: &[i64]) -> Result<HashMap<i64, Vec<PostMove>>, StoreError> {
        let moves = Entity::find().filter(Column::PostId.is_in(ids.iter().copied())).order_by_asc(Column::Id);
        let mut histories: HashMap<i64, Vec<PostMove>> = HashMap::new();
        for row in moves.all(&self.reader).await? {
            histories.entry(row.post_id).or_default().push(row.try_into()?);
        }
        Ok(histories)
    }
}

/// Writes moves, each with the id of its post, in this order.
pub(super) async fn record(
    transaction: &DatabaseTransaction,
    moves: &[(i64, PostMove)],
) -> Result<(), StoreError> {
    if moves.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "INSERT INTO post_moves (post_id, at_ms, from_status, to_status, moved_by, why) \
         SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, value ->> 4, \
           value ->> 5 \
         FROM {} ORDER BY key",
        each(backend, "$1")
    );
    let written: Vec<_> = moves
        .iter()
        .map(|(id, it)| {
            (id, ms(it.at), it.from.map(Status::as_str), it.to.as_str(), it.by.as_str(), it.why.as_deref())
        })
        .collect();
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(&written)?])).await?;
    Ok(())
}

impl TryFrom<Model> for PostMove {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let unknown = |what: &str| StoreError::Failed(format!("move {} has an unknown {what}", row.id));
        let status = |name: &str| Status::from_name(name).ok_or_else(|| unknown("status"));
        Ok(Self {
            at: time(row.at_ms),
            from: row.from_status.as_deref().map(status).transpose()?,
            to: status(&row.to_status)?,
            by: Actor::from_name(&row.moved_by).ok_or_else(|| unknown("mover"))?,
            why: row.why,
        })
    }
}
