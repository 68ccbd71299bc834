//! How long a person's published posts are gathered, to be told by one message.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // Minutes; 0: each is told on its own, as before.
        db.execute_unprepared(
            "ALTER TABLE sns_settings ADD COLUMN batch_published_minutes SMALLINT NOT NULL DEFAULT 0",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE sns_settings DROP COLUMN batch_published_minutes").await?;
        Ok(())
    }
}
