//! Notices that ask to be looked after, once somebody has looked after the post: one that still waits is cancelled, one
//! that was sent is edited by a row of its own, so that its message never tells, nor offers, what is not true any more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _,
    FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

use super::parameters::{array, each, listed};
use super::sequence::Id;
use super::{Store, StoreError, ms, notifications, time};
use crate::domain::approval::ApprovalNotice;
use crate::domain::event::{Event, EventKind};
use crate::domain::notice::{NoticeNow, ToldPost};
use crate::domain::notification::{Content, Kind, NewNotification, State};
use crate::domain::post::Post;
use crate::entity::notification::{Column, Entity, Model};
use crate::entity::post;

/// What asks to be looked after: trouble with a post, or a post that needs a yes.
const ASKS: [Kind; 4] = [
    Kind::Event(EventKind::PostFailed),
    Kind::Event(EventKind::PostUnconfirmed),
    Kind::Approval(ApprovalNotice::Asked),
    Kind::Approval(ApprovalNotice::Reminder),
];

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
        let posts = self.posts_by_id(ids).await?;
        let told = rows.iter().filter_map(|row| told_post(row, &posts)).collect();
        Ok(Some(NoticeNow { chat_id, message_id, told, is_list, is_listed_elsewhere }))
    }

    async fn posts_by_id(&self, ids: Vec<i64>) -> Result<HashMap<i64, Post>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        // Whoever is just moving one of them has seen that an edit waits, and leaves it to that one to tell the move.
        // PostgreSQL would show how the post stood before; so it is waited for.
        let posts = post::Entity::find().filter(post::Column::Id.is_in(ids)).order_by_asc(post::Column::Id);
        let posts = posts.lock_shared().all(&self.reader).await?;
        posts.into_iter().map(|row| Ok((row.id, Post::try_from(row)?))).collect()
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
    let kind = Kind::from_name(&row.kind)?;
    let content = serde_json::from_str::<Content>(&row.data).unwrap_or_default();
    let post = row.post_id.and_then(|id| posts.get(&id)).cloned();
    Some(ToldPost { kind, event: content.event, post, is_out: row.looked_after_at_ms.is_some() })
}

/// Notes that `posts` are not any more where notices told that they are; before any newer notice is written. What is
/// in flight is edited as well: the edit waits behind it in the chat's lane.
pub(super) async fn overtake(
    transaction: &DatabaseTransaction,
    posts: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let notices = notices_of(transaction, posts).await?;
    end(transaction, &notices, now).await
}

/// Notes that `posts` stand where they stood, but not as notices about them told.
pub(super) async fn tell_anew(
    transaction: &DatabaseTransaction,
    posts: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let notices = notices_of(transaction, posts).await?;
    edit(transaction, &notices, now).await
}

/// Notes which of the platform's own posts are out after all, of which trouble was told before: `told` are events with
/// the rows that they made.
pub(super) async fn overtake_by_events(
    transaction: &DatabaseTransaction,
    told: impl Iterator<Item = (&Event, i64)>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let is_out = |event: &Event| event.kind == EventKind::PostPublished && event.post.is_none();
    let out: Vec<(&str, &str, i64)> = told
        .filter(|(event, _)| is_out(event))
        .filter_map(|(event, row)| Some((event.account.as_str(), event.data.platform_post()?, row)))
        .collect();
    if out.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let sql = format!(
        "SELECT notice.id FROM {} CROSS JOIN notifications AS notice \
         WHERE notice.account = value ->> 0 AND notice.platform_post = value ->> 1 \
           AND notice.id < CAST(value ->> 2 AS BIGINT) AND notice.looked_after_at_ms IS NULL ORDER BY notice.id",
        each(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(&out)?]);
    let notices: Vec<i64> =
        Id::find_by_statement(query).all(transaction).await?.into_iter().map(|row| row.id).collect();
    if notices.is_empty() {
        return Ok(());
    }
    let sql =
        format!("UPDATE notifications SET looked_after_at_ms = $2 WHERE id IN ({})", listed(backend, "$1"));
    let values = [array(&notices)?, ms(now).into()];
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    end(transaction, &notices, now).await
}

async fn notices_of(transaction: &DatabaseTransaction, posts: &[i64]) -> Result<Vec<i64>, StoreError> {
    let about = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::PostId.is_in(posts.iter().copied()))
        .filter(Column::Kind.is_in(ASKS.map(Kind::as_str)));
    Ok(about.into_tuple().all(transaction).await?)
}

/// Cancels those of `notices` that wait, and edits those that were sent.
async fn end(
    transaction: &DatabaseTransaction,
    notices: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    let waiting = Condition::all()
        .add(Column::Id.is_in(notices.iter().copied()))
        .add(Column::State.eq(State::Pending.as_str()))
        .add(Column::CarrierId.is_null());
    if Entity::find().filter(waiting.clone()).one(transaction).await?.is_some() {
        notifications::end_pending(transaction, waiting, State::Cancelled, "handled", now).await?;
    }
    edit(transaction, notices, now).await
}

/// Edits the messages of `notices`.
async fn edit(
    transaction: &DatabaseTransaction,
    notices: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    let told = told_of(transaction, notices).await?;
    let edits: Vec<NewNotification> = told
        .into_iter()
        .map(|told| {
            let chat = (told.chat_id, told.place_id);
            NewNotification::edit(&told.account, chat, told.id, time(told.due_at_ms), now)
        })
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
    place_id: Option<i64>,
    due_at_ms: i64,
}

/// Those of `notices` that are in a chat, or on their way there, and that no waiting row is about to edit. Of one that
/// is listed with others, the list.
async fn told_of(transaction: &DatabaseTransaction, notices: &[i64]) -> Result<Vec<Told>, StoreError> {
    let backend = transaction.get_database_backend();
    let asks = ASKS.map(|kind| format!("'{}'", kind.as_str())).join(", ");
    let list = Kind::MergedFailures.as_str();
    let sql = format!(
        "SELECT DISTINCT told.id, told.account, told.chat_id, told.place_id, told.due_at_ms \
         FROM notifications AS notice \
         JOIN notifications AS told ON told.id = COALESCE(notice.carrier_id, notice.id) \
         WHERE notice.id IN ({}) AND told.kind IN ({asks}, '{list}') AND told.chat_id IS NOT NULL \
           AND (told.state = 'sending' OR (told.state = 'sent' AND told.message_id IS NOT NULL)) \
           AND NOT EXISTS (SELECT 1 FROM notifications WHERE edits_id = told.id AND state = 'pending') \
         ORDER BY told.id",
        listed(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(notices)?]);
    Ok(Told::find_by_statement(query).all(transaction).await?)
}
