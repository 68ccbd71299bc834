//! What a person wishes for a post, granted where it can be: by one conditional update, so that the same wish twice, or
//! two at once, are granted once.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, UpdateMany,
};

use super::write_queue::Command;
use super::{Store, StoreError, late_posts, ms, notices, post_moves, posts};
use crate::domain::approval::{Approval, remind_at};
use crate::domain::post::{ManagedBy, Post, Status, Wish};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post::{Column, Entity};

/// How many posts are tried again by one tap? A second tap takes the next ones.
const RETRIED_AT_ONCE: u64 = 200;

/// What became of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Done.
    Done(Post),
    /// The post is in a state that does not allow it.
    Refused(Post),
    /// There is no such post for whoever asked.
    NotFound,
}

impl Store {
    /// Grants `wish` of `by` for the post `id` of `account` (`None`: whosever it is), if the post stands where it can
    /// be.
    pub async fn grant(
        &self,
        id: i64,
        account: Option<&str>,
        wish: Wish,
        by: Actor,
        now: DateTime<Utc>,
    ) -> Result<Moved, StoreError> {
        let account = account.map(str::to_owned);
        let moved = self.writer.write(Grant { id, account, wish, by, now }).await?;
        self.wake_publishing();
        self.wake_delivery();
        Ok(moved)
    }
}

/// What became of a wish for several posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedAll {
    /// How many there are.
    pub posts: usize,
    /// How many were moved.
    pub moved: usize,
}

/// Which posts are tried again together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedPosts {
    /// Those that the notice in this row lists.
    ListedBy(i64),
    /// Those that failed since then.
    Since(DateTime<Utc>),
}

impl Store {
    /// Tries those of `which` again that are of `account` and have failed, all or none.
    pub async fn retry_failed(
        &self,
        which: FailedPosts,
        account: &str,
        by: Actor,
        now: DateTime<Utc>,
    ) -> Result<MovedAll, StoreError> {
        let account = account.to_owned();
        let moved = self.writer.write(RetryFailed { which, account, by, now }).await?;
        self.wake_publishing();
        self.wake_delivery();
        Ok(moved)
    }
}

struct RetryFailed {
    which: FailedPosts,
    account: String,
    by: Actor,
    now: DateTime<Utc>,
}

impl RetryFailed {
    async fn ids(&self, transaction: &DatabaseTransaction) -> Result<Vec<i64>, StoreError> {
        use crate::entity::notification;
        let account = self.account.as_str();
        Ok(match self.which {
            FailedPosts::ListedBy(notice) => {
                notification::Entity::find()
                    .select_only()
                    .column(notification::Column::PostId)
                    .filter(notification::Column::CarrierId.eq(notice))
                    .filter(notification::Column::Account.eq(account))
                    .filter(notification::Column::PostId.is_not_null())
                    .order_by_asc(notification::Column::Id)
                    .limit(RETRIED_AT_ONCE)
                    .into_tuple()
                    .all(transaction)
                    .await?
            }
            FailedPosts::Since(since) => {
                Entity::find()
                    .select_only()
                    .column(Column::Id)
                    .filter(Column::Account.eq(account))
                    .filter(Column::ManagedBy.eq("scheduler"))
                    .filter(Column::Status.eq(Status::Failed.as_str()))
                    .filter(Column::FinishedAtMs.gte(ms(since)))
                    .order_by_asc(Column::Id)
                    .limit(RETRIED_AT_ONCE)
                    .into_tuple()
                    .all(transaction)
                    .await?
            }
        })
    }
}

impl Command for RetryFailed {
    type Output = MovedAll;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<MovedAll, StoreError> {
        let ids = self.ids(transaction).await?;
        let mut moved = 0;
        for id in &ids {
            let (account, wish) = (Some(self.account.clone()), Wish::RetryFailed);
            let grant = Grant { id: *id, account, wish, by: self.by, now: self.now };
            moved += usize::from(matches!(grant.apply(transaction).await?, Moved::Done(_)));
        }
        Ok(MovedAll { posts: ids.len(), moved })
    }
}

struct Grant {
    id: i64,
    account: Option<String>,
    wish: Wish,
    by: Actor,
    now: DateTime<Utc>,
}

impl Grant {
    fn can_be(&self, post: &Post) -> bool {
        let awaits = post.approval == Approval::Awaiting;
        let decided = match self.wish {
            Wish::Approve => awaits && post.due_at > self.now,
            Wish::Reject => awaits,
            // Not without the yes.
            Wish::PostNow => !awaits,
            _ => true,
        };
        decided && post.managed_by == ManagedBy::Scheduler && self.wish.from().contains(&post.status)
    }

    fn update(&self) -> UpdateMany<Entity> {
        let now = ms(self.now);
        let update = Entity::update_many()
            .col_expr(Column::Status, Expr::val(self.wish.to().as_str()))
            .col_expr(Column::UpdatedAtMs, Expr::val(now));
        match self.wish {
            Wish::Cancel => late_posts::answered(update).col_expr(Column::FinishedAtMs, Expr::val(now)),
            Wish::PostNow => late_posts::answered(update).col_expr(Column::DueAtMs, Expr::val(now)),
            Wish::MoveTo(at) => late_posts::answered(update)
                .col_expr(Column::PublishAtMs, Expr::val(ms(at)))
                .col_expr(Column::DueAtMs, Expr::val(ms(at)))
                .col_expr(Column::RemindAtMs, Expr::val(remind_at(at, self.now).map(ms))),
            Wish::Approve => update.col_expr(Column::Approval, Expr::val(Approval::Approved.as_str())),
            Wish::Reject => update
                .col_expr(Column::Approval, Expr::val(Approval::Rejected.as_str()))
                .col_expr(Column::FinishedAtMs, Expr::val(now)),
            Wish::WentOut => without_a_reason(update).col_expr(Column::FinishedAtMs, Expr::val(now)),
            Wish::Retry | Wish::RetryFailed | Wish::PublishAgain => without_a_reason(update)
                .col_expr(Column::DueAtMs, Expr::val(now))
                .col_expr(Column::Attempts, Expr::val(0))
                .col_expr(Column::RequestStartedAtMs, Expr::val(None::<i64>))
                .col_expr(Column::AcceptedAtMs, Expr::val(None::<i64>))
                .col_expr(Column::FinishedAtMs, Expr::val(None::<i64>)),
        }
    }
}

/// Nothing is wrong with it any more.
fn without_a_reason(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    [Column::Error, Column::ErrorCode, Column::Fix]
        .into_iter()
        .fold(update, |update, column| update.col_expr(column, Expr::val(None::<String>)))
}

impl Command for Grant {
    type Output = Moved;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Moved, StoreError> {
        let account = self.account.as_deref();
        let Some(post) = posts::find(transaction, self.id, account).await? else {
            return Ok(Moved::NotFound);
        };
        if !self.can_be(&post) {
            return Ok(Moved::Refused(post));
        }
        // As it was seen: on PostgreSQL somebody else may have moved it since.
        let seen =
            self.update().filter(Column::Id.eq(self.id)).filter(Column::Status.eq(post.status.as_str()));
        let seen = seen.filter(Column::Approval.eq(post.approval.as_str()));
        let moved = seen.exec(transaction).await?.rows_affected > 0;
        match self.wish {
            _ if !moved => {}
            Wish::MoveTo(_) => notices::tell_anew(transaction, &[self.id], self.now).await?,
            _ => drop(notices::overtake(transaction, &[self.id], self.now).await?),
        }
        // Publishing it sooner leaves it scheduled: there is no move to tell of, unless it was held for the question.
        let why = self.wish.why();
        if moved && (post.status != self.wish.to() || why.is_some() || post.late) {
            let (from, to) = (Some(post.status), self.wish.to());
            let it = PostMove { at: self.now, from, to, by: self.by, why };
            post_moves::record(transaction, &[(self.id, it)]).await?;
        }
        let Some(post) = posts::find(transaction, self.id, account).await? else {
            return Ok(Moved::NotFound);
        };
        Ok(if moved { Moved::Done(post) } else { Moved::Refused(post) })
    }
}
