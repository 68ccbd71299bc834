//! Late posts: taken out of the queue with the question about them, both or neither, and put back or cancelled by its
//! answer.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    Statement, UpdateMany,
};

use super::post_outcomes::without_claim;
use super::write_queue::Command;
use super::{Store, StoreError, lanes, ms, notifications, post_moves, publishing, settings};
use crate::domain::late_posts::LatePosts;
use crate::domain::notification::{Content, Kind, NewNotification};
use crate::domain::post::{Post, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::notification;
use crate::entity::post::{Column, Entity, Model};

/// When a post is due that waits for its author's word: the end of the year 9999, as epoch milliseconds.
const NEVER_MS: i64 = 253_402_300_799_000;

/// What the history says about it.
const WHY: &str = "It is late: its author is asked whether it should still go out";

impl Store {
    /// Publishes at once (`publish`) or cancels what the notification `asked_in` asked `account` about, as far as it
    /// still waits for the answer; returns how many posts that were.
    pub async fn answer_late_posts(
        &self,
        account: &str,
        asked_in: i64,
        publish: bool,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let answer = AnswerLatePosts { account: account.to_owned(), asked_in, publish, now };
        let answered = self.writer.write(answer).await?;
        self.wake_publishing();
        Ok(answered)
    }
}

/// Asks the account of `before`, a claimed post, whether it should still go out. False when the claim was no longer
/// the caller's.
pub(super) async fn ask(
    transaction: &DatabaseTransaction,
    before: Model,
    lease_token: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let id = before.id;
    let post = Post::try_from(before)?;
    let taken_out = without_claim(publishing::claimed(id, lease_token))
        .col_expr(Column::Status, Expr::val(Status::Scheduled.as_str()))
        .col_expr(Column::DueAtMs, Expr::val(NEVER_MS))
        .col_expr(Column::UpdatedAtMs, Expr::val(ms(now)))
        .exec(transaction)
        .await?;
    if taken_out.rows_affected != 1 {
        return Ok(false);
    }
    let asked_in = asked(transaction, &post, now).await?;
    Entity::update_many()
        .col_expr(Column::AskedIn, Expr::val(asked_in))
        .filter(Column::Id.eq(id))
        .exec(transaction)
        .await?;
    let (from, to, why) = (Some(Status::Scheduled), Status::Scheduled, Some(WHY.to_owned()));
    post_moves::record(transaction, &[(id, PostMove { at: now, from, to, by: Actor::Scheduler, why })])
        .await?;
    Ok(true)
}

/// The notification that asks about `post`: the account's last one, where that is still to be sent.
async fn asked(
    transaction: &DatabaseTransaction,
    post: &Post,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let settings = settings::of_account(transaction, &post.account).await?;
    if let Some(chat_id) = settings.as_ref().and_then(|settings| settings.chat_id) {
        lanes::lock(transaction, &[chat_id]).await?;
    }
    let waiting = notification::Entity::find()
        .filter(notification::Column::Account.eq(post.account.as_str()))
        .filter(notification::Column::Kind.eq(Kind::PostLate.as_str()))
        .filter(Expr::cust("state = 'pending'"));
    if let Some(row) = waiting.one(transaction).await?
        && let Ok(mut content) = serde_json::from_str::<Content>(&row.data)
    {
        content.late.get_or_insert_default().add(post);
        let data = serde_json::to_string(&content).map_err(|error| StoreError::Failed(error.to_string()))?;
        let named_too = notification::Entity::update_many()
            .col_expr(notification::Column::Data, Expr::val(data))
            .filter(notification::Column::Id.eq(row.id))
            // Claimed since, its message says nothing of this post: then it has to be asked about anew.
            .filter(Expr::cust("state = 'pending'"))
            .exec(transaction)
            .await?;
        if named_too.rows_affected == 1 {
            return Ok(row.id);
        }
    }
    let mut late = LatePosts::default();
    late.add(post);
    let row = NewNotification::late_posts(&post.account, late, settings.as_ref(), now);
    notifications::insert_one(transaction, &row, now).await
}

/// `update`, after which nobody is asked about the post any more.
pub(super) fn answered(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update.col_expr(Column::AskedIn, Expr::val(None::<i64>))
}

struct AnswerLatePosts {
    account: String,
    asked_in: i64,
    publish: bool,
    now: DateTime<Utc>,
}

impl Command for AnswerLatePosts {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let backend = transaction.get_database_backend();
        let change = match self.publish {
            true => "due_at_ms = $1",
            false => "status = 'cancelled', due_at_ms = publish_at_ms, finished_at_ms = $1",
        };
        let sql = format!(
            "UPDATE posts SET {change}, asked_in = NULL, updated_at_ms = $1 \
             WHERE asked_in = $2 AND account = $3 AND status = 'scheduled' RETURNING id"
        );
        let values = [ms(self.now).into(), self.asked_in.into(), self.account.as_str().into()];
        let rows = transaction.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        let to = if self.publish { Status::Scheduled } else { Status::Cancelled };
        let it = PostMove { at: self.now, from: Some(Status::Scheduled), to, by: Actor::Chat, why: None };
        let ids = rows.iter().map(|row| row.try_get::<i64>("", "id")).collect::<Result<Vec<_>, _>>()?;
        let moves: Vec<_> = ids.into_iter().map(|id| (id, it.clone())).collect();
        post_moves::record(transaction, &moves).await?;
        Ok(moves.len() as u64)
    }
}
