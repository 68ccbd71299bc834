//! What is kept for a time only is removed when that is over; everything else stays.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};
use serde_json::json;

use crate::on_both_databases;

/// Rows of a table that satisfy a condition.
async fn count(database: &DatabaseConnection, table: &str, condition: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table} WHERE {condition}");
    let query = Statement::from_string(database.get_database_backend(), sql);
    database
        .query_one_raw(query)
        .await
        .expect("it can be asked")
        .expect("a row")
        .try_get_by_index(0)
        .expect("a number")
}

async fn execute(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn notification(
    database: &DatabaseConnection,
    account: &str,
    state: &str,
    finished: Option<DateTime<Utc>>,
) {
    let (ms, at) = (|time: DateTime<Utc>| time.timestamp_millis(), finished.unwrap_or_default());
    let finished = finished.map_or("NULL".to_owned(), |time| ms(time).to_string());
    let (chat, held) = (4242, i64::MAX / 2);
    execute(database, &format!(
        "INSERT INTO notifications (account, chat_id, kind, urgency, data, event_at_ms, created_at_ms, due_at_ms, \
           state, attempts, finished_at_ms) \
         VALUES ('{account}', {chat}, 'test', 0, '{{}}', {at}, {at}, {held}, '{state}', 1, {finished})", at = ms(at)
    )).await;
    execute(
        database,
        &format!(
            "INSERT INTO attempts (notification_id, started_at_ms, latency_ms, outcome) \
         SELECT MAX(id), {}, 5, 'sent' FROM notifications",
            ms(at)
        ),
    )
    .await;
}

on_both_databases! {
    async fn finished_notifications_go_after_a_month_and_attempts_after_two_weeks(world) {
        let database = world.look_inside().await;
        let now = world.clock.now();
        for state in ["sent", "dead", "cancelled"] {
            notification(&database, "old", state, Some(now - TimeDelta::days(31))).await;
            notification(&database, "middle", state, Some(now - TimeDelta::days(20))).await;
            notification(&database, "young", state, Some(now - TimeDelta::days(1))).await;
        }
        notification(&database, "waiting", "pending", None).await;
        let run = world.runs("purge_expired").await;
        assert_eq!(run["outcome"], "ok", "{run:#}");
        assert_eq!(count(&database, "notifications", "account = 'old'").await, 0, "a month is over");
        assert_eq!(count(&database, "notifications", "account = 'middle'").await, 3, "a month is not over");
        assert_eq!(count(&database, "notifications", "account = 'young'").await, 3);
        assert_eq!(count(&database, "notifications", "account = 'waiting'").await, 1, "accepted means kept");
        let of = |account: &str| format!("notification_id IN (SELECT id FROM notifications WHERE account = '{account}')");
        assert_eq!(count(&database, "attempts", &of("middle")).await, 0, "two weeks are over");
        assert_eq!(count(&database, "attempts", &of("young")).await, 3, "two weeks are not over");
        assert_eq!(count(&database, "attempts", "1 = 1").await, 3, "no attempt outlives its notification");
        assert_eq!(world.runs("purge_expired").await["items"], 0, "the second time there is nothing to do");
    }

    async fn more_than_a_batch_is_removed_in_one_run(world) {
        let database = world.look_inside().await;
        let old = (world.clock.now() - TimeDelta::days(40)).timestamp_millis();
        let rows: Vec<String> = (0..2500)
            .map(|_| format!("('old', 'test', 0, '{{}}', {old}, {old}, {old}, 'sent', 1, {old})"))
            .collect();
        execute(&database, &format!(
            "INSERT INTO notifications (account, kind, urgency, data, event_at_ms, created_at_ms, due_at_ms, state, \
               attempts, finished_at_ms) VALUES {}", rows.join(", ")
        )).await;
        let run = world.runs("purge_expired").await;
        assert_eq!((&run["outcome"], &run["items"]), (&json!("ok"), &json!(2500)), "{run:#}");
        assert_eq!(count(&database, "notifications", "account = 'old'").await, 0);
    }

    async fn settings_stay_for_thirty_days_after_an_unlink(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        let gone = world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(gone.status, 200, "{gone:?}");
        let database = world.look_inside().await;
        world.time_passes(TimeDelta::days(29));
        world.runs("purge_expired").await;
        assert_eq!(count(&database, "sns_settings", "account = 'alice'").await, 1, "what /unlink promised");
        world.time_passes(TimeDelta::days(2));
        world.runs("purge_expired").await;
        assert_eq!(count(&database, "sns_settings", "account = 'alice'").await, 0);
        assert_eq!(count(&database, "sns_settings", "account = 'bob'").await, 1, "who is linked stays");
    }

    async fn a_blocked_chat_keeps_its_settings_however_long(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        mina.blocks_bot().expect("she can block");
        let database = world.look_inside().await;
        world.until("the link is disabled", || async {
            count(&database, "sns_settings", "NOT telegram_enabled").await == 1
        }).await;
        world.time_passes(TimeDelta::days(400));
        assert_eq!(world.runs("purge_expired").await["outcome"], "ok");
        assert_eq!(count(&database, "sns_settings", "account = 'alice'").await, 1, "she is still linked");
    }

    async fn link_tokens_and_idempotency_keys_go_when_nobody_asks_any_more(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let waiting = world.platform().asks_for_link("bob").await;
        let event = json!({ "type": "post.failed", "account": "alice", "data": { "network": "x" } });
        let first = world.platform().tells_once("key-1", event.clone()).await;
        let database = world.look_inside().await;
        world.time_passes(TimeDelta::hours(20));
        world.runs("purge_expired").await;
        assert_eq!(count(&database, "link_tokens", "1 = 1").await, 2, "the page may still ask");
        let state = world.platform().until_linked("bob", &waiting).await;
        assert_eq!(state, "expired");
        let again = world.platform().tells_once("key-1", event).await;
        assert_eq!(again.body, first.body, "the same answer to the same request, a day later");
        world.time_passes(TimeDelta::hours(29));
        world.runs("purge_expired").await;
        assert_eq!(count(&database, "link_tokens", "1 = 1").await, 0);
        assert_eq!(count(&database, "idempotency_keys", "1 = 1").await, 0);
        let linked = world.platform().get("alice", "/api/telegram/status").await;
        assert_eq!(linked.body["linked"], json!(true), "the link itself stays: {linked:?}");
    }

    async fn runs_that_found_nothing_are_forgotten_and_the_last_one_never_is(world) {
        let database = world.look_inside().await;
        let run = |job: &str, days: i64, outcome: &str, items: &str| {
            let at = (world.clock.now() - TimeDelta::days(days)).timestamp_millis();
            format!(
                "INSERT INTO job_runs (job, requested_by, requested_at_ms, started_at_ms, finished_at_ms, outcome, items) \
                 VALUES ('{job}', 'admin:900', {at}, {at}, {at}, '{outcome}', {items})"
            )
        };
        for (job, days, outcome, items) in [
            ("idle", 2, "ok", "0"),
            ("busy", 2, "ok", "5"),
            ("broken", 2, "failed", "NULL"),
            ("busy", 91, "ok", "5"),
            ("broken", 91, "failed", "NULL"),
            ("idle", 100, "ok", "0"),
            ("rare", 200, "ok", "0"),
            // The newest of each.
            ("idle", 0, "ok", "0"),
            ("busy", 0, "ok", "0"),
            ("broken", 0, "ok", "0"),
        ] {
            execute(&database, &run(job, days, outcome, items)).await;
        }
        let waits = "INSERT INTO job_runs (job, requested_by, requested_at_ms) VALUES ('purge_expired', 'admin:900', 1)";
        execute(&database, waits).await;
        world.run_that("purge_expired", "had waited", |run| run["requested_by"] == "admin:900").await;
        for (job, left) in [("idle", 1), ("busy", 2), ("broken", 2), ("rare", 1)] {
            assert_eq!(count(&database, "job_runs", &format!("job = '{job}'")).await, left, "{job}");
        }
    }
}
