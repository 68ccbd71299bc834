//! One move of a post from one state to the next.

use sea_orm::entity::prelude::*;

/// One move of a post from one state to the next.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_moves")]
pub struct Model {
    /// Row id; a post's moves are in its order.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Which post. It is gone when the post is.
    pub post_id: i64,
    /// When.
    pub at_ms: i64,
    /// The state before; none when it was accepted, or when nobody here knows.
    pub from_status: Option<String>,
    /// The state after.
    pub to_status: String,
    /// author, chat, platform, admin, network or scheduler: who moved it.
    pub moved_by: String,
    /// Why, in words for a person.
    #[sea_orm(column_type = "Text", nullable)]
    pub why: Option<String>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
