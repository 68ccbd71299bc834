//! An answer kept for a repeated `Idempotency-Key`.

use sea_orm::entity::prelude::*;

/// An answer kept for a repeated `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// Who sent it: the JWT's `sub`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub subject: String,
    /// The header's value.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// SHA-256 of the body, hex.
    pub body_hash: String,
    /// The JSON answered.
    #[sea_orm(column_type = "Text")]
    pub answer: String,
    /// When it was first used.
    pub created_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
