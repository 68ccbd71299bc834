//! Whoever asks for a post hears how it got where it stands: each move, when, by whom and why.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;

use crate::harness::{Behaviour, World, post_to};
use crate::on_both_databases;

/// What the history of a post tells: (from, to, by, why).
fn moves(post: &Value) -> Vec<(&str, &str, &str, &str)> {
    let history = post["history"].as_array().expect("a history").iter();
    history.map(|it| (word(it, "from"), word(it, "to"), word(it, "by"), word(it, "why"))).collect()
}

fn word<'a>(it: &'a Value, field: &str) -> &'a str {
    it[field].as_str().unwrap_or("–")
}

/// When each move was.
fn times(post: &Value) -> Vec<DateTime<Utc>> {
    let history = post["history"].as_array().expect("a history").iter();
    history.map(|it| word(it, "at").parse().expect("a moment")).collect()
}

async fn asks(world: &World, method: Method, path: &str) -> u16 {
    world.platform().asks("alice", method, path, None).await.status
}

on_both_databases! {
    async fn a_post_that_needed_a_second_try_tells_both(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::Answers(503, String::new()));
        let before = world.clock.now();
        let id = world.platform().schedules("alice", post_to("insta", "Scones", before)).await;
        world.until("the first try is over", async || world.post("alice", id).await["attempts"] == 1).await;
        world.time_passes(TimeDelta::minutes(2));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!(moves(&post), [
            ("–", "scheduled", "author", "–"),
            ("scheduled", "publishing", "scheduler", "–"),
            ("publishing", "scheduled", "network", "The network has too much to do"),
            ("scheduled", "publishing", "scheduler", "–"),
            ("publishing", "published", "network", "–"),
        ]);
        let times = times(&post);
        assert!(times.is_sorted() && times[0] >= before - TimeDelta::milliseconds(1), "{times:?}");
        assert!(times[3] - times[2] >= TimeDelta::seconds(54), "the wait between the tries: {times:?}");
    }

    async fn whoever_moves_a_post_is_named(world) {
        world.knows_insta().await;
        let (platform, later) = (world.platform(), world.clock.now() + TimeDelta::hours(1));
        let mut post = post_to("insta", "Scones", later);
        post["account"] = json!("alice");
        let backend = [Scope::PostsAny];
        let made = platform.asks_with("backend", &backend, Method::POST, "/api/posts", Some(post)).await;
        let id = made.body["id"].as_i64().expect("an id");
        assert_eq!(asks(world, Method::DELETE, &format!("/api/posts/{id}")).await, 200);
        assert_eq!(asks(world, Method::DELETE, &format!("/api/posts/{id}")).await, 200, "again");
        let told = [("–", "scheduled", "platform", "–"), ("scheduled", "cancelled", "author", "–")];
        assert_eq!(moves(&world.post("alice", id).await), told, "what changed nothing is no move");
    }

    async fn a_post_nobody_answered_for_says_so_and_the_retry_joins_its_history(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::Resets);
        let id = world.platform().schedules("alice", post_to("insta", "Perhaps", world.clock.now())).await;
        world.until_post("alice", id, "unconfirmed").await;
        assert_eq!(asks(world, Method::POST, &format!("/api/posts/{id}/retry")).await, 200);
        let post = world.until_post("alice", id, "published").await;
        let broke_off = "The connection to the network broke off before its answer";
        assert_eq!(moves(&post)[2..4], [
            ("publishing", "unconfirmed", "scheduler", broke_off),
            ("unconfirmed", "scheduled", "author", "–"),
        ]);
        assert_eq!(post["attempts"], 1, "a retry has all its tries before it");
    }

    async fn what_a_dead_process_had_begun_is_in_the_history(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::Hangs);
        let id = world.platform().schedules("alice", post_to("insta", "Perhaps", world.clock.now())).await;
        connector.until_received(1).await;
        // As a process leaves it that is killed.
        world.meddle(&format!("UPDATE posts SET lease_token = 7, lease_until_ms = 1 WHERE id = {id}")).await;
        let post = world.until_post("alice", id, "unconfirmed").await;
        let told: Vec<_> = moves(&post).into_iter().map(|(from, to, by, _)| (from, to, by)).collect();
        assert_eq!(told[1..], [("scheduled", "publishing", "scheduler"), ("publishing", "unconfirmed", "scheduler")]);
    }

    async fn posts_and_their_history_go_after_a_year(world) {
        let connector = world.knows_insta().await;
        connector.next(Behaviour::Answers(400, String::new()));
        let (platform, now) = (world.platform(), world.clock.now());
        let old = platform.schedules("alice", post_to("insta", "Old", now)).await;
        world.until_post("alice", old, "failed").await;
        let waits = platform.schedules("alice", post_to("insta", "In two years", now + TimeDelta::days(700))).await;
        world.time_passes(TimeDelta::days(364));
        world.runs("purge_expired").await;
        assert_eq!(moves(&world.post("alice", old).await).len(), 3, "a year is not over");
        world.time_passes(TimeDelta::days(2));
        world.runs("purge_expired").await;
        assert_eq!(asks(world, Method::GET, &format!("/api/posts/{old}")).await, 404);
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM post_moves WHERE post_id = {old}")).await, 0);
        assert_eq!(moves(&world.post("alice", waits).await).len(), 1, "accepted means kept");
    }
}
