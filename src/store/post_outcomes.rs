//! What became of a claimed post: written once, with the notification about it and its history.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, UpdateMany};

use super::write_queue::Command;
use super::{
    Rule, Store, StoreError, late_posts, ms, notices, notifications, post_moves, publishing, time,
    told_by_edits,
};
use crate::domain::failure_code::FailureCode;
use crate::domain::post::{Outcome, Post, Reason, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post::{Column, Entity, Model};

/// A result that comes later ends a try that was counted already.
const WITH_THIS_TRY: &str = "attempts + CASE WHEN status = 'publishing' THEN 1 ELSE 0 END";

impl Store {
    /// Writes what became of a claimed post, and the notification about it by `rule`, both or neither. False when
    /// the claim was no longer the caller's: then nothing is written.
    pub async fn settle_post(
        &self,
        id: i64,
        lease_token: i64,
        outcome: Outcome,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let settled = self.writer.write(SettlePost { id, lease_token, outcome, rule, now }).await?;
        self.wake_delivery();
        Ok(settled)
    }
}

struct SettlePost {
    id: i64,
    lease_token: i64,
    outcome: Outcome,
    rule: Rule,
    now: DateTime<Utc>,
}

/// `update`, which says of which posts, with what `outcome` makes of them.
pub(super) fn settled(
    update: UpdateMany<Entity>,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> UpdateMany<Entity> {
    let now = ms(now);
    let update = update.col_expr(Column::UpdatedAtMs, Expr::val(now));
    let finished = |status: Status| {
        without_claim(update.clone())
            .col_expr(Column::Status, Expr::val(status.as_str()))
            .col_expr(Column::Attempts, Expr::cust(WITH_THIS_TRY))
            .col_expr(Column::FinishedAtMs, Expr::val(now))
    };
    let put_back = || {
        without_claim(update.clone())
            .col_expr(Column::Status, Expr::val(Status::Scheduled.as_str()))
            .col_expr(Column::RequestStartedAtMs, Expr::val(None::<i64>))
    };
    match outcome {
        Outcome::Published { url } => {
            because(finished(Status::Published), None).col_expr(Column::Url, Expr::val(url.clone()))
        }
        Outcome::Failed(reason) => because(finished(Status::Failed), Some(reason)),
        Outcome::Unconfirmed(reason) => because(finished(Status::Unconfirmed), Some(reason)),
        Outcome::Retry { due_at, reason } => because(put_back(), Some(reason))
            .col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
            .col_expr(Column::Attempts, Expr::cust(WITH_THIS_TRY)),
        Outcome::PutBack { due_at: Some(due_at) } => {
            put_back().col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
        }
        Outcome::PutBack { due_at: None } | Outcome::Late => put_back(),
        Outcome::Accepted { until } => update
            .col_expr(Column::AcceptedAtMs, Expr::val(now))
            .col_expr(Column::LeaseUntilMs, Expr::val(ms(*until))),
    }
}

/// What the history tells about a try: that it was begun, and how it ended.
pub(super) fn tried(post: &Model, end: PostMove) -> Vec<(i64, PostMove)> {
    let untold = post.status == Status::Publishing.as_str() && post.accepted_at_ms.is_none();
    let begun = post.request_started_at_ms.filter(|_| untold).map(|at| PostMove {
        at: time(at),
        from: Some(Status::Scheduled),
        to: Status::Publishing,
        by: Actor::Scheduler,
        why: None,
    });
    begun.into_iter().chain([end]).map(|it| (post.id, it)).collect()
}

pub(super) fn because(update: UpdateMany<Entity>, reason: Option<&Reason>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Error, Expr::val(reason.map(|reason| reason.error.clone())))
        .col_expr(
            Column::ErrorCode,
            Expr::val(reason.and_then(|reason| reason.code).map(FailureCode::as_str)),
        )
        .col_expr(Column::Fix, Expr::val(reason.map(|reason| reason.fix.clone())))
}

/// The moves that `outcome` makes of `post` at `now`.
pub(super) fn moves(post: &Model, outcome: &Outcome, now: DateTime<Utc>) -> Vec<(i64, PostMove)> {
    let words = |reason: &Reason| Some(reason.error.clone());
    let (to, by, why) = match outcome {
        Outcome::Published { .. } => (Status::Published, Actor::Network, None),
        Outcome::Failed(reason) => (Status::Failed, Actor::Network, words(reason)),
        Outcome::Unconfirmed(reason) => (Status::Unconfirmed, Actor::Scheduler, words(reason)),
        Outcome::Retry { reason, .. } => (Status::Scheduled, Actor::Network, words(reason)),
        Outcome::PutBack { due_at: Some(_) } => {
            (Status::Scheduled, Actor::Network, Some("The network asked to wait".to_owned()))
        }
        Outcome::PutBack { due_at: None } | Outcome::Late => return Vec::new(),
        Outcome::Accepted { .. } => {
            (Status::Publishing, Actor::Network, Some("The network tells its result later".to_owned()))
        }
    };
    tried(post, PostMove { at: now, from: Status::from_name(&post.status), to, by, why })
}

impl Command for SettlePost {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let claimed = Entity::find_by_id(self.id).filter(Column::LeaseToken.eq(self.lease_token));
        let Some(before) = claimed.one(transaction).await? else { return Ok(false) };
        if self.outcome == Outcome::Late {
            return late_posts::ask(transaction, before, self.lease_token, self.now).await;
        }
        let update = settled(publishing::claimed(self.id, self.lease_token), &self.outcome, self.now);
        if update.exec(transaction).await?.rows_affected != 1 {
            return Ok(false);
        }
        post_moves::record(transaction, &moves(&before, &self.outcome, self.now)).await?;
        if let Some(row) = Entity::find_by_id(self.id).one(transaction).await? {
            tell(transaction, vec![row], self.rule, self.now).await?;
        }
        Ok(true)
    }
}

/// Writes the notifications about posts that reached the end of a try.
pub(super) async fn tell(
    transaction: &DatabaseTransaction,
    rows: Vec<Model>,
    rule: Rule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let posts = rows.into_iter().map(Post::try_from).collect::<Result<Vec<_>, _>>()?;
    let events: Vec<_> = posts.iter().filter_map(Post::news).collect();
    let ended: Vec<i64> = events.iter().filter_map(|event| event.post).collect();
    let overtaken = notices::overtake(transaction, &ended, now).await?;
    let events: Vec<_> = events.iter().collect();
    notifications::tell(transaction, &events, rule, now).await?;
    told_by_edits::join_of_posts(transaction, &overtaken).await
}

/// Whoever held it does not any more.
pub(super) fn without_claim(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>))
        .col_expr(Column::AcceptedAtMs, Expr::val(None::<i64>))
}
