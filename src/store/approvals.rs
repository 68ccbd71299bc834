//! Posts that wait for their author's yes: asked about, reminded of, given up. Each is one conditional update with its
//! notices in the same transaction, so that a restart or another instance tells nobody twice.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, FromQueryResult as _, Statement, Value};

use super::write_queue::Command;
use super::{Store, StoreError, ms, notices, notifications, post_moves, settings};
use crate::domain::account::Settings;
use crate::domain::approval::ApprovalNotice;
use crate::domain::notification::NewNotification;
use crate::domain::post::{Post, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post::Model;

/// How many posts are dealt with in one transaction?
const AT_ONCE: i64 = 500;

/// Why a post was given up, and what its author can do, on `GET /api/posts/{id}`.
const NOBODY_APPROVED: &str = "Nobody approved it before its time";
const SCHEDULE_AGAIN: &str = "Schedule it again if it should still go out";

impl Store {
    /// Reminds the authors of posts whose time is near and that still wait for their yes; returns how many.
    pub async fn remind_of_approvals(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.until_none_is_left(|| RemindOfApprovals { now }).await
    }

    /// Cancels the posts whose time has come without their author's yes, and tells them; returns how many.
    pub async fn give_up_unapproved(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.until_none_is_left(|| GiveUpUnapproved { now }).await
    }

    async fn until_none_is_left<C: Command<Output = u64> + 'static>(
        &self,
        command: impl Fn() -> C,
    ) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let some = self.writer.write(command()).await?;
            all += some;
            if some > 0 {
                self.wake_delivery();
            }
            if some < AT_ONCE.unsigned_abs() {
                return Ok(all);
            }
        }
    }
}

/// Writes the notices about these posts, by the settings of their accounts as the transaction sees them.
pub(super) async fn tell(
    transaction: &DatabaseTransaction,
    notice: ApprovalNotice,
    posts: &[Post],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let accounts: BTreeSet<&str> = posts.iter().map(|post| post.account.as_str()).collect();
    let known: HashMap<String, Settings> = settings::of_accounts(transaction, &accounts)
        .await?
        .into_iter()
        .map(|settings| (settings.account.clone(), settings))
        .collect();
    let rows: Vec<NewNotification> = posts
        .iter()
        .map(|post| NewNotification::about_approval(notice, post, known.get(&post.account), now))
        .collect();
    notifications::insert(transaction, &rows, now).await.map(drop)
}

/// Updates what waits for a yes and meets `which`, at most [`AT_ONCE`]; `$1` is the time, `$2` the limit.
async fn update(
    transaction: &DatabaseTransaction,
    change: &str,
    which: &str,
    now: DateTime<Utc>,
    words: &[&str],
) -> Result<Vec<Post>, StoreError> {
    let backend = transaction.get_database_backend();
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let waits = "status = 'scheduled' AND approval = 'awaiting'";
    let sql = format!(
        "WITH found AS MATERIALIZED ( \
           SELECT id FROM posts WHERE {waits} AND {which} ORDER BY due_at_ms, id LIMIT $2 {lock}) \
         UPDATE posts SET {change} WHERE {waits} AND id IN (SELECT id FROM found) RETURNING *"
    );
    let words = words.iter().map(|words| Value::from(*words));
    let values: Vec<Value> = [Value::from(ms(now)), Value::from(AT_ONCE)].into_iter().chain(words).collect();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let mut rows = Model::find_by_statement(statement).all(transaction).await?;
    rows.sort_unstable_by_key(|row| (row.due_at_ms, row.id));
    rows.into_iter().map(Post::try_from).collect()
}

struct RemindOfApprovals {
    now: DateTime<Utc>,
}

impl Command for RemindOfApprovals {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let near = "remind_at_ms <= $1 AND due_at_ms > $1";
        let posts = update(transaction, "remind_at_ms = NULL", near, self.now, &[]).await?;
        tell(transaction, ApprovalNotice::Reminder, &posts, self.now).await?;
        Ok(posts.len() as u64)
    }
}

struct GiveUpUnapproved {
    now: DateTime<Utc>,
}

impl Command for GiveUpUnapproved {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let cancelled = "status = 'cancelled', finished_at_ms = $1, updated_at_ms = $1, error = $3, fix = $4";
        let words = [NOBODY_APPROVED, SCHEDULE_AGAIN];
        let posts = update(transaction, cancelled, "due_at_ms <= $1", self.now, &words).await?;
        let given_up = PostMove {
            at: self.now,
            from: Some(Status::Scheduled),
            to: Status::Cancelled,
            by: Actor::Scheduler,
            why: Some(NOBODY_APPROVED.to_owned()),
        };
        let moves: Vec<_> = posts.iter().map(|post| (post.id, given_up.clone())).collect();
        post_moves::record(transaction, &moves).await?;
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        notices::overtake(transaction, &ids, self.now).await?;
        tell(transaction, ApprovalNotice::Missed, &posts, self.now).await?;
        Ok(posts.len() as u64)
    }
}
