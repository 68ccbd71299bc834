//! The token of an account that wants a link, by its hash.

use sea_orm::entity::prelude::*;

/// The token of an account that wants a link, by its hash.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link_tokens")]
pub struct Model {
    /// SHA-256, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Whose.
    #[sea_orm(unique, column_type = "Text")]
    pub account: String,
    /// Shown when asking for the tap.
    #[sea_orm(column_type = "Text")]
    pub account_name: String,
    /// Shown when asking for the tap.
    pub account_email_masked: Option<String>,
    /// IANA name from the page.
    pub zone: Option<String>,
    /// Code from the page.
    pub language: Option<String>,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it stops working.
    pub expires_at_ms: i64,
    /// When the tap spent it.
    pub spent_at_ms: Option<i64>,
    /// Which chat spent it.
    pub spent_by_chat_id: Option<i64>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
