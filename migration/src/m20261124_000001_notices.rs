//! Notices that are looked after: which post of ours a notice is about, what a failure was caused by, and which
//! notice's message another row edits.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE notifications ADD COLUMN post_id BIGINT",
            "ALTER TABLE notifications ADD COLUMN cause TEXT",
            "ALTER TABLE notifications ADD COLUMN edits_id BIGINT",
            // Partial, all three: most notifications are about none of it.
            "CREATE INDEX notifications_post ON notifications (post_id) WHERE post_id IS NOT NULL",
            "CREATE INDEX notifications_cause ON notifications (account, cause, created_at_ms) \
             WHERE cause IS NOT NULL",
            "CREATE INDEX notifications_edits ON notifications (edits_id) WHERE edits_id IS NOT NULL",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX notifications_edits",
            "DROP INDEX notifications_cause",
            "DROP INDEX notifications_post",
            "ALTER TABLE notifications DROP COLUMN edits_id",
            "ALTER TABLE notifications DROP COLUMN cause",
            "ALTER TABLE notifications DROP COLUMN post_id",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
