//! News that an edit tells: that a post is out is read where its trouble was, and not once more below. The row of the
//! news is carried by the edit and ends as it does; where the edit can't be made, it comes as a message of its own.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    QueryFilter as _, Statement,
};

use super::parameters::{array, each, is_among};
use super::{StoreError, lanes};
use crate::domain::event::EventKind;
use crate::domain::notification::Kind;
use crate::entity::notification::{Column, Entity};

/// News, and a notice of trouble with the same post.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(super) struct Pair {
    pub(super) news: i64,
    pub(super) notice: i64,
}

/// Lets the edits of `notices`, of posts of ours, tell what was written about the same posts since.
pub(super) async fn join_of_posts(
    transaction: &DatabaseTransaction,
    notices: &[i64],
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "SELECT news.id AS news, notice.id AS notice FROM notifications AS notice \
         JOIN notifications AS news ON news.post_id = notice.post_id \
         WHERE notice.id {} AND news.kind = '{}' AND news.state = 'pending'",
        is_among(backend, "$1"),
        Kind::Event(EventKind::PostPublished).as_str()
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(notices)?]);
    let pairs = Pair::find_by_statement(query).all(transaction).await?;
    join(transaction, &pairs).await
}

/// Lets the edits of the notices tell the news of `pairs`, each in its own chat. What makes a sound comes by itself: an
/// edit makes none. So does what belongs to a question: the answer was given long before.
pub(super) async fn join(transaction: &DatabaseTransaction, pairs: &[Pair]) -> Result<(), StoreError> {
    let told = told_by(transaction, pairs).await?;
    if told.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    // A hold is kept: without the edit, the news comes when it would have.
    let sql = format!(
        "UPDATE notifications SET carrier_id = CAST(value ->> 1 AS BIGINT), head = FALSE, \
           reason = COALESCE(reason, 'carried') \
         FROM {} WHERE notifications.id = CAST(value ->> 0 AS BIGINT) AND state = 'pending'",
        each(backend, "$1")
    );
    let rows: Vec<(i64, i64)> = told.iter().map(|told| (told.news, told.edit)).collect();
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [array(&rows)?])).await?;
    let chats: Vec<i64> = told.iter().map(|told| told.chat_id).collect();
    lanes::settle(transaction, &chats).await
}

/// News and the edit that tells it.
#[derive(FromQueryResult)]
struct Told {
    news: i64,
    edit: i64,
    chat_id: i64,
}

/// Which of the news are told by which edit: by the last one of a message, which has not looked yet how the post stands,
/// or waits for this transaction to do so (`Store::notice_now`).
async fn told_by(transaction: &DatabaseTransaction, pairs: &[Pair]) -> Result<Vec<Told>, StoreError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let backend = transaction.get_database_backend();
    let trouble = [EventKind::PostFailed, EventKind::PostUnconfirmed].map(|kind| Kind::Event(kind).as_str());
    let sql = format!(
        "SELECT DISTINCT news.id AS news, edit.id AS edit, edit.edits_id, news.chat_id FROM {} \
         JOIN notifications AS news ON news.id = CAST(value ->> 0 AS BIGINT) \
         JOIN notifications AS notice ON notice.id = CAST(value ->> 1 AS BIGINT) \
         JOIN notifications AS edit ON edit.edits_id = COALESCE(notice.carrier_id, notice.id) \
         WHERE news.state = 'pending' AND news.silent AND news.carrier_id IS NULL AND notice.kind IN ('{}') \
           AND edit.state IN ('pending', 'sending') AND edit.chat_id = news.chat_id \
           AND COALESCE(edit.place_id, 0) = COALESCE(news.place_id, 0) \
         ORDER BY edit.edits_id DESC, edit.id DESC",
        each(backend, "$1"),
        trouble.join("', '")
    );
    let pairs: Vec<(i64, i64)> = pairs.iter().map(|pair| (pair.news, pair.notice)).collect();
    let query = Statement::from_sql_and_values(backend, sql, [array(&pairs)?]);
    let mut told = Told::find_by_statement(query).all(transaction).await?;
    // The newest message is the one that is read; an older one of the same post only follows.
    let mut seen = HashSet::new();
    told.retain(|told| seen.insert(told.news));
    Ok(told)
}

/// The row `edit` is over and told nothing: its message is gone, or Telegram does not take the edit. Nothing is added to
/// that message any more, and what was to be read there comes in another one.
pub(super) async fn part(transaction: &DatabaseTransaction, edit: i64) -> Result<(), StoreError> {
    let row = Entity::find_by_id(edit).one(transaction).await?;
    let Some((edited, lane)) = row.and_then(|row| row.edits_id.zip(row.chat_id)) else { return Ok(()) };
    Entity::update_many()
        .col_expr(Column::MessageId, Expr::val(None::<i32>))
        .filter(Column::Id.eq(edited))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::CarrierId, Expr::val(None::<i64>))
        .col_expr(Column::Reason, Expr::cust("NULLIF(reason, 'carried')"))
        .filter(Column::CarrierId.is_in([edited, edit]))
        .filter(Expr::cust("state = 'pending'"))
        .exec(transaction)
        .await?;
    lanes::settle(transaction, &[lane]).await
}
