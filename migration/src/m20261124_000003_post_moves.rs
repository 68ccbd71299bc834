//! The history of posts: every move from one state to the next.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_auto, string, string_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("post_moves")
                    .col(pk_auto("id").big_integer())
                    .col(big_integer("post_id"))
                    .col(big_integer("at_ms"))
                    .col(string_null("from_status"))
                    .col(string("to_status"))
                    .col(string("moved_by"))
                    .col(text_null("why"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for index in [
            "CREATE INDEX post_moves_post ON post_moves (post_id, id)",
            // What retention removes, without a look at what still waits.
            "CREATE INDEX posts_finished ON posts (finished_at_ms) WHERE finished_at_ms IS NOT NULL",
        ] {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX posts_finished").await?;
        manager.drop_table(Table::drop().table("post_moves").to_owned()).await
    }
}
