//! Claims on posts whose holder is gone: what had not begun goes back, what had is asked about.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};

use super::claims::over;
use super::post_outcomes::{because, tell, tried, without_claim};
use super::write_queue::Command;
use super::{Rule, Store, StoreError, ms, post_moves};
use crate::domain::post::{Reason, Status};
use crate::domain::post_move::{Actor, PostMove};
use crate::entity::post::{Column, Entity};

/// How many claims of a dead process are dealt with in one transaction?
const RECOVER_AT_ONCE: u64 = 500;

/// What was found of the claims that a gone process left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Never begun: scheduled again.
    pub scheduled: u64,
    /// Begun: nobody knows, their accounts are asked.
    pub unconfirmed: u64,
}

/// Which claims are recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// Those whose lease ended.
    Ended,
    /// All but those that wait for a network's later result: only for a new leader, when whoever claimed them is
    /// gone.
    All,
}

impl Store {
    /// Deals with claims whose holder is gone: begun → unconfirmed, and its account is told by `rule`; not begun →
    /// scheduled again.
    pub async fn recover_posts(
        &self,
        claims: Claims,
        rule: Rule,
        now: DateTime<Utc>,
    ) -> Result<Recovered, StoreError> {
        let scheduled = self.writer.write(Unclaim { claims, now }).await?;
        let mut recovered = Recovered { scheduled, unconfirmed: 0 };
        loop {
            let unconfirmed = self.writer.write(Unconfirm { claims, rule, now }).await?;
            recovered.unconfirmed += unconfirmed;
            if unconfirmed < RECOVER_AT_ONCE {
                break;
            }
        }
        if recovered != Recovered::default() {
            self.wake_delivery();
            self.wake_publishing();
        }
        Ok(recovered)
    }
}

/// The claims of posts whose request never began go back.
struct Unclaim {
    claims: Claims,
    now: DateTime<Utc>,
}

impl Command for Unclaim {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let mut update = without_claim(Entity::update_many())
            .col_expr(Column::Status, Expr::val(Status::Scheduled.as_str()))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .filter(Expr::cust("status = 'publishing' AND managed_by = 'scheduler'"))
            .filter(Column::RequestStartedAtMs.is_null());
        if self.claims == Claims::Ended {
            update = update.filter(over(Column::LeaseUntilMs, self.now));
        }
        Ok(update.exec(transaction).await?.rows_affected)
    }
}

/// The claims of posts whose request began: nobody knows.
struct Unconfirm {
    claims: Claims,
    rule: Rule,
    now: DateTime<Utc>,
}

impl Command for Unconfirm {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let begun = Entity::find()
            .filter(Expr::cust("status = 'publishing' AND managed_by = 'scheduler'"))
            .filter(Column::RequestStartedAtMs.is_not_null());
        let ended = over(Column::LeaseUntilMs, self.now);
        let begun = match self.claims {
            Claims::Ended => begun.filter(ended),
            Claims::All => begun.filter(Condition::any().add(Column::AcceptedAtMs.is_null()).add(ended)),
        };
        let (mut lost, mut moves) = (Vec::new(), Vec::new());
        for row in begun.limit(RECOVER_AT_ONCE).all(transaction).await? {
            let reason = unanswered(row.accepted_at_ms.is_some());
            let update = because(without_claim(Entity::update_many()), Some(&reason))
                .col_expr(Column::Status, Expr::val(Status::Unconfirmed.as_str()))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .col_expr(Column::FinishedAtMs, Expr::val(ms(self.now)))
                .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
                .filter(Column::Id.eq(row.id))
                .filter(Expr::cust("status = 'publishing'"))
                // Settled and claimed anew in between it is somebody else's.
                .filter(Column::RequestStartedAtMs.eq(row.request_started_at_ms));
            if update.exec(transaction).await?.rows_affected == 1
                && let Some(now) = Entity::find_by_id(row.id).one(transaction).await?
            {
                lost.push(now);
                moves.extend(tried(
                    &row,
                    PostMove {
                        at: self.now,
                        from: Some(Status::Publishing),
                        to: Status::Unconfirmed,
                        by: Actor::Scheduler,
                        why: Some(reason.error),
                    },
                ));
            }
        }
        let unconfirmed = lost.len() as u64;
        post_moves::record(transaction, &moves).await?;
        tell(transaction, lost, self.rule, self.now).await?;
        Ok(unconfirmed)
    }
}

fn unanswered(accepted: bool) -> Reason {
    let error = if accepted {
        "The network took the post on and never said what became of it"
    } else {
        "Publishing was interrupted before the network's answer was known"
    };
    Reason::new(error, "Look whether the post is out. If it is not, publish it again")
}
