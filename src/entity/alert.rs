//! Trouble that admins were told of and that is not over yet.

use sea_orm::entity::prelude::*;

/// Trouble that admins were told of and that is not over yet.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alerts")]
pub struct Model {
    /// What makes it the same trouble as a moment ago.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cause: String,
    /// What it was when they were told, JSON.
    #[sea_orm(column_type = "Text")]
    pub trouble: String,
    /// Since when.
    pub since_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
