//! Broadcasts: what an admin has everybody told, and which rows of the outbox belong to one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, pk_auto, string, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("broadcasts")
                    .col(pk_auto("id").big_integer())
                    .col(big_integer("admin_id"))
                    .col(string("language"))
                    .col(text("text"))
                    .col(string("state"))
                    .col(integer("audience").default(0))
                    .col(text_null("cursor"))
                    .col(boolean("all_written").default(false))
                    .col(integer_null("message_id"))
                    .col(big_integer("created_at_ms"))
                    .col(big_integer_null("finished_at_ms"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            // What is to be worked on: hardly ever more than one.
            "CREATE INDEX broadcasts_under_way ON broadcasts (id) WHERE state = 'sending' OR state = 'stopping'",
            "ALTER TABLE notifications ADD COLUMN broadcast_id BIGINT",
            // How far one is, by counting in the index alone.
            "CREATE INDEX notifications_broadcast ON notifications (broadcast_id, state, due_at_ms) \
             WHERE broadcast_id IS NOT NULL",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in
            ["DROP INDEX notifications_broadcast", "ALTER TABLE notifications DROP COLUMN broadcast_id"]
        {
            db.execute_unprepared(statement).await?;
        }
        manager.drop_table(Table::drop().table("broadcasts").to_owned()).await
    }
}
