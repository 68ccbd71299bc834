//! Finalising a claimed row: what became of it and what that means for its chat, in one transaction.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, Value,
};

use super::gatherer::Request;
use super::parameters::{ROWS_BOUND, array, each_row, held_against, is_among};
use super::sequence::{Sequence, only_parameter};
use super::{Store, StoreError, carriers, chat_waits, lanes, ms, place_fates, settings, told_by_edits};
use crate::domain::account::DisabledReason;
use crate::domain::holding::HoldReason;
use crate::domain::notification::State;
use crate::entity::notification::Column;
use crate::entity::{notification, sns_settings};

/// "chat not found" has been seen wrongly on live people: how many in a row, over how long, make it true?
const SOFT_FAILURE_LIMIT: i16 = 3;
const SOFT_FAILURE_SPAN: TimeDelta = TimeDelta::hours(24);

/// Among the ids of rows, that a lane has a new head: no row's id.
const PROMOTED: i64 = 0;

/// What a worker reports about a row it claimed.
#[derive(Clone, Debug)]
pub struct Finalise {
    /// Which row.
    pub id: i64,
    /// The claim's token: a worker that overslept its lease no longer has the right one.
    pub lease_token: i64,
    /// The chat whose lane the row is in.
    pub lane: i64,
    /// Whether other rows end with it.
    pub carries: bool,
    /// The chat it was sent to: another one than its lane's, when the account has moved since.
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

impl Finalise {
    /// Whether an edit is over, and its chat is not: what it was to tell can be told there in another message.
    fn tells_nothing(&self) -> bool {
        let is_over = matches!(self.outcome, Outcome::NothingToEdit | Outcome::Dead { .. });
        is_over && !matches!(self.effect, Effect::Gone(_))
    }
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
    /// The message that it was to edit is not there any more.
    NothingToEdit,
    /// Not to be sent any more; nothing was sent.
    Cancelled {
        /// Why.
        reason: &'static str,
    },
}

impl Outcome {
    /// Whether Telegram has it.
    pub fn is_sent(&self) -> bool {
        matches!(self, Self::Sent { .. })
    }
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
        let Finalised { written, frees } = self.marks.write(FinaliseAt { finalise, now }).await?;
        if frees {
            self.wake_delivery();
        }
        self.signals.finished.notify_waiters();
        Ok(written)
    }
}

/// What a written outcome did.
pub(super) struct Finalised {
    /// Whether the claim was still the worker's.
    written: bool,
    /// Whether a row may be claimed that could not be before: the next one of a lane, or one that went back.
    frees: bool,
}

/// An outcome and when it came.
pub(super) struct FinaliseAt {
    finalise: Finalise,
    now: DateTime<Utc>,
}

impl Request for FinaliseAt {
    type Output = Finalised;

    /// Nobody waits for it but the next message to the same chat. While thousands drain, a commit is over before the
    /// next answer comes: each would be written by itself, at seven times the price.
    const LINGER: Duration = Duration::from_millis(3);

    async fn apply_all(
        lot: &[Self],
        transaction: &DatabaseTransaction,
    ) -> Result<Vec<Finalised>, StoreError> {
        let lanes: Vec<i64> = lot.iter().map(|request| request.finalise.lane).collect();
        lanes::lock(transaction, &lanes).await?;
        let mut written = record(transaction, lot).await?;
        let promotes = written.remove(&PROMOTED);
        let unsent = lot.iter().filter(|request| !request.finalise.outcome.is_sent());
        let (mut left, mut reordered, mut without_topic) = (Vec::new(), Vec::new(), Vec::new());
        for FinaliseAt { finalise, now } in unsent {
            if mark_unsent(transaction, finalise, *now).await? {
                written.insert(finalise.id);
                if finalise.tells_nothing() {
                    told_by_edits::part(transaction, finalise.id).await?;
                }
            }
            if let Outcome::Snooze { without_thread: true, .. } = finalise.outcome {
                without_topic.push(finalise.id);
            }
            match finalise.outcome {
                Outcome::Retry { .. } => reordered.push(finalise.lane),
                _ => left.push(finalise.lane),
            }
        }
        let carriers: Vec<i64> = lot
            .iter()
            .filter(|request| request.finalise.carries && written.contains(&request.finalise.id))
            .map(|request| request.finalise.id)
            .collect();
        carriers::follow(transaction, &carriers).await?;
        lanes::settle(transaction, &reordered).await?;
        lanes::promote(transaction, &left).await?;
        place_fates::forget_topics(transaction, &without_topic).await?;
        for request in lot {
            // What Telegram said about the chat is true whoever holds the row now.
            request.apply_effect(transaction).await?;
        }
        let sent = lot.iter().map(|request| &request.finalise).filter(|it| it.outcome.is_sent());
        let found: Vec<i64> = sent.map(|finalise| finalise.chat_id).collect();
        place_fates::forget_soft_failures(transaction, &found).await?;
        let frees = promotes || lot.iter().any(|request| !request.finalise.outcome.is_sent());
        let of = |request: &Self| Finalised { written: written.contains(&request.finalise.id), frees };
        Ok(lot.iter().map(of).collect())
    }
}

/// Writes down all attempts, and all there is to write about what was sent; returns the ids of the rows that were
/// still the worker's, and [`PROMOTED`] when the next one of a lane may go.
async fn record(transaction: &DatabaseTransaction, lot: &[FinaliseAt]) -> Result<HashSet<i64>, StoreError> {
    let backend = transaction.get_database_backend();
    let mut written = HashSet::new();
    for lot in lot.chunks(ROWS_BOUND) {
        let (attempts, parameters) = attempts_statement(backend, lot);
        let mut sequence = Sequence::on(transaction).then(attempts, parameters);
        let sent: Vec<_> = lot.iter().filter_map(FinaliseAt::sent).collect();
        if !sent.is_empty() {
            let of_sent = || lot.iter().map(|request| &request.finalise).filter(|it| it.outcome.is_sent());
            let lanes: Vec<i64> = of_sent().map(|finalise| finalise.lane).collect();
            let chats: Vec<i64> = of_sent().map(|finalise| finalise.chat_id).collect();
            let parameter = only_parameter(backend);
            let promotion = format!(
                "{} RETURNING CAST({PROMOTED} AS BIGINT) AS id",
                lanes::promotion(backend, parameter)
            );
            let (mark, parameters) = mark_statement(backend, sent);
            sequence = sequence
                .then(mark, parameters)
                .then(promotion, [array(&lanes)?])
                .then(reachable_statement(backend, parameter), [array(&chats)?]);
        }
        written.extend(sequence.ids().await?);
    }
    Ok(written)
}

/// The statement that inserts the attempts of `lot`, and its parameters.
fn attempts_statement(backend: DbBackend, lot: &[FinaliseAt]) -> (String, Vec<Value>) {
    let columns = ["notification_id", "started_at_ms", "latency_ms", "outcome", "words"];
    let (each, parameters) = each_row(backend, columns, lot.iter().map(FinaliseAt::attempt).collect());
    let columns = columns.join(", ");
    let sql = format!(
        "{each} INSERT INTO attempts ({columns}) SELECT {columns} FROM each \
         WHERE notification_id IS NOT NULL ORDER BY place"
    );
    (sql, parameters)
}

/// What [`mark_statement`] is told of a row that was sent.
const MARKED: [&str; 4] = ["sent_id", "token", "message", "at_ms"];

/// The statement that marks rows as `sent`, and returns the ids of those that were still the worker's; and its parameters.
fn mark_statement(backend: DbBackend, sent: Vec<[Value; MARKED.len()]>) -> (String, Vec<Value>) {
    let (each, parameters) = each_row(backend, MARKED, sent);
    let sql = format!(
        "{each} UPDATE notifications SET state = 'sent', head = FALSE, reason = NULL, lease_token = NULL, \
           lease_until_ms = NULL, attempts = attempts + 1, message_id = message, finished_at_ms = at_ms \
         FROM each WHERE notifications.id = sent_id AND {} RETURNING notifications.id",
        held_against("state = 'sending' AND lease_token = token")
    );
    (sql, parameters)
}

/// Forgets the soft failures of the chats in the array `parameter`: who was sent something is there.
fn reachable_statement(backend: DbBackend, parameter: &str) -> String {
    format!(
        "UPDATE sns_settings SET soft_failures = 0, soft_failed_since_ms = NULL \
         WHERE soft_failures > 0 AND telegram_chat_id {}",
        is_among(backend, parameter)
    )
}

/// Marks what was not sent: a row that is over, or goes back. False when it was no longer the worker's.
async fn mark_unsent(
    transaction: &DatabaseTransaction,
    finalise: &Finalise,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let now = ms(now);
    let update = notification::Entity::update_many()
        .filter(Column::Id.eq(finalise.id))
        .filter(Column::LeaseToken.eq(finalise.lease_token))
        .filter(Expr::cust(held_against("state = 'sending'")))
        .col_expr(Column::LeaseToken, Expr::val(None::<i64>))
        .col_expr(Column::LeaseUntilMs, Expr::val(None::<i64>));
    let finished = |state: State, reason: &'static str| {
        update
            .clone()
            .col_expr(Column::State, Expr::val(state.as_str()))
            .col_expr(Column::Head, Expr::val(false))
            .col_expr(Column::Reason, Expr::val(reason))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .col_expr(Column::FinishedAtMs, Expr::val(now))
    };
    let put_back = |reason: Expr| {
        update
            .clone()
            .col_expr(Column::State, Expr::val(State::Pending.as_str()))
            .col_expr(Column::Reason, reason)
    };
    let update = match &finalise.outcome {
        Outcome::Sent { .. } => return Ok(false),
        Outcome::Dead { reason } => finished(State::Dead, reason),
        Outcome::Cancelled { reason } => finished(State::Cancelled, reason),
        Outcome::NothingToEdit => finished(State::Cancelled, "nothing_to_edit"),
        Outcome::Retry { due_at, reason } => put_back(Expr::val(*reason))
            .col_expr(Column::DueAtMs, Expr::val(ms(*due_at)))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1)),
        Outcome::Snooze { reason, plain, without_thread } => {
            // What was held back stays so: it was not tried, and still goes with the others.
            let held = Expr::col(Column::Reason).is_in(HoldReason::ALL.map(HoldReason::as_str));
            let kept = Expr::case(held, Expr::col(Column::Reason)).finally(Expr::val(*reason));
            let mut update = put_back(kept.into());
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

impl FinaliseAt {
    /// As [`attempts_statement`] writes it.
    fn attempt(&self) -> [Value; 5] {
        let Finalise { id, started_at, latency_ms, class, words, .. } = &self.finalise;
        [(*id).into(), ms(*started_at).into(), (*latency_ms).into(), (*class).into(), words.clone().into()]
    }

    /// As [`MARKED`] has it, where it was sent.
    fn sent(&self) -> Option<[Value; MARKED.len()]> {
        let Outcome::Sent { message_id } = self.finalise.outcome else { return None };
        let Finalise { id, lease_token, .. } = self.finalise;
        Some([id.into(), lease_token.into(), message_id.into(), ms(self.now).into()])
    }

    async fn apply_effect(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let chat_id = self.finalise.chat_id;
        match self.finalise.effect {
            Effect::None => Ok(()),
            Effect::Gone(reason) => settings::disable(transaction, chat_id, reason, self.now).await.map(drop),
            Effect::MaybeGone => self.count_soft_failure(transaction).await,
            Effect::Migrated { to } => settings::follow_migration(transaction, chat_id, to, self.now).await,
            Effect::Wait { until } => chat_waits::keep(transaction, chat_id, until).await,
        }
    }

    async fn count_soft_failure(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let (chat_id, now) = (self.finalise.chat_id, ms(self.now));
        let own = self.count_soft_failure_of_own_chat(transaction).await?;
        let place = place_fates::count_soft_failure(transaction, chat_id, self.now).await?;
        let is_true = |(failures, since): (i16, i64)| {
            failures >= SOFT_FAILURE_LIMIT && now - since >= SOFT_FAILURE_SPAN.num_milliseconds()
        };
        if own.is_some_and(is_true) || place.is_some_and(is_true) {
            settings::disable(transaction, chat_id, DisabledReason::Unreachable, self.now).await?;
        }
        Ok(())
    }

    /// How often in a row somebody's own chat was not found, and since when.
    async fn count_soft_failure_of_own_chat(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<Option<(i16, i64)>, StoreError> {
        let row = settings::by_chat(transaction, self.finalise.chat_id).await?;
        let Some(row) = row else { return Ok(None) };
        let since = row.soft_failed_since_ms.unwrap_or(ms(self.now));
        let failures = row.soft_failures.saturating_add(1);
        sns_settings::Entity::update_many()
            .col_expr(sns_settings::Column::SoftFailures, Expr::val(failures))
            .col_expr(sns_settings::Column::SoftFailedSinceMs, Expr::val(since))
            .filter(sns_settings::Column::Account.eq(row.account))
            .exec(transaction)
            .await?;
        Ok(Some((failures, since)))
    }
}
