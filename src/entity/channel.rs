//! A channel that an account connected, to be posted to.

use sea_orm::entity::prelude::*;

/// A channel that an account connected, to be posted to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channels")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose posts.
    #[sea_orm(column_type = "Text")]
    pub account: String,
    /// The channel.
    pub chat_id: i64,
    /// What it was called when it was connected.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Its public name then, without the `@`.
    pub username: Option<String>,
    /// The administrator who connected it.
    pub connected_by: i64,
    /// When.
    pub connected_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
