//! A network takes a post on and tells later what became of it, in time, late, twice or never; and strangers try to
//! tell in its place.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Behaviour, Connector, OLD_SECRET, SECRET, World, insta, post_to};
use crate::on_both_databases;

const ELSEWHERE: &str = "https://insta.example/p/7";

fn published() -> Value {
    json!({ "status": "published", "url": ELSEWHERE })
}

/// Alice's post, which the connector took on.
async fn taken_on(world: &World, connector: &Connector) -> i64 {
    connector.next(Behaviour::Answers(202, String::new()));
    let id = world.platform().schedules("alice", post_to("insta", "New scones", world.clock.now())).await;
    let taken = format!("SELECT 1 FROM posts WHERE id = {id} AND accepted_at_ms IS NOT NULL");
    world.until("the network has taken it on", async || world.finds(&taken).await).await;
    id
}

async fn kinds(world: &World, id: i64) -> Vec<String> {
    world.notices_about(id).await.into_iter().map(|(kind, _)| kind).collect()
}

on_both_databases! {
    async fn a_result_that_comes_later_ends_the_post_and_is_told_once(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let (platform, id) = (world.platform(), taken_on(world, &connector).await);
        let told = published();
        for answer in futures::future::join_all((0..10).map(|_| platform.is_told(SECRET, id, &told))).await {
            assert_eq!((answer.status, &answer.body["status"]), (200, &json!("published")), "{answer:?}");
        }
        let post = world.post("alice", id).await;
        assert_eq!((&post["url"], &post["attempts"]), (&json!(ELSEWHERE), &json!(1)), "{post}");
        mina.sees("Published").await.expect("the author is told");
        assert_eq!(kinds(world, id).await, ["post.published"], "ten times the same is once");
        let failed = platform.is_told(SECRET, id, &json!({ "status": "failed" })).await;
        assert_eq!((failed.status, &failed.body["type"]), (409, &json!("/problems/post-state")), "{failed:?}");
        assert_eq!(connector.received().len(), 1);
    }

    async fn a_failure_that_comes_later_is_told_with_the_networks_words(world) {
        let connector = world.knows_insta().await;
        let id = taken_on(world, &connector).await;
        let told = json!({ "status": "failed", "reason": "the picture is too small" });
        assert_eq!(world.platform().is_told(SECRET, id, &told).await.status, 200);
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["error"]), (&json!("failed"), &told["reason"]), "{post}");
        assert_eq!(kinds(world, id).await, ["post.failed"]);
        let by: Vec<&str> = post["history"].as_array().unwrap().iter().filter_map(|it| it["by"].as_str()).collect();
        assert_eq!(by, ["author", "scheduler", "network", "network"], "{post}");
    }

    async fn a_result_that_says_retryable_is_tried_again(world) {
        let connector = world.knows_insta().await;
        let id = taken_on(world, &connector).await;
        let told = json!({ "status": "failed", "retryable": true });
        let answer = world.platform().is_told(SECRET, id, &told).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("scheduled")), "{answer:?}");
        world.time_passes(TimeDelta::minutes(2));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((connector.received().len(), &post["attempts"]), (2, &json!(2)), "{post}");
    }

    async fn a_network_that_never_tells_is_asked_about_and_may_still_tell(world) {
        let connector = world.knows_insta().await;
        let id = taken_on(world, &connector).await;
        world.time_passes(TimeDelta::minutes(2));
        world.until_post("alice", id, "unconfirmed").await;
        assert_eq!(world.platform().is_told(SECRET, id, &published()).await.status, 200);
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["error"], &post["attempts"]), (&json!("published"), &Value::Null, &json!(1)));
        assert_eq!(kinds(world, id).await, ["post.unconfirmed", "post.published"]);
        assert_eq!(connector.received().len(), 1, "nothing was sent again");
    }

    async fn a_result_that_is_faster_than_the_answer_counts(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::Hangs);
        let id = world.platform().schedules("alice", post_to("insta", "Quick", world.clock.now())).await;
        connector.until_received(1).await;
        assert_eq!(world.platform().is_told(SECRET, id, &published()).await.status, 200);
        // The request is given up after two seconds; the next post shows that its lane has got past it.
        let next = world.platform().schedules("alice", post_to("insta", "Next", world.clock.now())).await;
        world.until_post("alice", next, "published").await;
        world.restart().await;
        assert_eq!(world.post("alice", id).await["status"], "published");
        assert_eq!(kinds(world, id).await, ["post.published"]);
    }

    async fn a_post_that_is_not_waiting_takes_no_result(world) {
        world.knows_insta().await;
        let (platform, later) = (world.platform(), world.clock.now() + TimeDelta::hours(1));
        let id = platform.schedules("alice", post_to("insta", "Later", later)).await;
        assert_eq!(platform.is_told(SECRET, id, &published()).await.status, 409, "nobody was asked to publish it yet");
        platform.asks("alice", Method::DELETE, &format!("/api/posts/{id}"), None).await;
        assert_eq!(platform.is_told(SECRET, id, &published()).await.status, 409);
        assert_eq!(world.post("alice", id).await["status"], "cancelled");
    }

    async fn nobody_but_the_network_may_tell(world) {
        let connector = world.knows_insta().await;
        let id = taken_on(world, &connector).await;
        let platform = world.platform();
        let forged = platform.is_told(OLD_SECRET, id, &published()).await;
        let unknown = platform.is_told(SECRET, id + 1_000, &published()).await;
        let bearer = platform.asks("alice", Method::POST, &format!("/api/posts/{id}/result"), Some(published())).await;
        let behind = platform.with_clock_behind(TimeDelta::minutes(6));
        let old = behind.is_told(SECRET, id, &published()).await;
        for answer in [&forged, &unknown, &bearer, &old] {
            assert_eq!((answer.status, &answer.body), (401, &forged.body), "{answer:?}");
        }
        assert_eq!(world.post("alice", id).await["status"], "publishing");
        for (body, status) in [
            (json!({ "status": "perhaps" }), 422),
            (json!({}), 422),
            (json!({ "status": "published", "url": "javascript:alert(1)" }), 200),
        ] {
            assert_eq!(platform.is_told(SECRET, id, &body).await.status, status, "{body}");
        }
        assert_eq!(world.post("alice", id).await["url"], Value::Null);
    }

    async fn secrets_are_changed_without_missing_a_post(world) {
        let connector = Connector::open().await;
        let url = connector.url();
        let [kind, at, _, private] = insta(&url);
        let both = [("INSTA__SECRET", SECRET), ("INSTA__PREVIOUS_SECRET", OLD_SECRET)];
        world.knows_networks(&[kind, at, private, both[0], both[1]]).await;
        for secret in [OLD_SECRET, SECRET] {
            connector.knows(secret);
            let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
            world.until_post("alice", id, "published").await;
            let id = taken_on(world, &connector).await;
            assert_eq!(world.platform().is_told(secret, id, &published()).await.status, 200);
        }
    }

    async fn the_platforms_own_post_is_told_by_a_result_too(world) {
        world.knows_insta().await;
        world.meddle(
            "INSERT INTO posts (account, network, text, publish_at_ms, status, managed_by, due_at_ms, created_at_ms, \
               updated_at_ms) VALUES ('alice', 'insta', 'Scones', 0, 'publishing', 'platform', 0, 0, 0)",
        ).await;
        let id = world.number("SELECT MAX(id) FROM posts").await;
        assert_eq!(world.platform().is_told(SECRET, id, &published()).await.status, 200);
        assert_eq!(world.runs("post_notifications").await["items"], 0, "nothing is left to notice");
        assert_eq!(kinds(world, id).await, ["post.published"]);
    }
}
