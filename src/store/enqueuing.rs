//! One notification that nobody's event asked for: a test message.

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;

use super::idempotency::Answers;
use super::notifications::{insert, insert_one};
use super::write_queue::Command;
use super::{IdempotencyKey, Recorded, Store, StoreError};
use crate::domain::notification::NewNotification;

impl Store {
    /// Writes one row; returns its id.
    pub async fn enqueue(&self, row: NewNotification, now: DateTime<Utc>) -> Result<i64, StoreError> {
        self.writer.write(Enqueue { row, now }).await
    }

    /// The same for a request with an idempotency key: one that came before made its row already.
    pub async fn enqueue_once(
        &self,
        row: NewNotification,
        key: IdempotencyKey,
        now: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        self.writer.write(EnqueueOnce { row, key, now }).await
    }
}

struct Enqueue {
    row: NewNotification,
    now: DateTime<Utc>,
}

struct EnqueueOnce {
    row: NewNotification,
    key: IdempotencyKey,
    now: DateTime<Utc>,
}

impl Command for EnqueueOnce {
    type Output = Recorded;

    const BRINGS_DUE: bool = true;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Recorded, StoreError> {
        if let Some(earlier) = Answers::load(transaction, &[&self.key]).await?.to(&self.key) {
            return Ok(earlier);
        }
        let ids = insert(transaction, std::slice::from_ref(&self.row), self.now).await?;
        Answers::keep(transaction, &[(&self.key, ids.clone(), self.now)]).await?;
        Ok(Recorded::Accepted(ids))
    }
}

impl Command for Enqueue {
    type Output = i64;

    const BRINGS_DUE: bool = true;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<i64, StoreError> {
        insert_one(transaction, &self.row, self.now).await
    }
}
