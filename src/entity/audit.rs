//! What an admin did.

use sea_orm::entity::prelude::*;

/// What an admin did.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// In the order in which it was done.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// When.
    pub at_ms: i64,
    /// admin:ID or api:ACCOUNT.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// What.
    pub action: String,
    /// To which job, notification, account or broadcast.
    #[sea_orm(column_type = "Text", nullable)]
    pub subject: Option<String>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
