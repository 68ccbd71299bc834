//! Posts that are being written in the chat.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, text, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("drafts")
                    .col(text("account").primary_key())
                    .col(string("tag"))
                    .col(string("step"))
                    .col(text_null("text"))
                    .col(text("networks"))
                    .col(boolean("at_once"))
                    .col(big_integer_null("publish_at_ms"))
                    .col(big_integer("expires_at_ms"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        db.execute_unprepared("CREATE INDEX drafts_expired ON drafts (expires_at_ms)").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("drafts").to_owned()).await
    }
}
