//! In which language admins read who are not linked: that of their Telegram, when they last asked for something.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait as _};

use super::write_queue::Command;
use super::{Store, StoreError};
use crate::domain::language::Language;
use crate::entity::admin_language::{ActiveModel, Column, Entity};

impl Store {
    /// The language of the admin's Telegram; `None` until they have asked for something.
    pub async fn admin_language(&self, chat_id: i64) -> Result<Option<Language>, StoreError> {
        let row = Entity::find_by_id(chat_id).one(&self.reader).await?;
        Ok(row.and_then(|row| Language::from_code(&row.language)))
    }

    /// Notes that the admin's Telegram speaks `language`.
    pub async fn note_admin_language(&self, chat_id: i64, language: Language) -> Result<(), StoreError> {
        self.writer.write(NoteAdminLanguage { chat_id, language }).await
    }
}

struct NoteAdminLanguage {
    chat_id: i64,
    language: Language,
}

impl Command for NoteAdminLanguage {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let row = ActiveModel { chat_id: Set(self.chat_id), language: Set(self.language.code().to_owned()) };
        Entity::insert(row)
            .on_conflict(OnConflict::column(Column::ChatId).update_column(Column::Language).to_owned())
            .exec_without_returning(transaction)
            .await?;
        Ok(())
    }
}
