//! The bot this database belongs to: one row.

use sea_orm::entity::prelude::*;

/// The bot this database belongs to: one row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bot_identity")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// The bot's user id.
    pub bot_id: i64,
    /// Without the @.
    pub username: Option<String>,
    /// When it was accepted.
    pub stored_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
