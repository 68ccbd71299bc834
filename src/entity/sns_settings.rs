//! An account: its link, language, time and preferences.

use sea_orm::entity::prelude::*;
use serde::Deserialize;

/// An account: its link, language, time and preferences.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Deserialize)]
#[sea_orm(table_name = "sns_settings")]
pub struct Model {
    /// The JWT's `sub`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub account: String,
    /// What the person calls it.
    #[sea_orm(column_type = "Text")]
    pub account_name: String,
    /// Masked address.
    pub account_email_masked: Option<String>,
    /// The linked chat.
    #[sea_orm(unique)]
    pub telegram_chat_id: Option<i64>,
    /// False while the chat cannot be reached.
    #[serde(deserialize_with = "super::flag")]
    pub telegram_enabled: bool,
    /// Why not.
    pub disabled_reason: Option<String>,
    /// Since when.
    pub disabled_at_ms: Option<i64>,
    /// The chosen language.
    pub language: Option<String>,
    /// The Telegram app's language.
    pub telegram_language: Option<String>,
    /// IANA name.
    pub zone: Option<String>,
    /// Whether the digest comes.
    #[serde(deserialize_with = "super::flag")]
    pub digest_enabled: bool,
    /// Minutes after local midnight.
    pub digest_minute: i16,
    /// Also when nothing happened.
    #[serde(deserialize_with = "super::flag")]
    pub digest_when_empty: bool,
    /// When the next digest is due.
    pub next_digest_at_ms: Option<i64>,
    /// When the latest digest was written.
    pub last_digest_at_ms: Option<i64>,
    /// The IANA name of the zone that it was written for.
    pub last_digest_zone: Option<String>,
    /// What the bot asked in the chat and awaits in words.
    pub pending_question: Option<String>,
    /// Until when it does.
    pub pending_question_until_ms: Option<i64>,
    /// on, silent or off.
    pub notify_published: String,
    /// on, silent or off.
    pub notify_failed: String,
    /// on, silent or off.
    pub notify_unconfirmed: String,
    /// on, silent or off.
    pub notify_automation: String,
    /// on, silent or off.
    pub notify_announcement: String,
    /// First quiet minute.
    pub quiet_from_minute: Option<i16>,
    /// First minute after.
    pub quiet_until_minute: Option<i16>,
    /// Muted until.
    pub muted_until_ms: Option<i64>,
    /// How long published posts are gathered, 0 for not at all.
    pub batch_published_minutes: i16,
    /// How late a post may be and still go out by itself, in minutes; none: as the service's settings say.
    pub late_posts_minutes: Option<i16>,
    /// Whether there are places of the account.
    #[serde(deserialize_with = "super::flag")]
    pub has_places: bool,
    /// "chat not found" in a row.
    pub soft_failures: i16,
    /// When the first of them was.
    pub soft_failed_since_ms: Option<i64>,
    /// When the link was made.
    pub linked_at_ms: Option<i64>,
    /// When it ended.
    pub unlinked_at_ms: Option<i64>,
    /// When first seen.
    pub created_at_ms: i64,
    /// When last changed.
    pub updated_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
