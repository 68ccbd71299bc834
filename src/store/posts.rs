//! Scheduled posts as people see them: written, listed. What a person wishes for one is in
//! `post_wishes`, what the publishing worker does with them in `publishing`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    PaginatorTrait as _, QueryFilter, QueryOrder as _, QuerySelect as _, Select, Statement,
};

use super::idempotency::Answers;
use super::write_queue::Command;
use super::{
    IdempotencyKey, Recorded, Store, StoreError, approvals, channels, ms, notices, post_moves, time,
};
use crate::domain::approval::{Approval, ApprovalNotice, remind_at};
use crate::domain::event::{EventData, EventKind};
use crate::domain::failure_code::FailureCode;
use crate::domain::new_post::NewPost;
use crate::domain::notification::{Content, Kind};
use crate::domain::post::{ManagedBy, Post, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::domain::post_options::PostOptions;
use crate::entity::notification;
use crate::entity::post::{ActiveModel, Column, Entity, Model};

/// What became of a post that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheduled {
    /// Written.
    Accepted(Post),
    /// The same key with the same body came before: that post, as it is now.
    Replayed(Post),
    /// The key was used with another body: nothing was written.
    KeyReused,
}

/// Which posts are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Of this account; `None`: of all.
    pub account: Option<String>,
    /// In this state.
    pub status: Option<Status>,
    /// Older than this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u64,
}

/// What an account has ahead of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostsAhead {
    /// How many go out until the asked-for moment.
    pub to_go: u64,
    /// The next one, be it later than that.
    pub next: Option<Post>,
}

impl Store {
    /// Accepts `post`, already checked, from `by`; durable when it returns.
    pub async fn schedule_post(
        &self,
        post: NewPost,
        by: Actor,
        key: Option<IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<Scheduled, StoreError> {
        let scheduled = self.writer.write(SchedulePost { post, by, key, now }).await?;
        self.wake_publishing();
        // Its author may be asked for a yes.
        self.wake_delivery();
        Ok(scheduled)
    }

    /// The post `id`, when it is of `account` (`None`: whosever it is).
    pub async fn post(&self, id: i64, account: Option<&str>) -> Result<Option<Post>, StoreError> {
        find(&self.reader, id, account).await
    }

    /// Posts, newest first.
    pub async fn posts(&self, listing: Listing) -> Result<Vec<Post>, StoreError> {
        let mut query = Entity::find().order_by_desc(Column::Id).limit(listing.limit);
        if let Some(account) = listing.account {
            query = query.filter(Column::Account.eq(account));
        }
        if let Some(status) = listing.status {
            query = query.filter(Column::Status.eq(status.as_str()));
        }
        if let Some(before) = listing.before {
            query = query.filter(Column::Id.lt(before));
        }
        query.all(&self.reader).await?.into_iter().map(Post::try_from).collect()
    }

    /// How many posts of `account` are scheduled, whoever sends them.
    pub async fn scheduled_posts(&self, account: &str) -> Result<u64, StoreError> {
        Ok(scheduled(account).count(&self.reader).await?)
    }

    /// Up to `limit` of them after the first `skipped`, the next to go out first.
    pub async fn scheduled_page(
        &self,
        account: &str,
        skipped: u64,
        limit: u64,
    ) -> Result<Vec<Post>, StoreError> {
        let page = scheduled(account).order_by_asc(Column::DueAtMs).order_by_asc(Column::Id);
        let posts = page.offset(skipped).limit(limit).all(&self.reader).await?;
        posts.into_iter().map(Post::try_from).collect()
    }

    /// The last of the account's posts that failed since `since`, as far as events told, and was not looked after.
    pub async fn last_failure(
        &self,
        account: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<EventData>, StoreError> {
        let last = notification::Entity::find()
            .filter(notification::Column::Account.eq(account))
            .filter(notification::Column::Kind.eq(Kind::Event(EventKind::PostFailed).as_str()))
            .filter(notification::Column::EventAtMs.gte(ms(since)))
            .filter(Expr::cust(notices::STANDS))
            .order_by_desc(notification::Column::Id)
            .one(&self.reader)
            .await?;
        let content = last.and_then(|row| serde_json::from_str::<Content>(&row.data).ok());
        Ok(content.map(|content| content.event))
    }

    /// What `account` has ahead until `until`; `None` when it never had a post here.
    pub async fn posts_ahead(
        &self,
        account: &str,
        until: DateTime<Utc>,
    ) -> Result<Option<PostsAhead>, StoreError> {
        #[derive(FromQueryResult)]
        struct Ahead {
            to_go: i64,
        }
        let sql = "SELECT COUNT(*) AS to_go FROM posts \
                   WHERE account = $1 AND status = 'scheduled' AND due_at_ms < $2";
        let values = [account.into(), ms(until).into()];
        let query = Statement::from_sql_and_values(self.reader.get_database_backend(), sql, values);
        let to_go = Ahead::find_by_statement(query).one(&self.reader).await?.map_or(0, |ahead| ahead.to_go);
        let next = scheduled(account).order_by_asc(Column::DueAtMs).one(&self.reader).await?;
        if next.is_none()
            && Entity::find().filter(Column::Account.eq(account)).one(&self.reader).await?.is_none()
        {
            return Ok(None);
        }
        let next = next.map(Post::try_from).transpose()?;
        Ok(Some(PostsAhead { to_go: to_go.unsigned_abs(), next }))
    }
}

/// What is scheduled for `account`; the condition as the index has it.
fn scheduled(account: &str) -> Select<Entity> {
    Entity::find().filter(Column::Account.eq(account)).filter(Expr::cust("status = 'scheduled'"))
}

/// The post `id`, when it is of `account` (`None`: whosever it is).
pub(super) async fn find(
    db: &impl ConnectionTrait,
    id: i64,
    account: Option<&str>,
) -> Result<Option<Post>, StoreError> {
    let mut query = Entity::find_by_id(id);
    if let Some(account) = account {
        query = query.filter(Column::Account.eq(account));
    }
    query.one(db).await?.map(Post::try_from).transpose()
}

struct SchedulePost {
    post: NewPost,
    by: Actor,
    key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
}

impl SchedulePost {
    /// The post that an earlier request with the same key made.
    async fn earlier(&self, transaction: &DatabaseTransaction) -> Result<Option<Scheduled>, StoreError> {
        let Some(key) = &self.key else { return Ok(None) };
        match Answers::load(transaction, &[key]).await?.to(key) {
            None => Ok(None),
            Some(Recorded::KeyReused) => Ok(Some(Scheduled::KeyReused)),
            Some(Recorded::Accepted(ids) | Recorded::Replayed(ids)) => {
                let id = ids.first().copied().unwrap_or_default();
                let post = find(transaction, id, None).await?;
                Ok(post.map(Scheduled::Replayed))
            }
        }
    }
}

impl Command for SchedulePost {
    type Output = Scheduled;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Scheduled, StoreError> {
        if let Some(earlier) = self.earlier(transaction).await? {
            return Ok(earlier);
        }
        let post = insert(transaction, &self.post, self.by, self.now).await?;
        if let Some(key) = &self.key {
            Answers::keep(transaction, &[(key, vec![post.id], self.now)]).await?;
        }
        Ok(Scheduled::Accepted(post))
    }
}

/// Writes `post`, already checked, and that `by` handed it in; where it needs a yes, its author is asked for it.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    post: &NewPost,
    by: Actor,
    now: DateTime<Utc>,
) -> Result<Post, StoreError> {
    let approval = if post.needs_approval { Approval::Awaiting } else { Approval::None };
    let channel = channels::find(transaction, &post.account, &post.network).await?;
    let row = ActiveModel {
        account: Set(post.account.clone()),
        network: Set(post.network.clone()),
        network_title: Set(channel.map(|channel| channel.title)),
        text: Set(post.text.clone()),
        media_url: Set(post.media_url.clone()),
        media_file: Set(post.media_file.clone()),
        options: Set(written(&post.options)?),
        publish_at_ms: Set(ms(post.publish_at)),
        status: Set(Status::Scheduled.as_str().to_owned()),
        managed_by: Set("scheduler".to_owned()),
        // What is handed in late was meant to be: it is late from here.
        due_at_ms: Set(ms(post.publish_at.max(now))),
        attempts: Set(0),
        approval: Set(approval.as_str().to_owned()),
        remind_at_ms: Set(remind_at(post.publish_at, now).filter(|_| post.needs_approval).map(ms)),
        created_at_ms: Set(ms(now)),
        updated_at_ms: Set(ms(now)),
        ..Default::default()
    };
    let row = Entity::insert(row).exec_with_returning(transaction).await?;
    let accepted = PostMove { at: now, from: None, to: Status::Scheduled, by, why: None };
    post_moves::record(transaction, &[(row.id, accepted)]).await?;
    let post = row.try_into()?;
    if approval == Approval::Awaiting {
        approvals::tell(transaction, ApprovalNotice::Asked, std::slice::from_ref(&post), now).await?;
    }
    Ok(post)
}

/// What is kept of `options`: nothing, where nothing was chosen.
fn written(options: &PostOptions) -> Result<Option<String>, StoreError> {
    let text = (!options.is_empty()).then(|| serde_json::to_string(options)).transpose();
    text.map_err(|error| StoreError::Failed(error.to_string()))
}

impl TryFrom<Model> for Post {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let unknown = |what: &str| StoreError::Failed(format!("post {} has an unknown {what}", row.id));
        let options = row.options.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            options: options.map_err(|_| unknown("option"))?.unwrap_or_default(),
            status: Status::from_name(&row.status).ok_or_else(|| unknown("status"))?,
            managed_by: ManagedBy::from_name(&row.managed_by).ok_or_else(|| unknown("manager"))?,
            id: row.id,
            account: row.account,
            network: row.network,
            network_title: row.network_title,
            text: row.text,
            media_url: row.media_url,
            media_file: row.media_file,
            publish_at: time(row.publish_at_ms),
            approval: Approval::from_name(&row.approval).ok_or_else(|| unknown("approval"))?,
            late: row.asked_in.is_some(),
            due_at: time(if row.asked_in.is_some() { row.publish_at_ms } else { row.due_at_ms }),
            attempts: row.attempts.unsigned_abs(),
            url: row.url,
            error: row.error,
            error_code: row.error_code.as_deref().and_then(FailureCode::from_name),
            fix: row.fix,
            finished_at: row.finished_at_ms.map(time),
            created_at: time(row.created_at_ms),
            updated_at: time(row.updated_at_ms),
        })
    }
}
