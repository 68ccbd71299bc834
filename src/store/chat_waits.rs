//! Chats that Telegram told us to leave alone for a while: kept, so that the wait survives a restart.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::write_queue::Command;
use super::{Store, StoreError, ms, time};
use crate::entity::chat_wait::{ActiveModel, Column, Entity};

impl Store {
    /// The chats that still have to wait at `now`, and until when; forgets the others.
    pub async fn chat_waits(&self, now: DateTime<Utc>) -> Result<Vec<(i64, DateTime<Utc>)>, StoreError> {
        self.writer.write(LoadChatWaits { now }).await
    }

    /// Keeps that `chat_id` must wait `until`.
    pub async fn keep_chat_wait(&self, chat_id: i64, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer.write(KeepChatWait { chat_id, until }).await
    }
}

pub(super) async fn keep(
    transaction: &DatabaseTransaction,
    chat_id: i64,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = ActiveModel { chat_id: Set(chat_id), until_ms: Set(ms(until)) };
    let replace = OnConflict::column(Column::ChatId).update_column(Column::UntilMs).to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
    Ok(())
}

struct KeepChatWait {
    chat_id: i64,
    until: DateTime<Utc>,
}

impl Command for KeepChatWait {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        keep(transaction, self.chat_id, self.until).await
    }
}

struct LoadChatWaits {
    now: DateTime<Utc>,
}

impl Command for LoadChatWaits {
    type Output = Vec<(i64, DateTime<Utc>)>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        Entity::delete_many().filter(Column::UntilMs.lte(ms(self.now))).exec(transaction).await?;
        let waits = Entity::find().all(transaction).await?;
        Ok(waits.into_iter().map(|row| (row.chat_id, time(row.until_ms))).collect())
    }
}
