//! A lane's index holds all that waits for a chat, also what another message will tell: whoever counts what waits, or
//! ends or moves what waits for a chat, would read every notification there ever was.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_index(manager, "state = 'pending'").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace_index(manager, "state = 'pending' AND carrier_id IS NULL").await
    }
}

async fn replace_index(manager: &SchemaManager<'_>, rows: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared("DROP INDEX notifications_lane").await?;
    let index =
        format!("CREATE INDEX notifications_lane ON notifications (chat_id, due_at_ms, id) WHERE {rows}");
    db.execute_unprepared(&index).await?;
    Ok(())
}
