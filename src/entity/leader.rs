//! Which instance leads: one row, PostgreSQL only.

use sea_orm::entity::prelude::*;

/// Which instance leads: one row, PostgreSQL only.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leader")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// The instance.
    pub holder: String,
    /// Counts changes of leadership.
    pub epoch: i64,
    /// When others may take over, by the database's clock.
    pub expires_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
