//! The token of an account that wants a place, by its hash.

use sea_orm::entity::prelude::*;

/// The token of an account that wants a place, by its hash.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "place_tokens")]
pub struct Model {
    /// SHA-256, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// Whose.
    #[sea_orm(unique, column_type = "Text")]
    pub account: String,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it stops working.
    pub expires_at_ms: i64,
    /// Who brought it into a group first: nobody else may use it.
    pub asked_by: Option<i64>,
    /// The group into which they brought it last.
    pub asked_chat_id: Option<i64>,
    /// And the topic.
    pub asked_thread_id: Option<i32>,
    /// What those are called.
    #[sea_orm(column_type = "Text")]
    pub asked_title: Option<String>,
    /// When the tap spent it.
    pub spent_at_ms: Option<i64>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
