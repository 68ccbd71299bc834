//! The language of an admin's Telegram.

use sea_orm::entity::prelude::*;

/// The language of an admin's Telegram.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_languages")]
pub struct Model {
    /// Their private chat.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chat_id: i64,
    /// Its code.
    pub language: String,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
