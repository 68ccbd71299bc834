//! That an admin has paused sending: one row while it is so.

use sea_orm::entity::prelude::*;

/// That an admin has paused sending: one row while it is so.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sending_pause")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Who did.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// Since when.
    pub since_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
