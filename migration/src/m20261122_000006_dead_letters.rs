//! Dead letters are found without a look at everything that was sent.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for index in [
            // What was never sent, listed by id, newest first: few rows among millions. The condition is written as it
            // has to be for SQLite, which uses a partial index for a query that asks for one of its terms.
            "CREATE INDEX notifications_unsent ON notifications (state, id) \
             WHERE state = 'dead' OR state = 'cancelled'",
            // The last that died, and those of a day. With the state in it: SQLite prefers an index that it can
            // compare something with, and would take the one above and sort.
            "CREATE INDEX notifications_died ON notifications (state, finished_at_ms, id) WHERE state = 'dead'",
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
