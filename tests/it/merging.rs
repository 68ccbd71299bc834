//! What fails for one cause within a few minutes is one matter: the first two notices come as they are, from the third
//! on one message lists them all, with one set of buttons.

use bot_api::{ChatMessage, Fault, Person, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::news::failed;
use crate::harness::{Behaviour, PATIENCE, World, post_to};
use crate::on_both_databases;

/// The messages about failures that Mina has, as they are now.
fn notices(world: &World, mina: &Person) -> Vec<ChatMessage> {
    let is_notice = |it: &ChatMessage| it.text().contains("failed") && !it.text().contains("Connected");
    world.telegram.sent(mina.id()).into_iter().filter(is_notice).collect()
}

/// So many failures of alice's with one cause, told at once.
fn failures(count: usize) -> Value {
    json!({ "events": (1..=count).map(|number| failed("alice", &format!("cake {number}"))).collect::<Vec<_>>() })
}

/// Starts the service with the usual window and without limits.
pub(super) async fn merges(world: &mut World) {
    world.config.delivery.merge_window = std::time::Duration::from_secs(180);
    world.lift_limits().await;
}

async fn settles(world: &World) {
    world.outbox().await.until_settled(PATIENCE).await;
}

/// A failure told on its own, until Mina has it.
async fn is_told(world: &World, text: &str) -> i64 {
    let id = world.platform().accepts(failed("alice", text)).await[0];
    settles(world).await;
    id
}

on_both_databases! {
    async fn many_at_once_are_one_message(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        let ids = world.platform().accepts(failures(7)).await;
        settles(world).await;
        let told = notices(world, &mina);
        assert_eq!(told.len(), 1, "{told:#?}");
        let lines: Vec<&str> = told[0].text().lines().collect();
        assert_eq!(lines[0], "❌ 7 posts failed · Facebook");
        assert_eq!(lines[1], "Why: Facebook asked you to log in again.");
        assert_eq!(lines[2..], ["• “cake 1”", "• “cake 2”", "• “cake 3”", "• “cake 4”", "and 3 more"]);
        assert_eq!(told[0].labels(), ["Mute 1 h"], "the platform publishes them: it is not for us to try again");
        assert!(!told[0].silent, "something has to be mended");
        let outbox = world.outbox().await;
        for id in ids {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(told[0].id())), "{row:?}");
        }
    }

    async fn two_stay_two(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        world.platform().accepts(failures(2)).await;
        settles(world).await;
        let told: Vec<String> = notices(world, &mina).iter().map(|it| it.text().to_owned()).collect();
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told.iter().all(|it| it.starts_with("❌ Post failed")), "{told:#?}");
    }

    async fn the_first_comes_at_once_and_the_third_gathers_them(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        is_told(world, "cake 1").await;
        is_told(world, "cake 2").await;
        assert_eq!(notices(world, &mina).len(), 2, "nobody waits for a third");
        world.time_passes(TimeDelta::seconds(100));
        is_told(world, "cake 3").await;
        let told = notices(world, &mina);
        assert_eq!(told.len(), 3, "{told:#?}");
        let list = &told[2];
        assert!(list.text().starts_with("❌ 3 posts failed · Facebook"), "{}", list.text());
        for number in 1..=3 {
            assert!(list.text().contains(&format!("cake {number}")), "{}", list.text());
        }
        for alone in &told[..2] {
            assert!(alone.text().ends_with("A newer message lists it with others."), "{}", alone.text());
            assert!(alone.labels().is_empty(), "one set of buttons: {:?}", alone.labels());
        }
        let before = world.telegram.sent_count(mina.id());
        let fourth = is_told(world, "cake 4").await;
        assert_eq!(world.telegram.sent_count(mina.id()), before, "it joins the message that is there");
        let list = world.reads(&mina, list, "❌ 4 posts failed · Facebook").await;
        assert!(list.text().contains("cake 4"), "{}", list.text());
        let row = world.outbox().await.row(fourth).await;
        assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(list.id())), "{row:?}");
        world.time_passes(TimeDelta::seconds(200));
        is_told(world, "cake 5").await;
        let last = notices(world, &mina).pop().expect("a notice");
        assert!(last.text().starts_with("❌ Post failed"), "a matter of its own: {}", last.text());
        assert!(last.text().contains("cake 5"), "{}", last.text());
    }

    async fn other_causes_and_other_people_are_other_matters(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        merges(world).await;
        let other = |network: &str, error: &str| json!({ "type": "post.failed", "account": "alice",
            "data": { "network": network, "text": "bread", "error": error } });
        let events = [failed("alice", "cake 1"), failed("alice", "cake 2"), other("x", "Facebook asked you to log in again."),
            other("facebook", "The text is too long"), failed("bob", "cake 3"), failed("bob", "cake 4")];
        world.platform().accepts(json!({ "events": events })).await;
        settles(world).await;
        assert_eq!(notices(world, &mina).len(), 4);
        assert_eq!(world.telegram.sent(jun.id()).iter().filter(|it| it.text().contains("게시 실패 ·")).count(), 2);
    }

    async fn a_list_whose_message_was_deleted_comes_anew(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        world.platform().accepts(failures(3)).await;
        settles(world).await;
        let gone = Fault::Error { status: 400, description: "Bad Request: message to edit not found".into() };
        world.telegram.fault_next(1, Rule::new(gone).method("editMessageText"));
        let id = is_told(world, "cake 4").await;
        let told = notices(world, &mina);
        assert!(told.last().expect("a notice").text().contains("cake 4"), "{told:#?}");
        assert!(told.len() == 2, "in a message of its own: {told:#?}");
        assert_eq!(world.outbox().await.row(id).await.state, "sent");
    }

    async fn a_kill_while_failures_are_merged_loses_none(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        world.telegram.set_send_latency(std::time::Duration::from_millis(400));
        let ids = world.platform().accepts(failures(5)).await;
        world.until("the list is on its way", async || {
            world.finds("SELECT 1 FROM notifications WHERE kind = 'post.failures' AND state = 'sending'").await
        }).await;
        world.restart().await;
        settles(world).await;
        let outbox = world.outbox().await;
        for id in ids {
            let row = outbox.row(id).await;
            assert!(row.state == "sent" && row.message_id.is_some(), "{row:?}");
        }
    }

    async fn one_tap_tries_all_of_them_again(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let connector = world.knows_insta().await;
        merges(world).await;
        let rejected = || Behaviour::Answers(400, r#"{"status":"failed","reason":"Log in again."}"#.into());
        let mut posts = Vec::new();
        for number in 1..=3 {
            connector.next(rejected());
            let post = post_to("insta", &format!("Scones {number}"), world.clock.now());
            let id = world.platform().schedules("alice", post).await;
            world.until_post("alice", id, "failed").await;
            posts.push(id);
        }
        settles(world).await;
        let list = mina.sees("3 posts failed · insta").await.expect("one message");
        assert_eq!(list.labels(), ["🔄 Retry all", "Mute 1 h"]);
        connector.next(rejected());
        let all = list.buttons()[0].callback_data.clone().expect("a tap");
        let taps: Vec<_> = (0..2).map(|_| mina.tap_data(mina.id(), list.id(), &all).expect("a tap")).collect();
        for tap in taps {
            tap.answer(PATIENCE).await.expect("it is answered");
        }
        world.until("each is out but one", async || {
            let out = "SELECT COUNT(*) FROM posts WHERE status = 'published'";
            let failed = "SELECT COUNT(*) FROM posts WHERE status = 'failed'";
            (world.number(out).await, world.number(failed).await) == (2, 1)
        }).await;
        assert_eq!(connector.received().len(), 6, "each was tried again once");
        settles(world).await;
        let list = world.reads(&mina, &list, "✅").await;
        assert_eq!((list.text().matches('✅').count(), list.text().matches('•').count()), (2, 1), "{}", list.text());
        assert_eq!(list.labels(), ["🔄 Retry all", "Mute 1 h"], "one is left to be mended");
        let jun = world.jun();
        world.link(&jun, "bob").await;
        let message = jun.last_message().expect("a message");
        let theirs = jun.tap_data(jun.id(), message.id(), &all).expect("a tap").answer(PATIENCE).await;
        assert_eq!(theirs.expect("it is answered").text, "더 이상 쓸 수 없는 버튼이에요", "it is not bob's list");
    }

    async fn a_post_that_fails_again_and_again_is_one_post(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let connector = world.knows_insta().await;
        merges(world).await;
        let rejected = || Behaviour::Answers(400, r#"{"status":"failed","reason":"Log in again."}"#.into());
        connector.next(rejected());
        let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
        for _ in 0..3 {
            world.until_post("alice", id, "failed").await;
            settles(world).await;
            connector.next(rejected());
            let path = format!("/api/posts/{id}/retry");
            let answer = world.platform().asks("alice", reqwest::Method::POST, &path, None).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        world.until_post("alice", id, "failed").await;
        settles(world).await;
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|it| !it.text().contains("posts failed")), "{chat:#?}");
        let last = notices(world, &mina).pop().expect("a notice");
        assert_eq!(last.labels(), ["🔄 Retry now", "Open post", "Mute 1 h"], "it is mended from the newest");
    }
}
