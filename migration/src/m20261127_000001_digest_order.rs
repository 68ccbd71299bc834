//! The order in which due digests are walked through: by their time, then by account, so that the next batch can be
//! found while the one before it is still being written.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_index(manager, "next_digest_at_ms, account").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_index(manager, "next_digest_at_ms").await
    }
}

async fn replace_index(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared("DROP INDEX sns_settings_next_digest").await?;
    let index = format!(
        "CREATE INDEX sns_settings_next_digest ON sns_settings ({columns}) WHERE next_digest_at_ms IS NOT NULL"
    );
    db.execute_unprepared(&index).await?;
    Ok(())
}
