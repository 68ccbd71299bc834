//! A group, or a topic of one, to which an account's notices go besides its private chat.

use sea_orm::entity::prelude::*;

/// A group, or a topic of one, to which an account's notices go besides its private chat.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "places")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose notices.
    #[sea_orm(column_type = "Text")]
    pub account: String,
    /// The group.
    pub chat_id: i64,
    /// Topic of a forum.
    pub thread_id: Option<i32>,
    /// What the group, and the topic, were called when it was connected.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// The administrator who connected it.
    pub linked_by: i64,
    /// When.
    pub linked_at_ms: i64,
    /// Why it can't be reached.
    pub disabled_reason: Option<String>,
    /// Since when.
    pub disabled_at_ms: Option<i64>,
    /// "chat not found" in a row.
    pub soft_failures: i16,
    /// When the first of them was.
    pub soft_failed_since_ms: Option<i64>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
