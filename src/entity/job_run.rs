//! One execution of a job, or the wish for one.

use sea_orm::entity::prelude::*;

/// One execution of a job, or the wish for one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_runs")]
pub struct Model {
    /// Its number, shown to admins.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Which job.
    pub job: String,
    /// timetable, catch-up, admin:ID or api:ACCOUNT.
    pub requested_by: String,
    /// When it was asked for; for the timetable's own runs, the slot.
    pub requested_at_ms: i64,
    /// When it began; NULL while it waits.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub finished_at_ms: Option<i64>,
    /// ok, failed, timed_out or panicked.
    pub outcome: Option<String>,
    /// How many things it dealt with.
    pub items: Option<i32>,
    /// Why it did not end well.
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
