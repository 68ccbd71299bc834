//! What a database that was put back can't know: whatever happened after the backup. So nothing of that time is done
//! again by itself, and no id of that time is given again.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _,
    FromQueryResult, QueryFilter as _, QuerySelect as _, Statement,
};

use super::post_outcomes::{because, tell, without_claim};
use super::write_queue::Command;
use super::{Rule, Store, StoreError, late_posts, ms, post_moves};
use crate::domain::post::{Reason, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post::{Column, Entity, Model};

/// How many posts are dealt with at once?
const POSTS_AT_ONCE: u64 = 500;

/// How many ids are left out: more than were given since any backup that is still worth restoring. They stand in
/// buttons of chats and in the platform's records, and must not mean something else from now on.
const IDS_LEFT_OUT: i64 = 1_000_000;

/// The tables whose ids are known outside.
const WITH_KNOWN_IDS: [&str; 2] = ["posts", "notifications"];

/// Whoever was not told when the backup was made may have been since; a preview may have been sent.
const STOP_BROADCASTS: &str = "UPDATE broadcasts \
    SET state = CASE state WHEN 'sending' THEN 'stopping' ELSE 'cancelled' END \
    WHERE state IN ('asked', 'draft', 'sending')";

/// What was done to a database that was put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Posts that may be out since: unconfirmed, their authors are asked.
    pub posts: u64,
    /// Notifications that may have been sent since: cancelled.
    pub notifications: u64,
}

impl Store {
    /// Whether an instance leads: PostgreSQL's only way to tell that the service is running.
    pub async fn has_a_leader(&self) -> Result<bool, StoreError> {
        #[derive(FromQueryResult)]
        struct Leading {
            leading: bool,
        }
        if self.reader.get_database_backend() != DbBackend::Postgres {
            return Ok(false);
        }
        let sql = "SELECT expires_at_ms > (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint AS leading FROM leader";
        let query = Statement::from_string(DbBackend::Postgres, sql);
        Ok(Leading::find_by_statement(query).one(&self.reader).await?.is_some_and(|row| row.leading))
    }

    /// Settles what a database that was put back can't know, all of it or nothing: posts that were due up to `now` are
    /// unconfirmed, and their accounts are told by `rule`; what was not sent is cancelled, and broadcasts are
    /// stopped; tokens of links that nobody used are gone.
    pub async fn settle_restored(&self, rule: Rule, now: DateTime<Utc>) -> Result<Restored, StoreError> {
        self.writer.write(SettleRestored { rule, now }).await
    }
}

struct SettleRestored {
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for SettleRestored {
    type Output = Restored;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Restored, StoreError> {
        if transaction.get_database_backend() == DbBackend::Postgres {
            // A large table may take longer than any query of the running service should.
            transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        leave_ids_out(transaction).await?;
        // Before the posts' authors are told, which makes new ones.
        let notifications = self.cancel_notifications(transaction).await?;
        for sql in [STOP_BROADCASTS, "DELETE FROM link_tokens WHERE spent_at_ms IS NULL"] {
            transaction.execute_unprepared(sql).await?;
        }
        let mut posts = 0;
        loop {
            let done = self.ask_about_posts(transaction).await?;
            posts += done;
            if done < POSTS_AT_ONCE {
                return Ok(Restored { posts, notifications });
            }
        }
    }
}

impl SettleRestored {
    async fn cancel_notifications(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let sql = "UPDATE notifications SET state = 'cancelled', reason = 'restored', head = FALSE, \
                     lease_token = NULL, lease_until_ms = NULL, finished_at_ms = $1 \
                   WHERE state IN ('pending', 'sending')";
        let values = [ms(self.now).into()];
        let cancel = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        Ok(transaction.execute_raw(cancel).await?.rows_affected())
    }

    /// Some of the posts that may have gone out since.
    async fn ask_about_posts(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let due = Entity::find()
            .filter(Expr::cust("status IN ('scheduled', 'publishing') AND managed_by = 'scheduler'"))
            // One whose author was asked whether it should still go out may have had the answer since.
            .filter(Column::DueAtMs.lte(ms(self.now)).or(Column::AskedIn.is_not_null()));
        let due = due.limit(POSTS_AT_ONCE).all(transaction).await?;
        let ids: Vec<i64> = due.iter().map(|post| post.id).collect();
        let reason = Reason::new(
            "The service was put back to an earlier state, and the post may have gone out since then",
            "Look whether the post is out. If it is not, publish it again",
        );
        because(late_posts::answered(without_claim(Entity::update_many())), Some(&reason))
            .col_expr(Column::Status, Expr::val(Status::Unconfirmed.as_str()))
            .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(transaction)
            .await?;
        let moves: Vec<_> = due.iter().map(|post| (post.id, self.moved(post, &reason))).collect();
        post_moves::record(transaction, &moves).await?;
        let asked = Entity::find().filter(Column::Id.is_in(ids)).all(transaction).await?;
        let count = asked.len() as u64;
        tell(transaction, asked, self.rule, self.now).await?;
        Ok(count)
    }

    fn moved(&self, post: &Model, reason: &Reason) -> PostMove {
        PostMove {
            at: self.now,
            from: Status::from_name(&post.status),
            to: Status::Unconfirmed,
            by: Actor::Scheduler,
            why: Some(reason.error.clone()),
        }
    }
}

async fn leave_ids_out(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    for table in WITH_KNOWN_IDS {
        let sql = match transaction.get_database_backend() {
            DbBackend::Postgres => format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), \
                   (SELECT COALESCE(MAX(id), 0) FROM {table}) + {IDS_LEFT_OUT})"
            ),
            _ => format!("UPDATE sqlite_sequence SET seq = seq + {IDS_LEFT_OUT} WHERE name = '{table}'"),
        };
        transaction.execute_unprepared(&sql).await?;
    }
    Ok(())
}
