//! Finalising a claimed row: what became of it and what that means for its chat, in one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::write_queue::Command;
use super::{Store, StoreError, chat_waits, ms, settings};
use crate::domain::account::DisabledReason;
use crate::domain::notification::State;
use crate::entity::notification::Column;
use crate::entity::{attempt, notification, sns_settings};

/// "chat not found" has been seen wrongly on live people: how many in a row, over how long, make it true?
const SOFT_FAILURE_LIMIT: i16 = 3;
const SOFT_FAILURE_SPAN: TimeDelta = TimeDelta::hours(24);

/// What a worker reports about a row it claimed.
#[derive(Clone, Debug)]
pub struct Finalise {
    /// Which row.
    pub id: i64,
    /// The claim's token: a worker that overslept its lease no longer has the right one.
    pub lease_token: i64,
    /// The chat it was sent to.
    pub chat_id: i64,
    /// What becomes of the row.
    pub outcome: Outcome,
    /// What becomes of the chat.
    pub effect: Effect,
    /// When the request began.
    pub started_at: DateTime<Utc>,
    /// How long it took, ms.
    pub latency_ms: i32,
    /// The outcome's class, for the history of attempts.
    pub class: &'static str,
    /// Telegram's own words, where it said any.
    pub words: Option<String>,
}

/// What becomes of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Telegram has it; the id is unknown when its answer could not be read.
    Sent {
        /// Telegram's id of the message.
        message_id: Option<i32>,
    },
    /// Again at `due_at`; spends an attempt.
    Retry {
        /// When.
        due_at: DateTime<Utc>,
        /// Why it has to.
        reason: &'static str,
    },
    /// Back to its old place in its lane; spends no attempt. What has to be waited for is waited for elsewhere:
    /// a later due time would let the rows behind it overtake.
    Snooze {
        /// Why it has to.
        reason: &'static str,
        /// Without formatting from now on.
        plain: bool,
        /// Not into the topic from now on.
        without_thread: bool,
    },
    /// Given up.
    Dead {
        /// Why.
        reason: &'static str,
    },
    /// Not to be sent any more; nothing was sent.
    Cancelled {
        /// Why.
        reason: &'static str,
    },
}

/// What becomes of the chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Gone: out of service, and everything that waits for it is dead.
    Gone(DisabledReason),
    /// Perhaps gone: believed when it keeps being said.
    MaybeGone,
    /// Has a new id.
    Migrated {
        /// The new id.
        to: i64,
    },
    /// Telegram wants it left alone.
    Wait {
        /// Until then.
        until: DateTime<Utc>,
    },
}

impl Store {
    /// Writes what became of a claimed row. False when the claim was no longer the worker's: then nothing of
    /// it is written but the attempt.
    pub async fn finalise(&self, finalise: Finalise, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let written = self.writer.write(FinaliseAt { finalise, now }).await?;
        self.signals.finished.notify_waiters();
        Ok(written)
    }
}

struct FinaliseAt {
    finalise: Finalise,
    now: DateTime<Utc>,
}

impl Command for FinaliseAt {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        record_attempt(transaction, &self.finalise).await?;
        let written = self.mark(transaction).await?;
        // What Telegram said about the chat is true whoever holds the row now.
        self.apply_effect(transaction).await?;
        Ok(written)
    }
}

impl FinaliseAt {
    async fn mark(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let now = ms(self.now);
        let update = notification::Entity::update_many()
            .filter(Column::Id.eq(self.finalise.id))
            .filter(Column::LeaseToken.eq(self.finalise.lease_token))
            .filter(Expr::cust("state = 'sending'"))
            .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
            .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>));
        let finished = |state: State, reason: Option<&'static str>| {
            update
                .clone()
                .col_expr(Column::State, Expr::val(state.as_str()))
                .col_expr(Column::Reason, Expr::val(reason))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .col_expr(Column::FinishedAtMs, Expr::val(now))
        };
        let put_back = |reason: &'static str| {
            update
                .clone()
                .col_expr(Column::State, Expr::val(State::Pending.as_str()))
                .col_expr(Column::Reason, Expr::val(reason))
        };
        let update = match &self.finalise.outcome {
            Outcome::Sent { message_id } => {
                finished(State::Sent, None).col_expr(Column::MessageId, Expr::val(*message_id))
            }
            Outcome::Dead { reason } => finished(State::Dead, Some(reason)),
            Outcome::Cancelled { reason } => finished(State::Cancelled, Some(reason)),
            Outcome::Retry { due_at, reason } => put_back(reason)
                .col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1)),
            Outcome::Snooze { reason, plain, without_thread } => {
                let mut update = put_back(reason);
                if *plain {
                    update = update.col_expr(Column::Plain, Expr::val(true));
                }
                if *without_thread {
                    update = update.col_expr(Column::ThreadId, Expr::val(None::<i32>));
                }
                update
            }
        };
        Ok(update.exec(transaction).await?.rows_affected == 1)
    }

    async fn apply_effect(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let chat_id = self.finalise.chat_id;
        match self.finalise.effect {
            Effect::None => {
                if matches!(self.finalise.outcome, Outcome::Sent { .. }) {
                    forget_soft_failures(transaction, chat_id).await?;
                }
                Ok(())
            }
            Effect::Gone(reason) => settings::disable(transaction, chat_id, reason, self.now).await.map(drop),
            Effect::MaybeGone => self.count_soft_failure(transaction).await,
            Effect::Migrated { to } => settings::follow_migration(transaction, chat_id, to, self.now).await,
            Effect::Wait { until } => chat_waits::keep(transaction, chat_id, until).await,
        }
    }

    async fn count_soft_failure(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let Some(row) = settings::by_chat(transaction, self.finalise.chat_id).await? else { return Ok(()) };
        let now = ms(self.now);
        let since = row.soft_failed_since_ms.unwrap_or(now);
        let failures = row.soft_failures.saturating_add(1);
        if failures >= SOFT_FAILURE_LIMIT && now - since >= SOFT_FAILURE_SPAN.num_milliseconds() {
            return settings::disable(
                transaction,
                self.finalise.chat_id,
                DisabledReason::Unreachable,
                self.now,
            )
            .await
            .map(drop);
        }
        sns_settings::Entity::update_many()
            .col_expr(sns_settings::Column::SoftFailures, Expr::val(failures))
            .col_expr(sns_settings::Column::SoftFailedSinceMs, Expr::val(since))
            .filter(sns_settings::Column::Account.eq(row.account))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

async fn record_attempt(transaction: &DatabaseTransaction, finalise: &Finalise) -> Result<(), StoreError> {
    let row = attempt::ActiveModel {
        notification_id: Set(finalise.id),
        started_at_ms: Set(ms(finalise.started_at)),
        latency_ms: Set(finalise.latency_ms),
        outcome: Set(finalise.class.to_owned()),
        words: Set(finalise.words.clone()),
        ..Default::default()
    };
    attempt::Entity::insert(row).exec_without_returning(transaction).await?;
    Ok(())
}

async fn forget_soft_failures(transaction: &DatabaseTransaction, chat_id: i64) -> Result<(), StoreError> {
    use sns_settings::Column;
    sns_settings::Entity::update_many()
        .col_expr(Column::SoftFailures, Expr::val(0))
        .col_expr(Column::SoftFailedSinceMs, Expr::val(None::<i64>))
        .filter(Column::TelegramChatId.eq(chat_id))
        .filter(Column::SoftFailures.gt(0))
        .exec(transaction)
        .await?;
    Ok(())
}
