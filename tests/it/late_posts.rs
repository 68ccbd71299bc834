//! After an outage: what should have gone out long ago is asked about, in one message, and goes out only when its author
//! says so.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Connector, World, post_to};
use crate::on_both_databases;

/// Alice's posts, `count` of them, were due while the service was away for three hours.
async fn outage(world: &mut World, count: usize) -> Vec<i64> {
    let at = world.clock.now() + TimeDelta::minutes(10);
    let mut ids = Vec::new();
    for number in 1..=count {
        ids.push(
            world.platform().schedules("alice", post_to("insta", &format!("Scones {number}"), at)).await,
        );
    }
    world.stop().await;
    world.time_passes(TimeDelta::hours(3));
    world.start().await;
    ids
}

async fn until_asked(world: &World, count: usize) {
    let waiting = format!("SELECT 1 WHERE (SELECT COUNT(*) FROM posts WHERE asked_in IS NOT NULL) = {count}");
    world.until("all are asked about", async || world.finds(&waiting).await).await;
}

fn sent(connector: &Connector) -> usize {
    connector.received().len()
}

async fn asks(world: &World, account: &str, method: Method, path: &str) -> (u16, Value) {
    let answer = world.platform().asks(account, method, path, None).await;
    (answer.status, answer.body)
}

on_both_databases! {
    async fn a_late_post_goes_out_when_its_author_says_so(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let id = outage(world, 1).await[0];
        let question = mina.sees("Late · ").await.expect("she is asked");
        assert!(question.text().contains("Scones 1") && question.text().contains("Publish it now?"), "{}", question.text());
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], &post["late"], &post["next_try_at"]), (&json!("scheduled"), &json!(true), &Value::Null));
        assert_eq!(sent(&connector), 0, "nothing went out by itself");
        mina.taps(question.id(), "Post now").await.expect("the tap is answered");
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((sent(&connector), &post["late"]), (1, &json!(false)));
        let why: Vec<&str> = post["history"].as_array().unwrap().iter().filter_map(|it| it["why"].as_str()).collect();
        assert!(why.len() == 1 && why[0].contains("late"), "{post}");
        mina.sees("1 post goes out now").await.expect("the question says how it was answered");
    }

    async fn several_late_posts_are_one_question_and_one_answer(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let ids = outage(world, 7).await;
        until_asked(world, 7).await;
        world.time_passes(TimeDelta::seconds(6));
        let question = mina.sees("7 posts are late").await.expect("she is asked once");
        assert!(question.text().contains("and 3 more"), "{}", question.text());
        assert_eq!(world.number("SELECT COUNT(*) FROM notifications WHERE kind = 'post.late'").await, 1);
        let asked_in = world.number("SELECT MAX(asked_in) FROM posts").await;
        let store = world.app().store();
        let stranger = store.answer_late_posts("bob", asked_in, true, world.clock.now()).await.expect("no error");
        assert_eq!(stranger, 0, "somebody else's answer is none");
        mina.taps(question.id(), "Cancel").await.expect("the tap is answered");
        mina.sees("7 posts cancelled").await.expect("and told what it did");
        for id in ids {
            assert_eq!(world.post("alice", id).await["status"], "cancelled");
        }
        let again = store.answer_late_posts("alice", asked_in, true, world.clock.now()).await.expect("no error");
        assert_eq!((again, sent(&connector)), (0, 0), "what was answered stays so");
    }

    async fn without_a_chat_the_answer_comes_over_http(world) {
        let connector = world.knows_insta().await;
        let ids = outage(world, 2).await;
        until_asked(world, 2).await;
        let path = |id: i64, action: &str| format!("/api/posts/{id}{action}");
        assert_eq!(asks(world, "bob", Method::POST, &path(ids[0], "/retry")).await.0, 404);
        let (status, post) = asks(world, "alice", Method::POST, &path(ids[0], "/retry")).await;
        assert_eq!((status, &post["status"], &post["late"]), (200, &json!("scheduled"), &json!(false)), "{post}");
        world.until_post("alice", ids[0], "published").await;
        assert_eq!(asks(world, "alice", Method::DELETE, &path(ids[1], "")).await.1["status"], "cancelled");
        assert_eq!(sent(&connector), 1);
        let reason = "SELECT 1 FROM notifications WHERE kind = 'post.late' AND state = 'cancelled' \
                      AND reason = 'unknown_account'";
        assert!(world.finds(reason).await, "who could not be asked is on record");
    }

    async fn a_person_chooses_how_late_is_too_late(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let platform = world.platform();
        for (minutes, status) in [(json!(4), 422), (json!(10_081), 422), (json!("x"), 400), (json!(240), 200)] {
            let change = json!({ "late_posts_minutes": minutes });
            assert_eq!(platform.patch("alice", "/api/telegram/settings", change).await.status, status, "{minutes}");
        }
        let shown = platform.get("alice", "/api/telegram/status").await.body;
        assert_eq!(shown["settings"]["late_posts_minutes"], 240);
        let id = outage(world, 1).await[0];
        world.until_post("alice", id, "published").await;
        assert_eq!(sent(&connector), 1, "three hours are not too late for her");
    }

    async fn a_short_outage_asks_nobody(world) {
        let connector = world.knows_insta().await;
        let at = world.clock.now() + TimeDelta::minutes(10);
        let id = world.platform().schedules("alice", post_to("insta", "Scones", at)).await;
        world.stop().await;
        world.time_passes(TimeDelta::minutes(65));
        world.start().await;
        world.until_post("alice", id, "published").await;
        let meant = post_to("insta", "Yesterday’s", world.clock.now() - TimeDelta::hours(20));
        let meant = world.platform().schedules("alice", meant).await;
        world.until_post("alice", meant, "published").await;
        assert_eq!(sent(&connector), 2, "what is handed in late was meant to be");
    }
}
