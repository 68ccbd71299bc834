//! What an admin has everybody told.

use sea_orm::entity::prelude::*;

/// What an admin has everybody told.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "broadcasts")]
pub struct Model {
    /// Its number.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose it is: the admin's user id, and the chat that follows it.
    pub admin_id: i64,
    /// The language of that chat.
    pub language: String,
    /// What is told.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// asked, draft, sending, stopping, done, stopped or cancelled.
    pub state: String,
    /// How many people were to be told when it began.
    pub audience: i32,
    /// The last account that a row was written for.
    #[sea_orm(column_type = "Text", nullable)]
    pub cursor: Option<String>,
    /// Whether there is a row for everybody.
    pub all_written: bool,
    /// Telegram's id of the message that shows how far it is.
    pub message_id: Option<i32>,
    /// When it was asked for.
    pub created_at_ms: i64,
    /// When it reached its last state.
    pub finished_at_ms: Option<i64>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
