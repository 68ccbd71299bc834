//! How a post is shown on Telegram, as far as its author chose.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A JSON object; none: as the network's settings say.
        manager.get_connection().execute_unprepared("ALTER TABLE posts ADD COLUMN options TEXT").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("ALTER TABLE posts DROP COLUMN options").await?;
        Ok(())
    }
}
