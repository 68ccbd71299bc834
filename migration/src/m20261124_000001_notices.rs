//! Notices that are looked after: which post a notice is about, ours or the platform's, what a failure was caused by,
//! which notice's message another row edits, and when the platform told that its trouble is over.

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
            "ALTER TABLE notifications ADD COLUMN platform_post TEXT",
            "ALTER TABLE notifications ADD COLUMN looked_after_at_ms BIGINT",
            // Partial, all four: most notifications are about none of it.
            "CREATE INDEX notifications_post ON notifications (post_id) WHERE post_id IS NOT NULL",
            "CREATE INDEX notifications_cause ON notifications (account, cause, created_at_ms) \
             WHERE cause IS NOT NULL",
            "CREATE INDEX notifications_edits ON notifications (edits_id) WHERE edits_id IS NOT NULL",
            "CREATE INDEX notifications_platform_post ON notifications (account, platform_post) \
             WHERE platform_post IS NOT NULL",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX notifications_platform_post",
            "DROP INDEX notifications_edits",
            "DROP INDEX notifications_cause",
            "DROP INDEX notifications_post",
            "ALTER TABLE notifications DROP COLUMN looked_after_at_ms",
            "ALTER TABLE notifications DROP COLUMN platform_post",
            "ALTER TABLE notifications DROP COLUMN edits_id",
            "ALTER TABLE notifications DROP COLUMN cause",
            "ALTER TABLE notifications DROP COLUMN post_id",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
