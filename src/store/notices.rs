//! Notices that ask to be looked after, once somebody has looked after the post: one that still waits is cancelled, one
//! that was sent is edited by a row of its own, so that its message never tells, nor offers, what is not true any more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _,
    FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

use super::parameters::{ROWS_BOUND, array, each_row, is_among};
use super::told_by_edits::{self, Pair};
use super::{Store, StoreError, ms, notifications, time};
use crate::domain::approval::ApprovalNotice;
use crate::domain::event::EventKind;
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

/// A condition on notifications of one account's own chat: nothing newer is known of the post. One that was tried again
/// counts once, as it stands.
pub(super) const STANDS: &str = "place_id IS NULL AND looked_after_at_ms IS NULL AND NOT EXISTS ( \
       SELECT 1 FROM notifications AS newer \
       WHERE newer.account = notifications.account AND newer.platform_post = notifications.platform_post \
         AND newer.id > notifications.id AND newer.place_id IS NULL)";

/// How many failures does one message count? More than anybody schedules in a few minutes.
const MOST_LISTED: u64 = 1000;

impl Store {
    /// The notice in row `id` as it stands now; `None` when the row is gone.
    ///
    /// Whoever is just moving one of its posts, or telling that it is out, has seen that an edit waits, and leaves it to
    /// that one to tell so. PostgreSQL would show how it stood before: so notices and posts are waited for.
    pub async fn notice_now(&self, id: i64) -> Result<Option<NoticeNow>, StoreError> {
        let row = Entity::find_by_id(id).lock_shared().one(&self.reader).await?;
        let Some(row) = row else { return Ok(None) };
        let (chat_id, message_id) = (row.chat_id, row.message_id);
        let is_list = row.kind == Kind::MergedFailures.as_str();
        let is_listed_elsewhere = row.carrier_id.is_some();
        let rows = if is_list { self.listed_by(id).await? } else { vec![row] };
        let ids: Vec<i64> = rows.iter().filter_map(|row| row.post_id).collect();
        let posts = self.posts_by_id(ids).await?;
        let mut told: Vec<ToldPost> = rows.iter().filter_map(|row| told_post(row, &posts)).collect();
        if let [ToldPost { is_out: true, url, .. }] = &mut told[..] {
            *url = self.url_in_news(id).await?;
        }
        Ok(Some(NoticeNow { chat_id, message_id, told, is_list, is_listed_elsewhere }))
    }

    /// Where the post can be seen that the platform told is out, as far as an edit of the message of the row `id` tells it.
    async fn url_in_news(&self, id: i64) -> Result<Option<String>, StoreError> {
        #[derive(FromQueryResult)]
        struct News {
            data: String,
        }
        let sql = "SELECT news.data FROM notifications AS edit JOIN notifications AS news ON news.carrier_id = edit.id \
                   WHERE edit.edits_id = $1 AND news.kind = 'post.published' ORDER BY news.id DESC LIMIT 1";
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, [id.into()]);
        let news = News::find_by_statement(query).one(&self.reader).await?;
        let content = news.and_then(|news| serde_json::from_str::<Content>(&news.data).ok());
        Ok(content.and_then(|content| content.event.url))
    }

    async fn posts_by_id(&self, ids: Vec<i64>) -> Result<HashMap<i64, Post>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let posts = post::Entity::find().filter(post::Column::Id.is_in(ids)).order_by_asc(post::Column::Id);
        let posts = posts.lock_shared().all(&self.reader).await?;
        posts.into_iter().map(|row| Ok((row.id, Post::try_from(row)?))).collect()
    }

    /// The failures that the message of the row `id` lists.
    async fn listed_by(&self, id: i64) -> Result<Vec<Model>, StoreError> {
        let listed = Entity::find().filter(Column::CarrierId.eq(id)).filter(Column::Cause.is_not_null());
        let listed = listed.order_by_asc(Column::Id).limit(MOST_LISTED).lock_shared();
        let mut rows = listed.all(&self.reader).await?;
        // A post that was tried again and failed again is there twice, and one post.
        let mut posts = HashSet::new();
        rows.reverse();
        rows.retain(|row| {
            let post = (row.post_id, row.platform_post.clone());
            post == (None, None) || posts.insert(post)
        });
        rows.reverse();
        Ok(rows)
    }
}

fn told_post(row: &Model, posts: &HashMap<i64, Post>) -> Option<ToldPost> {
    let kind = Kind::from_name(&row.kind)?;
    let content = serde_json::from_str::<Content>(&row.data).unwrap_or_default();
    let post = row.post_id.and_then(|id| posts.get(&id)).cloned();
    let is_out = row.post_id.is_none() && row.looked_after_at_ms.is_some();
    let url = post.as_ref().and_then(|post| post.url.clone());
    Some(ToldPost { kind, event: content.event, post, is_out, url })
}

/// Notes that `posts` are not any more where notices told that they are; before any newer notice is written. What is
/// in flight is edited as well: the edit waits behind it in the chat's lane. Returns the notices.
pub(super) async fn overtake(
    transaction: &DatabaseTransaction,
    posts: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    let notices = notices_of(transaction, posts).await?;
    end(transaction, &notices, now).await?;
    Ok(notices)
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
/// the rows that they made, the first of them their accounts' own.
pub(super) async fn overtake_by_events(
    transaction: &DatabaseTransaction,
    told: &[NewNotification],
    ids: &[i64],
    own: usize,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let is_out =
        |row: &NewNotification| row.kind == Kind::Event(EventKind::PostPublished) && row.post_id.is_none();
    let out: Vec<(&str, &str, i64)> = told
        .iter()
        .zip(ids)
        .take(own)
        .filter(|(row, _)| is_out(row))
        .filter_map(|(row, id)| Some((&*row.account, row.content.event.platform_post()?, *id)))
        .collect();
    let backend = transaction.get_database_backend();
    let mut overtaken: Vec<Overtaken> = Vec::new();
    for out in out.chunks(ROWS_BOUND) {
        let out = out.iter().map(|(account, post, id)| [(*account).into(), (*post).into(), (*id).into()]);
        let (each, parameters) = each_row(backend, ["of_account", "of_post", "told_by"], out.collect());
        let sql = format!(
            "{each} SELECT notice.id, notice.account, notice.platform_post \
             FROM each CROSS JOIN notifications AS notice \
             WHERE notice.account = of_account AND notice.platform_post = of_post AND notice.id < told_by \
               AND notice.looked_after_at_ms IS NULL ORDER BY notice.id"
        );
        let query = Statement::from_sql_and_values(backend, sql, parameters);
        overtaken.extend(Overtaken::find_by_statement(query).all(transaction).await?);
    }
    let notices: Vec<i64> = overtaken.iter().map(|notice| notice.id).collect();
    end(transaction, &notices, now).await?;
    let news = told.iter().zip(ids).filter(|(row, _)| is_out(row));
    let pairs: Vec<Pair> = news
        .flat_map(|(row, id)| {
            let about_it = overtaken.iter().filter(|notice| notice.is_about(row));
            about_it.map(|notice| Pair { news: *id, notice: notice.id })
        })
        .collect();
    told_by_edits::join(transaction, &pairs).await
}

/// A notice of trouble with a post of the platform's that is out.
#[derive(FromQueryResult)]
struct Overtaken {
    id: i64,
    account: String,
    platform_post: String,
}

impl Overtaken {
    fn is_about(&self, news: &NewNotification) -> bool {
        self.account == news.account && news.content.event.platform_post() == Some(&self.platform_post)
    }
}

async fn notices_of(transaction: &DatabaseTransaction, posts: &[i64]) -> Result<Vec<i64>, StoreError> {
    let about = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::PostId.is_in(posts.iter().copied()))
        .filter(Column::Kind.is_in(ASKS.map(Kind::as_str)));
    Ok(about.into_tuple().all(transaction).await?)
}

/// Marks `notices` as looked after, cancels those that wait, and edits those that were sent.
async fn end(
    transaction: &DatabaseTransaction,
    notices: &[i64],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if notices.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::LookedAfterAtMs, Expr::val(ms(now)))
        .filter(Column::Id.is_in(notices.iter().copied()))
        .filter(Column::LookedAfterAtMs.is_null())
        .exec(transaction)
        .await?;
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
         WHERE notice.id {} AND told.kind IN ({asks}, '{list}') AND told.chat_id IS NOT NULL \
           AND (told.state = 'sending' OR (told.state = 'sent' AND told.message_id IS NOT NULL)) \
           AND NOT EXISTS (SELECT 1 FROM notifications WHERE edits_id = told.id AND state = 'pending') \
         ORDER BY told.id",
        is_among(backend, "$1")
    );
    let query = Statement::from_sql_and_values(backend, sql, [array(notices)?]);
    Ok(Told::find_by_statement(query).all(transaction).await?)
}
