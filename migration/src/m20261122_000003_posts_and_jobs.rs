//! Scheduled posts, and the history of the timetable's jobs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, integer_null, pk_auto, string, string_null, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("posts")
                    .col(pk_auto("id").big_integer())
                    .col(text("account"))
                    .col(string("network"))
                    .col(text("text"))
                    .col(text_null("media_url"))
                    .col(big_integer("publish_at_ms"))
                    .col(string("status").default("scheduled"))
                    .col(string("managed_by").default("scheduler"))
                    .col(big_integer("due_at_ms"))
                    .col(integer("attempts").default(0))
                    .col(big_integer_null("lease_token"))
                    .col(big_integer_null("lease_until_ms"))
                    .col(big_integer_null("request_started_at_ms"))
                    .col(big_integer_null("accepted_at_ms"))
                    .col(text_null("url"))
                    .col(text_null("error"))
                    .col(text_null("fix"))
                    .col(big_integer_null("finished_at_ms"))
                    .col(big_integer_null("noticed_at_ms"))
                    .col(big_integer("created_at_ms"))
                    .col(big_integer("updated_at_ms"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("job_runs")
                    .col(pk_auto("id").big_integer())
                    .col(string("job"))
                    .col(string("requested_by"))
                    .col(big_integer("requested_at_ms"))
                    .col(big_integer_null("started_at_ms"))
                    .col(big_integer_null("finished_at_ms"))
                    .col(string_null("outcome"))
                    .col(integer_null("items"))
                    .col(text_null("error"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for index in [
            "CREATE INDEX posts_due ON posts (network, due_at_ms, id) \
             WHERE status = 'scheduled' AND managed_by = 'scheduler'",
            "CREATE INDEX posts_ahead ON posts (account, due_at_ms) WHERE status = 'scheduled'",
            "CREATE INDEX posts_lease ON posts (lease_until_ms) WHERE status = 'publishing'",
            // Only what has ended: the platform's planned posts would fill it.
            "CREATE INDEX posts_unnoticed ON posts (id) WHERE noticed_at_ms IS NULL AND managed_by = 'platform' \
             AND status IN ('published', 'failed', 'unconfirmed')",
            "CREATE INDEX posts_account ON posts (account, id)",
            "CREATE INDEX job_runs_job ON job_runs (job, id)",
            // One run of a job may wait; a second wish for it finds the first.
            "CREATE UNIQUE INDEX job_runs_queued ON job_runs (job) WHERE started_at_ms IS NULL",
            "CREATE INDEX job_runs_running ON job_runs (id) \
             WHERE started_at_ms IS NOT NULL AND finished_at_ms IS NULL",
            // Most runs find nothing to do and are forgotten after a day.
            "CREATE INDEX job_runs_idle ON job_runs (finished_at_ms) WHERE outcome = 'ok' AND items = 0",
        ] {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("job_runs").to_owned()).await?;
        manager.drop_table(Table::drop().table("posts").to_owned()).await
    }
}
