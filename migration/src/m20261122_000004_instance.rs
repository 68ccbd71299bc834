//! What instances agree on: who leads, and which bot this database belongs to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, small_integer, string, string_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("leader")
                    .col(small_integer("id").primary_key())
                    .col(string("holder"))
                    .col(big_integer("epoch"))
                    .col(big_integer("expires_at_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("bot_identity")
                    .col(small_integer("id").primary_key())
                    .col(big_integer("bot_id"))
                    .col(string_null("username"))
                    .col(big_integer("stored_at_ms"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("bot_identity").to_owned()).await?;
        manager.drop_table(Table::drop().table("leader").to_owned()).await
    }
}
