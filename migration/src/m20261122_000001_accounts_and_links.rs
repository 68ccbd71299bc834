//! Accounts' settings with their link, and the tokens that make a link.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, small_integer, small_integer_null, string, string_null, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The name is kept from the Flask system; `account` tells ours from a foreign one (it had `user_id`).
        manager
            .create_table(
                Table::create()
                    .table("sns_settings")
                    .col(text("account").primary_key())
                    .col(text("account_name"))
                    .col(string_null("account_email_masked"))
                    .col(big_integer_null("telegram_chat_id").unique_key())
                    .col(boolean("telegram_enabled").default(true))
                    .col(string_null("disabled_reason"))
                    .col(big_integer_null("disabled_at_ms"))
                    .col(string_null("language"))
                    .col(string_null("telegram_language"))
                    .col(string_null("zone"))
                    .col(boolean("digest_enabled").default(true))
                    .col(small_integer("digest_minute").default(540))
                    .col(boolean("digest_when_empty").default(false))
                    .col(big_integer_null("next_digest_at_ms"))
                    .col(big_integer_null("last_digest_at_ms"))
                    .col(string_null("last_digest_zone"))
                    .col(string_null("pending_question"))
                    .col(big_integer_null("pending_question_until_ms"))
                    .col(string("notify_published").default("silent"))
                    .col(string("notify_failed").default("on"))
                    .col(string("notify_unconfirmed").default("on"))
                    .col(string("notify_automation").default("on"))
                    .col(string("notify_announcement").default("on"))
                    .col(small_integer_null("quiet_from_minute"))
                    .col(small_integer_null("quiet_until_minute"))
                    .col(big_integer_null("muted_until_ms"))
                    .col(small_integer("soft_failures").default(0))
                    .col(big_integer_null("soft_failed_since_ms"))
                    .col(big_integer_null("linked_at_ms"))
                    .col(big_integer_null("unlinked_at_ms"))
                    .col(big_integer("created_at_ms"))
                    .col(big_integer("updated_at_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("link_tokens")
                    .col(string("token_hash").primary_key())
                    // One row an account: a new token replaces the older one.
                    .col(text("account").unique_key())
                    .col(text("account_name"))
                    .col(string_null("account_email_masked"))
                    .col(string_null("zone"))
                    .col(string_null("language"))
                    .col(big_integer("created_at_ms"))
                    .col(big_integer("expires_at_ms"))
                    .col(big_integer_null("spent_at_ms"))
                    .col(big_integer_null("spent_by_chat_id"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE INDEX sns_settings_next_digest ON sns_settings (next_digest_at_ms) \
             WHERE next_digest_at_ms IS NOT NULL",
        )
        .await?;
        db.execute_unprepared("CREATE INDEX link_tokens_expiry ON link_tokens (expires_at_ms)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("link_tokens").to_owned()).await?;
        manager.drop_table(Table::drop().table("sns_settings").to_owned()).await
    }
}
