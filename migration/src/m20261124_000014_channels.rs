//! Channels that accounts connected, to be posted to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_auto, string_null, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("channels")
                    .col(pk_auto("id").big_integer())
                    .col(text("account"))
                    .col(big_integer("chat_id"))
                    .col(text("title"))
                    .col(string_null("username"))
                    .col(big_integer("connected_by"))
                    .col(big_integer("connected_at_ms"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "CREATE UNIQUE INDEX channels_channel ON channels (account, chat_id)",
            "CREATE INDEX channels_chat ON channels (chat_id)",
            // Whose channels have something to publish soon, without a look at all other posts.
            "CREATE INDEX posts_to_channels ON posts (due_at_ms, network) \
             WHERE status = 'scheduled' AND network LIKE 'telegram:%'",
            // What people call the network of a post where its name says nothing to them.
            "ALTER TABLE posts ADD COLUMN network_title TEXT",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX posts_to_channels").await?;
        db.execute_unprepared("ALTER TABLE posts DROP COLUMN network_title").await?;
        manager.drop_table(Table::drop().table("channels").to_owned()).await
    }
}
