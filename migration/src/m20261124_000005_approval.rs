//! Posts that go out only with their author's yes.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE posts ADD COLUMN approval VARCHAR NOT NULL DEFAULT 'none'",
            "ALTER TABLE posts ADD COLUMN remind_at_ms BIGINT",
            // What waits for a yes is not due, however many there are.
            "DROP INDEX posts_due",
            "CREATE INDEX posts_due ON posts (network, due_at_ms, id) \
             WHERE status = 'scheduled' AND managed_by = 'scheduler' AND approval <> 'awaiting'",
            "CREATE INDEX posts_unapproved ON posts (due_at_ms, id) \
             WHERE status = 'scheduled' AND approval = 'awaiting'",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "DROP INDEX posts_unapproved",
            "DROP INDEX posts_due",
            "CREATE INDEX posts_due ON posts (network, due_at_ms, id) \
             WHERE status = 'scheduled' AND managed_by = 'scheduler'",
            "ALTER TABLE posts DROP COLUMN remind_at_ms",
            "ALTER TABLE posts DROP COLUMN approval",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
