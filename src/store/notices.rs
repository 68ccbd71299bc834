//! Notices of trouble with posts, once somebody has looked after the post: one that still waits is cancelled, one that
//! was sent is edited by a row of its own, so that its message never tells, nor offers, what is not true any more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _,
    FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

use super::parameters::{array, listed};
use super::{Store, StoreError, notifications, time};
use crate::domain::event::EventKind;
use crate::domain::notice::{NoticeNow, ToldPost};
use crate::domain::notification::{Content, Kind, NewNotification, State};
use crate::domain::post::Post;
use crate::entity::notification::{Column, Entity, Model};
use crate::entity::post;

/// What tells of trouble with a post.
const TROUBLE: [Kind; 2] = [Kind::Event(EventKind::PostFailed), Kind::Event(EventKind::PostUnconfirmed)];

/// How many failures does one message count? More than anybody schedules in a few minutes.
const MOST_LISTED: u64 = 1000;

impl Store {
    /// The notice in row `id` as it stands now; `None` when the row is gone.
    pub async fn notice_now(&self, id: i64) -> Result<Option<NoticeNow>, StoreError> {
        let Some(row) = Entity::find_by_id(id).one(&self.reader).await? else { return Ok(None) };
        let (chat_id, message_id) = (row.chat_id, row.message_id);
        let is_list = row.kind == Kind::MergedFailures.as_str();
        let is_listed_elsewhere = row.carrier_id.is_some();
        let rows = if is_list { self.listed_by(id).await? } else { vec![row] };
        let ids: Vec<i64> = rows.iter().filter_map(|row| row.post_id).collect();
        // Whoever is just moving one of them has seen that an edit waits, and leaves it to that one to tell the move.
        // PostgreSQL would show how the post stood before; so it is waited for.
        let posts = post::Entity::find().filter(post::Column::Id.is_in(ids)).order_by_asc(post::Column::Id);
        let posts = posts.lock_shared().all(&self.reader).await?;
        let posts: HashMap<i64, Post> = posts
            .into_iter()
            .map(|row| Ok((row.id, Post::try_from(row)?)))
            .collect::<Result<_, StoreError>>()?;
        let told = rows.iter().filter_map(|row| told_post(row, &posts)).collect();
        Ok(Some(NoticeNow { chat_id, message_id, told, is_list, is_listed_elsewhere }))
    }

    /// The failures that the message of the row `id` lists.
    async fn listed_by(&self, id: i64) -> Result<Vec<Model>, StoreError> {
        let listed = Entity::find().filter(Column::CarrierId.eq(id)).filter(Column::Cause.is_not_null());
        let mut rows = listed.order_by_asc(Column::Id).limit(MOST_LISTED).all(&self.reader).await?;
        // A post that was tried again and failed again is there twice, and one post.
        let mut posts = HashSet::new();
        rows.reverse();
        rows.retain(|row| row.post_id.is_none_or(|post| posts.insert(post)));
        rows.reverse();
        Ok(rows)
    }
}

fn told_post(row: &Model, posts: &HashMap<i64, Post>) -> Option<ToldPost> {
    let Some(Kind::Event(kind)) = Kind::from_name(&row.kind) else { return None };
    let content = serde_json::from_str::<Content>(&row.data).unwrap_or_default();
    let post = row.post_id.and_then(|id| posts.get(&id)).cloned();
    Some(ToldPost { kind, event: content.event, post })
}

/// Notes that `posts` are not any more where notices told that they are; before any newer notice is written. What is
/// in flight is edited as well: the edit waits behind it in the chat's lane.
pub(super) async fn overtake(
    transaction: &DatabaseTransaction,
    posts: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let about = Condition::all()
        .add(Column::PostId.is_in(posts.iter().copied()))
        .add(Column::Kind.is_in(TROUBLE.map(Kind::as_str)));
    let notices: Vec<(String, Option<i64>)> = Entity::find()
        .select_only()
        .columns([Column::State, Column::CarrierId])
        .filter(about.clone())
        .into_tuple()
        .all(transaction)
        .await?;
    if notices.is_empty() {
        return Ok(());
    }
    let waits =
        |(state, carrier): &(String, Option<i64>)| state == State::Pending.as_str() && carrier.is_none();
    if notices.iter().any(waits) {
        let waiting = about.add(Column::CarrierId.is_null());
        notifications::end_pending(transaction, waiting, State::Cancelled, "handled", now).await?;
    }
    let edits = told_of(transaction, posts).await?;
    let edits: Vec<NewNotification> = edits
        .into_iter()
        .map(|told| NewNotification::edit(&told.account, told.chat_id, told.id, time(told.due_at_ms), now))
        .collect();
    notifications::insert(transaction, &edits, now).await?;
    Ok(())
}

/// A notice whose message says something about a post.
#[derive(FromQueryResult)]
struct Told {
    id: i64,
    account: String,
    chat_id: i64,
    due_at_ms: i64,
}

/// The notices of `posts` that are in a chat, or on their way there, and that no waiting row is about to edit. Of a
/// post that is listed with others, the list.
async fn told_of(transaction: &DatabaseTransaction, posts: &[i64]) -> Result<Vec<Told>, StoreError> {
    let backend = transaction.get_database_backend();
    let [failed, unconfirmed] = TROUBLE.map(Kind::as_str);
    let list = Kind::MergedFailures.as_str();
    let sql = format!(
        "SELECT DISTINCT told.id, told.account, told.chat_id, told.due_at_ms FROM notifications AS notice \
         JOIN notifications AS told ON told.id = COALESCE(notice.carrier_id, notice.id) \
         WHERE notice.post_id IN ({}) AND notice.kind IN ('{failed}', '{unconfirmed}') \
           AND told.kind IN ('{failed}', '{unconfirmed}', '{list}') AND told.chat_id IS NOT NULL \
           AND (told.state = 'sending' OR (told.state = 'sent' AND told.message_id IS NOT NULL)) \
           AND NOT EXISTS (SELECT 1 FROM notifications WHERE edits_id = told.id AND state = 'pending') \
         ORDER BY told.id",
        listed(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(posts)?]);
    Ok(Told::find_by_statement(query).all(transaction).await?)
}
