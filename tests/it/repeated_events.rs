//! The platform tells the same thing again, because it never heard the answer.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;
use telegram_bot_scheduler::http::Scope;

use crate::harness::news::failed;
use crate::on_both_databases;

on_both_databases! {
    async fn the_same_key_and_body_is_the_same_answer_and_one_message(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let platform = world.platform();
        let first = platform.tells_once("order-7", failed("alice", "A")).await;
        let again = platform.tells_once("order-7", failed("alice", "A")).await;
        assert_eq!(first.ids(), again.ids());
        let outbox = world.outbox().await;
        outbox.until(first.ids()[0], "sent").await;
        let late = platform.tells_once("order-7", failed("alice", "A")).await;
        assert_eq!(late.ids(), first.ids(), "also after it was sent");
        // The same once more without the key is news again, and goes out after whatever was before it.
        let news = platform.accepts(failed("alice", "A")).await;
        outbox.until(news[0], "sent").await;
        assert_eq!(outbox.count("notifications").await, 2);
        assert_eq!(world.telegram.sent_count(mina.id()), 3, "the link's confirmation and two notices");
    }

    async fn a_key_survives_a_restart(world) {
        let first = world.platform().tells_once("k", failed("alice", "A")).await;
        world.restart().await;
        let again = world.platform().tells_once("k", failed("alice", "A")).await;
        assert_eq!(first.ids(), again.ids());
        assert_eq!(world.outbox().await.count("notifications").await, 1);
    }

    async fn a_key_with_another_body_is_refused_and_nothing_is_kept(world) {
        let platform = world.platform();
        let first = platform.tells_once("k", failed("alice", "A")).await;
        let other = platform.tells_once("k", failed("alice", "B")).await;
        assert_eq!((other.status, other.content_type.as_str()), (422, "application/problem+json"), "{other:?}");
        assert_eq!(other.body["type"], "/problems/idempotency-key-reused");
        let outbox = world.outbox().await;
        assert_eq!(outbox.count("notifications").await, 1);
        let again = platform.tells_once("k", failed("alice", "A")).await;
        assert_eq!(again.ids(), first.ids(), "the key still stands for what it came with first");
    }

    async fn fifty_at_once_with_one_key_are_one(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let platform = world.platform();
        let batch = json!({ "events": [failed("alice", "A"), failed("nobody", "B")] });
        let answers = join_all((0..50).map(|_| platform.tells_once("k", batch.clone()))).await;
        let ids: BTreeSet<Vec<i64>> = answers.iter().map(|answer| answer.ids()).collect();
        assert_eq!(ids.len(), 1, "all heard the same: {ids:?}");
        let outbox = world.outbox().await;
        assert_eq!(outbox.count("notifications").await, 2, "one set of rows");
        outbox.until(ids.first().expect("one")[0], "sent").await;
        assert_eq!(world.telegram.sent_count(mina.id()), 2, "the link's confirmation and one notice");
    }

    async fn fifty_at_once_with_one_key_and_two_bodies_are_one_of_them(world) {
        let platform = world.platform();
        let body = |at: usize| failed("nobody", if at.is_multiple_of(2) { "A" } else { "B" });
        let answers = join_all((0..50).map(|at| platform.tells_once("k", body(at)))).await;
        let accepted = answers.iter().filter(|answer| answer.status == 202).count();
        let refused = answers.iter().filter(|answer| answer.status == 422).count();
        assert_eq!((accepted, refused), (25, 25), "one body won, the other was refused each time");
        assert_eq!(world.outbox().await.count("notifications").await, 1);
    }

    async fn a_key_belongs_to_the_caller_who_used_it(world) {
        let platform = world.platform();
        let first = platform.tells_once("k", failed("alice", "A")).await;
        let partner = platform.token("a partner", &[Scope::Events]);
        let request = platform.request(reqwest::Method::POST, "/api/events").bearer_auth(partner);
        let theirs = platform.send(request.header("Idempotency-Key", "k").json(&failed("bob", "B"))).await;
        assert_ne!(theirs.ids(), first.ids());
        assert_eq!(world.outbox().await.count("notifications").await, 2);
    }
}
