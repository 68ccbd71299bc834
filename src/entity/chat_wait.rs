//! A chat that Telegram told to wait.

use sea_orm::entity::prelude::*;

/// A chat that Telegram told to wait.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_waits")]
pub struct Model {
    /// Which chat.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chat_id: i64,
    /// First moment to send again.
    pub until_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
