//! Dead letters are found without a look at everything that was sent.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for index in [
            // Listed by id, newest first. What was never sent, beside what waits: few rows among millions. Written
            // as it has to be asked for: SQLite uses a partial index only for a term of its condition.
            "CREATE INDEX notifications_unsent ON notifications (state, id) \
             WHERE state = 'dead' OR state = 'cancelled'",
            // The last that died, and how many in a day.
            "CREATE INDEX notifications_died ON notifications (finished_at_ms) WHERE state = 'dead'",
        ] {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for index in ["notifications_died", "notifications_unsent"] {
            db.execute_unprepared(&format!("DROP INDEX {index}")).await?;
        }
        Ok(())
    }
}
