//! Posts that are late are asked about; and each failure keeps its class.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            // The notification that asks whether the post should still go out. Its due time is beyond all others then:
            // what finds due posts need not know of it.
            "ALTER TABLE posts ADD COLUMN asked_in BIGINT",
            "CREATE INDEX posts_asked ON posts (asked_in) WHERE asked_in IS NOT NULL",
            "ALTER TABLE posts ADD COLUMN error_code VARCHAR",
            // Minutes; none: as the settings of the service say.
            "ALTER TABLE sns_settings ADD COLUMN late_posts_minutes SMALLINT",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE sns_settings DROP COLUMN late_posts_minutes",
            "ALTER TABLE posts DROP COLUMN error_code",
            "DROP INDEX posts_asked",
            "ALTER TABLE posts DROP COLUMN asked_in",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
