//! The platform finishes posts itself, in our table; each is noticed and told about once.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::json;

use crate::on_both_databases;

/// A post as the platform writes it.
async fn post(database: &DatabaseConnection, account: &str, status: &str, managed_by: &str, text: &str) {
    let sql = format!(
        "INSERT INTO posts (account, network, text, publish_at_ms, status, managed_by, due_at_ms, created_at_ms, \
           updated_at_ms, error) \
         VALUES ('{account}', 'instagram', '{text}', 1795334400000, '{status}', '{managed_by}', 1795334400000, 0, 0, \
           'login expired')"
    );
    database.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn count(database: &DatabaseConnection, sql: &str) -> i64 {
    let query = Statement::from_string(database.get_database_backend(), sql);
    database
        .query_one_raw(query)
        .await
        .expect("it can be asked")
        .expect("a row")
        .try_get_by_index(0)
        .expect("a number")
}

/// A row as docs/platform-table.md lets a platform write it, and nothing beside it.
const DOCUMENTED: &str = "INSERT INTO posts (account, network, text, media_url, publish_at_ms, due_at_ms, managed_by, \
     created_at_ms, updated_at_ms, status) \
   VALUES ('alice', 'instagram', 'New scones', 'https://pictures.example.com/1.jpg', 1795334400000, 1795334400000, \
     'platform', 1795334300000, 1795334300000, 'publishing')";

/// Its end, written the same way.
const ENDED: &str = "UPDATE posts SET status = 'failed', url = NULL, error = 'The login expired', \
     fix = 'Log in again', finished_at_ms = 1795334500000, updated_at_ms = 1795334500000";

on_both_databases! {
    async fn what_is_documented_is_all_a_platform_needs_to_write(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.meddle(DOCUMENTED).await;
        assert_eq!(world.runs("post_notifications").await["items"], 0, "it has not ended");
        world.meddle(ENDED).await;
        assert_eq!(world.runs("post_notifications").await["items"], 1);
        let notice = mina.sees("Post failed · Instagram").await.expect("she is told");
        assert!(notice.text().contains("The login expired"), "{}", notice.text());
        world.meddle("UPDATE posts SET status = 'published', url = 'https://x.example/1'").await;
        assert_eq!(world.runs("post_notifications").await["items"], 0, "it was told, once");
        let documents = include_str!("../../docs/platform-table.md");
        let statements = [DOCUMENTED, ENDED].join(" ");
        let columns = ["account", "network", "text", "media_url", "publish_at_ms", "due_at_ms", "managed_by",
            "created_at_ms", "updated_at_ms", "status", "url", "error", "fix", "finished_at_ms"];
        for column in columns {
            assert!(statements.contains(column), "{column} is not tried");
            assert!(documents.contains(&format!("`{column}`")), "{column} is not documented");
        }
    }

    async fn a_post_that_the_platform_finished_is_told_about_once(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let database = world.look_inside().await;
        post(&database, "alice", "published", "platform", "New scones").await;
        post(&database, "alice", "failed", "platform", "Stale scones").await;
        post(&database, "alice", "unconfirmed", "platform", "Lost scones").await;
        let run = world.runs("post_notifications").await;
        assert_eq!((&run["outcome"], &run["items"]), (&json!("ok"), &json!(3)), "{run:#}");
        mina.sees("Published · Instagram").await.expect("the post that went out");
        let failed = mina.sees("Post failed · Instagram").await.expect("the post that did not");
        assert!(failed.text().contains("Stale scones") && failed.text().contains("login expired"), "{}", failed.text());
        mina.sees("Not sure it went out").await.expect("the post nobody knows about");
        assert_eq!(world.runs("post_notifications").await["items"], 0, "each is noticed once");
        assert_eq!(count(&database, "SELECT COUNT(*) FROM notifications WHERE kind LIKE 'post.%'").await, 3);
        assert_eq!(count(&database, "SELECT COUNT(*) FROM posts WHERE noticed_at_ms IS NULL").await, 0);
    }

    async fn what_is_not_finished_or_not_the_platforms_is_left_alone(world) {
        let database = world.look_inside().await;
        for status in ["scheduled", "publishing", "cancelled", "PUBLISHED", ""] {
            post(&database, "alice", status, "platform", "not finished").await;
        }
        post(&database, "alice", "failed", "scheduler", "ours").await;
        assert_eq!(world.runs("post_notifications").await["items"], 0);
        assert_eq!(count(&database, "SELECT COUNT(*) FROM posts WHERE noticed_at_ms IS NULL").await, 6);
        assert_eq!(count(&database, "SELECT COUNT(*) FROM notifications").await, 0);
    }

    async fn a_post_of_nobody_we_know_is_a_cancelled_row_and_holds_nothing_up(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let database = world.look_inside().await;
        for account in ["", "stranger", "<b>&", "🙂"] {
            post(&database, account, "failed", "platform", "?").await;
        }
        post(&database, "alice", "failed", "platform", "Stale scones").await;
        assert_eq!(world.runs("post_notifications").await["items"], 5);
        mina.sees("Stale scones").await.expect("hers is told");
        let cancelled = "SELECT COUNT(*) FROM notifications WHERE state = 'cancelled' AND reason = 'unknown_account'";
        assert_eq!(count(&database, cancelled).await, 4);
    }

    async fn more_posts_than_a_batch_are_noticed_in_one_run(world) {
        let database = world.look_inside().await;
        let row = "('stranger', 'x', 'many', 0, 'failed', 'platform', 0, 0, 0)";
        let rows = vec![row; 1201].join(", ");
        let sql = format!(
            "INSERT INTO posts (account, network, text, publish_at_ms, status, managed_by, due_at_ms, created_at_ms, \
               updated_at_ms) VALUES {rows}"
        );
        database.execute_unprepared(&sql).await.expect("written");
        assert_eq!(world.runs("post_notifications").await["items"], 1201);
        assert_eq!(count(&database, "SELECT COUNT(*) FROM notifications").await, 1201);
    }
}
