//! Places: groups and topics to which an account's notices go besides its private chat.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer_null, pk_auto, small_integer, string, string_null, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("places")
                    .col(pk_auto("id").big_integer())
                    .col(text("account"))
                    .col(big_integer("chat_id"))
                    .col(integer_null("thread_id"))
                    .col(text("title"))
                    .col(big_integer("linked_by"))
                    .col(big_integer("linked_at_ms"))
                    .col(string_null("disabled_reason"))
                    .col(big_integer_null("disabled_at_ms"))
                    .col(small_integer("soft_failures").default(0))
                    .col(big_integer_null("soft_failed_since_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("place_tokens")
                    .col(string("token_hash").primary_key())
                    // One row an account: a new token replaces the older one.
                    .col(text("account").unique_key())
                    .col(big_integer("created_at_ms"))
                    .col(big_integer("expires_at_ms"))
                    .col(big_integer_null("asked_by"))
                    .col(big_integer_null("asked_chat_id"))
                    .col(integer_null("asked_thread_id"))
                    .col(text_null("asked_title"))
                    .col(big_integer_null("spent_at_ms"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            // A chat's own thread has no number, and is one place all the same.
            "CREATE UNIQUE INDEX places_place ON places (chat_id, COALESCE(thread_id, 0), account)",
            "CREATE INDEX places_account ON places (account, id)",
            "CREATE INDEX place_tokens_expiry ON place_tokens (expires_at_ms)",
            "ALTER TABLE notifications ADD COLUMN place_id BIGINT",
            // So that events of accounts without places, nearly all, cost no look at them.
            "ALTER TABLE sns_settings ADD COLUMN has_places BOOLEAN NOT NULL DEFAULT FALSE",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE sns_settings DROP COLUMN has_places").await?;
        db.execute_unprepared("ALTER TABLE notifications DROP COLUMN place_id").await?;
        manager.drop_table(Table::drop().table("place_tokens").to_owned()).await?;
        manager.drop_table(Table::drop().table("places").to_owned()).await
    }
}
