//! The outbox: notifications, their attempts, chats that must wait, and answers kept for a repeated key.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, pk_auto, small_integer, string,
    string_null, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("notifications")
                    .col(pk_auto("id").big_integer())
                    .col(text("account"))
                    .col(big_integer_null("chat_id"))
                    .col(integer_null("thread_id"))
                    .col(string("kind"))
                    .col(small_integer("urgency"))
                    .col(text("data"))
                    .col(boolean("silent").default(false))
                    .col(boolean("plain").default(false))
                    .col(big_integer("event_at_ms"))
                    .col(big_integer("created_at_ms"))
                    .col(big_integer("due_at_ms"))
                    .col(string("state"))
                    .col(string_null("reason"))
                    .col(integer("attempts").default(0))
                    .col(big_integer_null("lease_token"))
                    .col(big_integer_null("lease_until_ms"))
                    .col(integer_null("message_id"))
                    .col(big_integer_null("finished_at_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("attempts")
                    .col(pk_auto("id").big_integer())
                    .col(big_integer("notification_id"))
                    .col(big_integer("started_at_ms"))
                    .col(integer("latency_ms"))
                    .col(string("outcome"))
                    .col(text_null("words"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("chat_waits")
                    .col(big_integer("chat_id").primary_key())
                    .col(big_integer("until_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .col(text("subject"))
                    .col(text("key"))
                    .col(string("body_hash"))
                    .col(text("answer"))
                    .col(big_integer("created_at_ms"))
                    .primary_key(Index::create().col("subject").col("key"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for index in [
            // What is due, most urgent and newest first; small, because only waiting rows are in it.
            "CREATE INDEX notifications_due ON notifications (urgency, due_at_ms DESC) WHERE state = 'pending'",
            // When the next row is due: what an idle worker sleeps until.
            "CREATE INDEX notifications_due_time ON notifications (due_at_ms) WHERE state = 'pending'",
            // A chat's lane, first in first out.
            "CREATE INDEX notifications_lane ON notifications (chat_id, due_at_ms, id) \
             WHERE state IN ('pending', 'sending')",
            "CREATE INDEX notifications_lease ON notifications (lease_until_ms) WHERE state = 'sending'",
            "CREATE INDEX notifications_account ON notifications (account, id)",
            "CREATE INDEX notifications_finished ON notifications (finished_at_ms) \
             WHERE finished_at_ms IS NOT NULL",
            "CREATE INDEX attempts_notification ON attempts (notification_id)",
            "CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at_ms)",
        ] {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["idempotency_keys", "chat_waits", "attempts", "notifications"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
