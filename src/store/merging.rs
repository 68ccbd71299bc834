//! Failures with one cause become one message: from the third within a while, a row of kind `post.failures` carries
//! them all, and those that came on their own before give their buttons up to it. What fails for the same cause soon
//! after is added to that message by an edit.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseTransaction, EntityTrait as _, FromQueryResult,
    QueryFilter as _, Statement,
};

use super::parameters::{array, is_among};
use super::sequence::Id;
use super::write_queue::Command;
use super::{Folded, Store, StoreError, carriers, lanes, ms, notifications, time};
use crate::domain::merging::FEWEST;
use crate::domain::notification::{Claimed, Kind, NewNotification};
use crate::entity::notification::{Column, Entity};

/// How many failures are merged at once? The next one that is claimed brings the rest.
const MERGE_BOUND: usize = 1000;

impl Store {
    /// Merges `row`, a claimed failure, with what failed for the same cause since `since`: into one message that is
    /// there, or into a new one; not at all while there are few.
    pub async fn merge(
        &self,
        row: Claimed,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Folded, StoreError> {
        // Most failures are alone: those cost a look and no transaction.
        if !has_company(self, &row, since).await? {
            return Ok(Folded::Alone);
        }
        self.writer.write(Merge { row, since, now }).await
    }
}

async fn has_company(store: &Store, row: &Claimed, since: DateTime<Utc>) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT id FROM notifications \
         WHERE account = $1 AND cause = $2 AND created_at_ms >= $3 AND chat_id = $4 \
           AND COALESCE(place_id, 0) = $5 AND state IN ('pending', 'sending', 'sent') LIMIT {FEWEST}"
    );
    let values = [
        row.account.as_str().into(),
        row.cause.clone().into(),
        ms(since).into(),
        row.chat_id.into(),
        row.place_id.unwrap_or_default().into(),
    ];
    let query = Statement::from_sql_and_values(store.reader.get_database_backend(), sql, values);
    Ok(Id::find_by_statement(query).all(&store.reader).await?.len() >= FEWEST)
}

struct Merge {
    row: Claimed,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// A failure with the same cause as the claimed one.
#[derive(Debug, FromQueryResult)]
struct Failure {
    id: i64,
    state: String,
    reason: Option<String>,
    silent: bool,
    due_at_ms: i64,
    message_id: Option<i32>,
    carrier_id: Option<i64>,
    post_id: Option<i64>,
}

impl Failure {
    /// Whether it is due, and waits for nothing but its turn.
    fn waits_its_turn(&self, now: DateTime<Utc>) -> bool {
        self.state == "pending"
            && self.carrier_id.is_none()
            && self.reason.is_none()
            && self.due_at_ms <= ms(now)
    }

    fn was_told_alone(&self) -> bool {
        self.state == "sent" && self.carrier_id.is_none() && self.message_id.is_some()
    }
}

impl Command for Merge {
    type Output = Folded;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Folded, StoreError> {
        lanes::lock(transaction, &[self.row.chat_id]).await?;
        if carriers::still_ours(transaction, &self.row).await?.is_none() {
            return Ok(Folded::Lost);
        }
        let failures = self.failures(transaction).await?;
        let message = self.message(transaction, &failures).await?;
        let failures = self.one_for_each_post(failures);
        let waiting: Vec<&Failure> = failures.iter().filter(|it| it.waits_its_turn(self.now)).collect();
        let mut told: Vec<i64> = waiting.iter().map(|failure| failure.id).collect();
        told.push(self.row.id);
        let alone: Vec<&Failure> = failures.iter().filter(|it| it.was_told_alone()).collect();
        if message.is_none() && told.len() + alone.len() < FEWEST {
            return Ok(Folded::Alone);
        }
        let kind = if message.is_some() { Kind::NoticeEdit } else { Kind::MergedFailures };
        let mut row = carriers::stand_in(transaction, &self.row, kind, self.now).await?;
        row.silent = self.row.silent && waiting.iter().all(|failure| failure.silent);
        row.edits = message;
        Entity::update_many()
            .col_expr(Column::Silent, Expr::val(row.silent))
            .col_expr(Column::EditsId, Expr::val(row.edits))
            .filter(Column::Id.eq(row.id))
            .exec(transaction)
            .await?;
        carriers::join(transaction, message.unwrap_or(row.id), &told).await?;
        if message.is_none() {
            self.take_over(transaction, row.id, &alone).await?;
        }
        Ok(Folded::Into { carrier: Box::new(row), all: true })
    }
}

impl Merge {
    async fn failures(&self, transaction: &DatabaseTransaction) -> Result<Vec<Failure>, StoreError> {
        let sql = format!(
            "SELECT id, state, reason, silent, due_at_ms, message_id, carrier_id, post_id FROM notifications \
             WHERE account = $1 AND cause = $2 AND created_at_ms >= $3 AND chat_id = $4 \
               AND COALESCE(place_id, 0) = $5 AND id <> $6 AND state IN ('pending', 'sent') ORDER BY id LIMIT {MERGE_BOUND}"
        );
        let Claimed { id, account, cause, chat_id, place_id, .. } = &self.row;
        let values = [
            account.as_str().into(),
            cause.clone().into(),
            ms(self.since).into(),
            (*chat_id).into(),
            place_id.unwrap_or_default().into(),
            (*id).into(),
        ];
        let query = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
        Ok(Failure::find_by_statement(query).all(transaction).await?)
    }

    /// The last failure of each post but the claimed row's: what fails again and again is still one post.
    fn one_for_each_post(&self, mut failures: Vec<Failure>) -> Vec<Failure> {
        let mut posts: HashSet<i64> = self.row.post_id.into_iter().collect();
        failures.reverse();
        failures.retain(|failure| failure.post_id.is_none_or(|post| posts.insert(post)));
        failures.reverse();
        failures
    }

    /// The row whose message lists failures with this cause already and is young enough to list more.
    async fn message(
        &self,
        transaction: &DatabaseTransaction,
        failures: &[Failure],
    ) -> Result<Option<i64>, StoreError> {
        let carriers: Vec<i64> = failures.iter().filter_map(|failure| failure.carrier_id).collect();
        if carriers.is_empty() {
            return Ok(None);
        }
        let backend = transaction.get_database_backend();
        let sql = format!(
            "SELECT id FROM notifications WHERE id {} AND kind = $2 AND state = 'sent' \
               AND message_id IS NOT NULL AND created_at_ms >= $3 ORDER BY id DESC LIMIT 1",
            is_among(backend, "$1")
        );
        let values = [array(&carriers)?, Kind::MergedFailures.as_str().into(), ms(self.since).into()];
        let query = Statement::from_sql_and_values(backend, sql, values);
        Ok(Id::find_by_statement(query).one(transaction).await?.map(|row| row.id))
    }

    /// Lists in the message of `carrier_id` what was told alone before, and has those messages say so.
    async fn take_over(
        &self,
        transaction: &DatabaseTransaction,
        carrier_id: i64,
        alone: &[&Failure],
    ) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::CarrierId, Expr::val(carrier_id))
            .filter(Column::Id.is_in(alone.iter().map(|failure| failure.id)))
            .filter(Expr::cust("state = 'sent'"))
            .exec(transaction)
            .await?;
        let Claimed { account, chat_id, place_id, .. } = &self.row;
        let chat = (*chat_id, *place_id);
        let edit = |it: &&Failure| NewNotification::edit(account, chat, it.id, time(it.due_at_ms), self.now);
        let edits: Vec<NewNotification> = alone.iter().map(edit).collect();
        notifications::insert(transaction, &edits, self.now).await?;
        Ok(())
    }
}
