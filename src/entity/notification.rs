//! One event for one account.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

/// One event for one account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    /// Row id, shown to admins.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// For whom.
    #[sea_orm(column_type = "Text")]
    pub account: String,
    /// Where to.
    pub chat_id: Option<i64>,
    /// Topic of a forum.
    pub thread_id: Option<i32>,
    /// About what.
    pub kind: String,
    /// 0 goes first.
    pub urgency: i16,
    /// What it says, JSON.
    #[sea_orm(column_type = "Text")]
    pub data: String,
    /// Without a sound.
    #[serde(deserialize_with = "super::flag")]
    pub silent: bool,
    /// Without formatting.
    #[serde(deserialize_with = "super::flag")]
    pub plain: bool,
    /// When the event happened.
    pub event_at_ms: i64,
    /// When it was accepted.
    pub created_at_ms: i64,
    /// Not before.
    pub due_at_ms: i64,
    /// pending, sending, sent, dead or cancelled.
    pub state: String,
    /// Why dead, cancelled or put off.
    pub reason: Option<String>,
    /// Attempts spent.
    pub attempts: i32,
    /// Whose claim it is.
    pub lease_token: Option<i64>,
    /// When the claim ends.
    pub lease_until_ms: Option<i64>,
    /// Telegram's id of the message.
    pub message_id: Option<i32>,
    /// When it reached its last state.
    pub finished_at_ms: Option<i64>,
    /// First in its chat's lane: the only one of it that can be claimed.
    #[serde(deserialize_with = "super::flag")]
    pub head: bool,
    /// The broadcast that it tells.
    pub broadcast_id: Option<i64>,
    /// The row whose message tells this one, too; such a row is in no lane.
    pub carrier_id: Option<i64>,
    /// The place of its account that it goes to; none: the account's own chat.
    pub place_id: Option<i64>,
    /// The post that it is about, where it is one of ours.
    pub post_id: Option<i64>,
    /// What a failure was caused by: the same for what can be mended in the same way.
    #[sea_orm(column_type = "Text", nullable)]
    pub cause: Option<String>,
    /// The row whose message this one edits.
    pub edits_id: Option<i64>,
    /// The post that it tells trouble of, where it is one of the platform's: the platform's id of it.
    #[sea_orm(column_type = "Text", nullable)]
    pub platform_post: Option<String>,
    /// When the platform told that this post is out after all.
    pub looked_after_at_ms: Option<i64>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
