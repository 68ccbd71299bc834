//! Which bot this database belongs to.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};

use super::write_queue::Command;
use super::{Store, StoreError, ms};
use crate::entity::bot_identity::{ActiveModel, Column, Entity};

/// The one row's id.
const ROW: i16 = 1;

/// A bot, as Telegram's getMe names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotIdentity {
    /// Its user id.
    pub id: i64,
    /// Without the `@`; `None` only before Telegram told it.
    pub username: Option<String>,
}

impl Store {
    /// The bot that the links in this database were made with.
    pub async fn bot_identity(&self) -> Result<Option<BotIdentity>, StoreError> {
        let row = Entity::find_by_id(ROW).one(&self.reader).await?;
        Ok(row.map(|row| BotIdentity { id: row.bot_id, username: row.username }))
    }

    /// From now on the database belongs to `bot`.
    pub async fn keep_bot_identity(&self, bot: BotIdentity, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer.write(KeepBotIdentity { bot, now }).await
    }
}

struct KeepBotIdentity {
    bot: BotIdentity,
    now: DateTime<Utc>,
}

impl Command for KeepBotIdentity {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let row = ActiveModel {
            id: Set(ROW),
            bot_id: Set(self.bot.id),
            username: Set(self.bot.username.clone()),
            stored_at_ms: Set(ms(self.now)),
        };
        let replace = OnConflict::column(Column::Id)
            .update_columns([Column::BotId, Column::Username, Column::StoredAtMs])
            .to_owned();
        Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
        Ok(())
    }
}
