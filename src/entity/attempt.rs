//! One try to send a notification.

use sea_orm::entity::prelude::*;

/// One try to send a notification.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Which notification.
    pub notification_id: i64,
    /// When the request began.
    pub started_at_ms: i64,
    /// How long Telegram took, ms.
    pub latency_ms: i32,
    /// Outcome class.
    pub outcome: String,
    /// Telegram's own words, where it said any.
    #[sea_orm(column_type = "Text", nullable)]
    pub words: Option<String>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
