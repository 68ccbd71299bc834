//! Results that come later than the answer: from the network that took a post on, or that was not understood.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use super::post_outcomes::{moves, settled, tell};
use super::write_queue::Command;
use super::{Rule, Store, StoreError, ms, post_moves};
use crate::domain::post::{ManagedBy, Outcome, Post, Status};
use crate::entity::post::{Column, Entity, Model};

/// What became of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultTaken {
    /// Written.
    Settled(Post),
    /// The post stood so already.
    Known(Post),
    /// The post is not waiting for a result.
    Refused(Post),
    /// There is no such post for this network.
    NotFound,
}

impl Store {
    /// Writes the `outcome` that `network` tells of the post `id`, and the notification about it by `rule`, both or
    /// neither.
    pub async fn take_result(
        &self,
        id: i64,
        network: &str,
        outcome: Outcome,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<ResultTaken, StoreError> {
        let network = network.to_owned();
        let taken = self.writer.write(TakeResult { id, network, outcome, rule, now }).await?;
        if matches!(taken, ResultTaken::Settled(_)) {
            self.wake_delivery();
            self.wake_publishing();
        }
        Ok(taken)
    }
}

struct TakeResult {
    id: i64,
    network: String,
    outcome: Outcome,
    rule: Rule,
    now: DateTime<Utc>,
}

impl TakeResult {
    /// Whether the post waits for a result: begun and not answered yet, taken on, not understood, or about to be
    /// tried again. The platform's own wait until they are finished.
    fn is_awaited(post: &Model) -> bool {
        match Status::from_name(&post.status) {
            Some(Status::Unconfirmed) => true,
            Some(_) if post.managed_by != "scheduler" => {
                matches!(post.status.as_str(), "scheduled" | "publishing")
            }
            Some(Status::Publishing) => post.request_started_at_ms.is_some(),
            Some(Status::Scheduled) => post.attempts > 0,
            _ => false,
        }
    }

    fn is_known(&self, post: &Post) -> bool {
        match self.outcome {
            Outcome::Published { .. } => post.status == Status::Published,
            Outcome::Failed(_) => post.status == Status::Failed,
            Outcome::Retry { .. } => post.status == Status::Scheduled,
            _ => false,
        }
    }
}

impl Command for TakeResult {
    type Output = ResultTaken;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<ResultTaken, StoreError> {
        let row = Entity::find_by_id(self.id).filter(Column::Network.eq(self.network.as_str()));
        let Some(before) = row.one(transaction).await? else { return Ok(ResultTaken::NotFound) };
        let post = Post::try_from(before.clone())?;
        if self.is_known(&post) {
            return Ok(ResultTaken::Known(post));
        }
        if !Self::is_awaited(&before) {
            return Ok(ResultTaken::Refused(post));
        }
        let seen = Entity::update_many()
            .filter(Column::Id.eq(self.id))
            .filter(Column::Status.eq(before.status.as_str()))
            .filter(Column::UpdatedAtMs.eq(before.updated_at_ms));
        let mut update = settled(seen, &self.outcome, self.now);
        if post.managed_by == ManagedBy::Platform {
            // Told here: the job has nothing left to notice.
            update = update.col_expr(Column::NoticedAtMs, Expr::val(ms(self.now)));
        }
        if update.exec(transaction).await?.rows_affected != 1 {
            return Err(StoreError::Conflict(format!("post {} moved", self.id)));
        }
        post_moves::record(transaction, &moves(&before, &self.outcome, self.now)).await?;
        let Some(row) = Entity::find_by_id(self.id).one(transaction).await? else {
            return Ok(ResultTaken::NotFound);
        };
        tell(transaction, vec![row.clone()], self.rule, self.now).await?;
        Ok(ResultTaken::Settled(row.try_into()?))
    }
}
