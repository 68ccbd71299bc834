//! A post that is being written in the chat.

use sea_orm::entity::prelude::*;

/// A post that is being written in the chat.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    /// Whose it is: one draft each.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub account: String,
    /// Tells it from the account's earlier drafts.
    pub tag: String,
    /// text, networks, time or review: what is asked for now.
    pub step: String,
    /// What it says.
    #[sea_orm(column_type = "Text", nullable)]
    pub text: Option<String>,
    /// A picture or film that was sent to the bot, by Telegram's id for it.
    #[sea_orm(column_type = "Text", nullable)]
    pub media_file: Option<String>,
    /// photo or video: which.
    pub media_kind: Option<String>,
    /// Where it goes: a JSON array of names.
    #[sea_orm(column_type = "Text")]
    pub networks: String,
    /// Whether it goes out as soon as its writer says yes.
    pub at_once: bool,
    /// When it goes out, where a moment was chosen.
    pub publish_at_ms: Option<i64>,
    /// From then on it is not there any more.
    pub expires_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
