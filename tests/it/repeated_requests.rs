//! A request is repeated because its answer got lost: what it made is made once.

use reqwest::Method;
use serde_json::json;
use telegram_bot_scheduler::http::Scope;

use crate::harness::{Answer, World};
use crate::on_both_databases;

async fn asks(world: &World, account: &str, scope: Scope, path: &str, key: &str) -> Answer {
    let platform = world.platform();
    let token = platform.token(account, &[scope]);
    let request = platform.request(Method::POST, path).bearer_auth(token).header("Idempotency-Key", key);
    platform.send(request.json(&json!({}))).await
}

on_both_databases! {
    async fn a_test_message_is_sent_once(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let path = "/api/telegram/send-test-message";
        let (one, other) = tokio::join!(
            asks(world, "alice", Scope::Telegram, path, "k1"),
            asks(world, "alice", Scope::Telegram, path, "k1")
        );
        assert!(matches!((one.status, other.status), (200 | 202, 200 | 202)), "{one:?} {other:?}");
        assert_eq!(one.body["id"], other.body["id"]);
        let next = asks(world, "alice", Scope::Telegram, path, "k2").await;
        assert_ne!(next.body["id"], one.body["id"], "another key is another message");
        assert_eq!(world.number("SELECT COUNT(*) FROM notifications WHERE kind = 'test'").await, 2);
    }

    async fn a_job_is_asked_for_once(world) {
        let path = |job: &str| format!("/api/admin/scheduler/jobs/{job}/trigger");
        let first = asks(world, "ops", Scope::Admin, &path("purge_expired"), "k1").await;
        assert_eq!(first.status, 202, "{first:?}");
        world.until("the run has ended", async || {
            world.finds("SELECT 1 FROM job_runs WHERE job = 'purge_expired' AND finished_at_ms IS NOT NULL").await
        }).await;
        let again = asks(world, "ops", Scope::Admin, &path("purge_expired"), "k1").await;
        assert_eq!((again.status, &again.body["id"]), (202, &first.body["id"]), "{again:?}");
        assert_eq!(again.body["outcome"], "ok", "it is told as it stands");
        let other = asks(world, "ops", Scope::Admin, &path("release_stale_claims"), "k1").await;
        assert_eq!((other.status, &other.body["type"]), (422, &json!("/problems/idempotency-key-reused")));
        let anew = asks(world, "ops", Scope::Admin, &path("purge_expired"), "k2").await;
        assert_ne!(anew.body["id"], first.body["id"]);
    }
}
