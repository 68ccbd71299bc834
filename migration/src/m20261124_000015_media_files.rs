//! Pictures and films that people sent to the bot: Telegram keeps them, and gives them out by an id.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE posts ADD COLUMN media_file TEXT",
            "ALTER TABLE drafts ADD COLUMN media_file TEXT",
            "ALTER TABLE drafts ADD COLUMN media_kind VARCHAR",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in [
            "ALTER TABLE drafts DROP COLUMN media_kind",
            "ALTER TABLE drafts DROP COLUMN media_file",
            "ALTER TABLE posts DROP COLUMN media_file",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
