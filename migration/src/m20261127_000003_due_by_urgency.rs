//! What is due is found by its urgency and no other way: an index by time alone was one more to write for each message,
//! and PostgreSQL, which takes a new table for small, read all of it for each claim.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX notifications_due_time").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "CREATE INDEX notifications_due_time ON notifications (due_at_ms) WHERE head AND state = 'pending'";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
