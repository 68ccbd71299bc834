//! A notice of trouble never lies afterwards: whoever looks after the post, its message follows and loses its buttons.

use bot_api::{ChatMessage, Fault, Person, Rule};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::harness::{Behaviour, Connector, PATIENCE, World, post_to};
use crate::merging::merges;
use crate::on_both_databases;

pub(super) fn rejected() -> Behaviour {
    Behaviour::Answers(400, r#"{"status":"failed","reason":"Log in again."}"#.into())
}

/// Alice's post for `insta` in `status`, and the notice about it that Mina sees.
pub(super) async fn told(
    world: &World,
    connector: &Connector,
    mina: &Person,
    status: &str,
) -> (i64, ChatMessage) {
    connector.next(if status == "failed" { rejected() } else { Behaviour::Resets });
    let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
    world.until_post("alice", id, status).await;
    let title = if status == "failed" { "Post failed" } else { "Not sure it went out" };
    (id, mina.sees(title).await.expect("the notice"))
}

/// Mina, linked to alice's account, and the connector of `insta`.
pub(super) async fn with_insta(world: &mut World) -> (Person, Connector) {
    let mina = world.mina();
    world.link(&mina, "alice").await;
    let connector = world.knows_insta().await;
    world.lift_limits().await;
    (mina, connector)
}

pub(super) async fn retries(world: &World, id: i64) {
    let path = format!("/api/posts/{id}/retry");
    let answer = world.platform().asks("alice", Method::POST, &path, None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

on_both_databases! {
    async fn a_failed_post_is_mended_from_its_message(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        assert_eq!(notice.labels(), ["🔄 Retry now", "Open post", "Mute 1 h"]);
        connector.takes(std::time::Duration::from_millis(1_500));
        mina.taps(notice.id(), "🔄 Retry now").await.expect("the tap is answered");
        let retrying = world.reads(&mina, &notice, "🔄 Retrying insta…").await;
        assert!(retrying.labels().is_empty(), "{:?}", retrying.labels());
        let out = world.reads(&mina, &notice, "✅ Published · insta").await;
        assert!(out.labels().is_empty(), "{:?}", out.labels());
        world.until_post("alice", id, "published").await;
        let history = &world.post("alice", id).await["history"];
        assert!(history.to_string().contains(r#""by":"chat""#), "{history}");
    }

    async fn a_post_retried_over_http_takes_the_buttons_off_its_notice(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        connector.next(rejected());
        retries(world, id).await;
        let old = world.reads(&mina, &notice, "❌ Failed again · insta").await;
        assert!(old.labels().is_empty() && old.text().contains("A newer message"), "{}", old.text());
        let newer = world.message_after(&mina, notice.id()).await;
        assert!(newer.text().starts_with("❌ Post failed · insta"), "{}", newer.text());
        assert_eq!(newer.labels(), ["🔄 Retry now", "Open post", "Mute 1 h"], "it is the one to be mended from");
        retries(world, id).await;
        for notice in [&notice, &newer] {
            world.reads(&mina, notice, "✅ Published · insta").await;
        }
        world.outbox().await.until_settled(PATIENCE).await;
    }

    async fn an_unconfirmed_post_is_asked_about_until_somebody_says(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "unconfirmed").await;
        assert_eq!(notice.labels(), ["It went out", "Publish again", "Open post", "Mute 1 h"]);
        mina.taps(notice.id(), "It went out").await.expect("the tap is answered");
        let out = world.reads(&mina, &notice, "✅ Published · insta").await;
        assert!(out.labels().is_empty(), "{:?}", out.labels());
        assert_eq!(connector.received().len(), 1, "it was not sent again");
        assert_eq!(world.post("alice", id).await["status"], "published");
        let (_, notice) = told(world, &connector, &mina, "unconfirmed").await;
        mina.taps(notice.id(), "Publish again").await.expect("the tap is answered");
        world.reads(&mina, &notice, "✅ Published · insta").await;
        assert_eq!(connector.received().len(), 3);
    }

    async fn a_notice_that_waits_when_its_post_is_looked_after_is_never_sent(world) {
        let (mina, connector) = with_insta(world).await;
        world.telegram.set_down(true);
        connector.next(rejected());
        let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
        world.until_post("alice", id, "failed").await;
        retries(world, id).await;
        world.until_post("alice", id, "published").await;
        world.telegram.set_down(false);
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE * 2).await;
        let rows: Vec<_> = outbox.rows().await.into_iter().map(|row| (row.state, row.reason)).collect();
        assert!(rows.contains(&("cancelled".into(), Some("handled".into()))), "{rows:?}");
        mina.sees("✅ Published · insta").await.expect("the news that is true");
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|it| !it.text().contains("Post failed")), "she read of trouble that was over");
    }

    async fn a_notice_on_its_way_when_its_post_is_looked_after_is_edited(world) {
        let (mina, connector) = with_insta(world).await;
        world.telegram.set_send_latency(std::time::Duration::from_millis(700));
        connector.next(rejected());
        let id = world.platform().schedules("alice", post_to("insta", "Scones", world.clock.now())).await;
        world.until("the notice is on its way", async || {
            world.finds("SELECT 1 FROM notifications WHERE kind = 'post.failed' AND state = 'sending'").await
        }).await;
        retries(world, id).await;
        world.until_post("alice", id, "published").await;
        world.outbox().await.until_settled(PATIENCE).await;
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|it| !it.text().contains("Post failed")), "{chat:#?}");
    }

    async fn a_deleted_message_is_left_alone(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        let gone = Fault::Error { status: 400, description: "Bad Request: message to edit not found".into() };
        world.telegram.fault_next(u32::MAX, Rule::new(gone).method("editMessageText"));
        retries(world, id).await;
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE).await;
        let edits: Vec<_> = outbox.rows().await.into_iter()
            .filter(|row| row.reason.as_deref() == Some("nothing_to_edit")).collect();
        assert!(!edits.is_empty() && edits.iter().all(|row| row.state == "cancelled"), "{edits:?}");
        assert!(mina.messages().iter().any(|it| it.id() == notice.id()));
    }

    async fn an_edit_waits_for_a_limited_chat_and_comes(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(2));
        retries(world, id).await;
        world.reads(&mina, &notice, "✅ Published · insta").await;
    }

    async fn nobody_else_is_told_how_it_went_on(world) {
        let (mina, connector) = with_insta(world).await;
        let jun = world.jun();
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        let token = world.platform().asks_for_link("alice").await;
        let question = world.opens_link(&jun, &token).await;
        let agree = question.buttons()[0].text.clone();
        jun.taps(question.id(), &agree).await.expect("the tap is answered");
        assert_eq!(world.platform().until_linked("alice", &token).await, "linked");
        retries(world, id).await;
        world.until_post("alice", id, "published").await;
        world.outbox().await.until_settled(PATIENCE).await;
        let left = world.telegram.message(mina.id(), notice.id()).expect("it is still there");
        assert!(left.text().starts_with("❌ Post failed"), "the account is not hers any more: {}", left.text());
        assert_eq!(mina.tap_data(mina.id(), notice.id(), &format!("post:retry:{id}")).expect("a tap")
            .answer(PATIENCE).await.expect("it is answered").text, "This button no longer works");
    }

    async fn what_the_platform_tells_went_out_after_all_its_notices_say(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let event = |kind: &str, account: &str, id: &str| json!({ "type": kind, "account": account,
            "data": { "network": "facebook", "text": "Scones", "post_id": id } });
        world.platform().accepts(event("post.failed", "alice", "fb/7")).await;
        let failed = mina.sees("❌ Post failed").await.expect("the notice");
        world.platform().accepts(event("post.unconfirmed", "alice", "fb/8")).await;
        let unconfirmed = mina.sees("Not sure it went out").await.expect("the notice");
        // Somebody else's post of that name, and another post, say nothing about this one.
        world.platform().accepts(json!({ "events": [event("post.published", "bob", "fb/7"), event("post.published", "alice", "fb/9")] })).await;
        world.outbox().await.until_settled(PATIENCE).await;
        assert!(world.telegram.message(mina.id(), failed.id()).expect("it is there").text().starts_with("❌"));
        let status = world.answer(&mina, "/status").await;
        assert!(status.text().contains("Failed  Facebook"), "{}", status.text());
        for (notice, id) in [(&failed, "fb/7"), (&unconfirmed, "fb/8")] {
            for _ in 0..2 {
                world.platform().accepts(event("post.published", "alice", id)).await;
            }
            let out = world.reads(&mina, notice, "✅ Published · Facebook").await;
            assert!(out.labels().is_empty(), "{:?}", out.labels());
        }
        world.outbox().await.until_settled(PATIENCE).await;
        let edits = world.number("SELECT COUNT(*) FROM notifications WHERE kind = 'notice.edit'").await;
        assert_eq!(edits, 2, "what is told twice is edited once");
        let status = world.answer(&mina, "/status").await;
        assert!(!status.text().contains("Failed  Facebook"), "{}", status.text());
    }

    async fn a_list_of_the_platforms_failures_marks_what_went_out_after_all(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        let event = |kind: &str, id: usize| json!({ "type": kind, "account": "alice",
            "data": { "network": "facebook", "text": format!("Scones {id}"), "error": "Log in again.", "post_id": id.to_string() } });
        let failures: Vec<_> = (0..3).map(|id| event("post.failed", id)).collect();
        world.platform().accepts(json!({ "events": failures })).await;
        let list = mina.sees("3 posts failed").await.expect("the list");
        world.platform().accepts(event("post.published", 1)).await;
        let edited = world.reads(&mina, &list, "✅ “Scones 1”").await;
        assert!(!edited.labels().is_empty(), "two are left to be mended");
        world.platform().accepts(json!({ "events": [event("post.published", 0), event("post.published", 2)] })).await;
        let over = world.reads(&mina, &list, "all of it was looked after").await;
        assert!(over.labels().is_empty(), "{:?}", over.labels());
    }

    async fn a_failure_that_waits_when_the_platform_publishes_after_all_is_never_told(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.telegram.set_down(true);
        for kind in ["post.failed", "post.published", "post.failed"] {
            world.platform().accepts(json!({ "type": kind, "account": "alice", "data": { "network": "facebook", "text": kind, "post_id": "7" } })).await;
        }
        // An id that no index takes, or that is none, changes nothing for its event.
        for id in ["x".repeat(5_000), "\u{0}".into(), String::new()] {
            world.platform().accepts(json!({ "type": "post.published", "account": "alice", "data": { "network": "x", "post_id": id } })).await;
        }
        world.telegram.set_down(false);
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE * 2).await;
        let told = |it: &ChatMessage| it.text().contains("Post failed");
        let chat = mina.messages();
        let rows = outbox.rows().await;
        assert_eq!(chat.iter().filter(|it| told(it)).count(), 1, "what is newer than the news: {chat:#?} {rows:#?}");
        let handled = "notifications WHERE kind = 'post.failed' AND state = 'cancelled' AND reason = 'handled'";
        assert_eq!(outbox.count(handled).await, 1);
    }

    async fn a_platforms_failure_has_no_button_that_could_not_work(world) {
        world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let later = post_to("news", "Later", world.clock.now() + TimeDelta::hours(1));
        let id = world.platform().schedules("alice", later).await;
        let failure = |post_id: String| json!({ "type": "post.failed", "account": "alice",
            "data": { "network": "facebook", "text": "Scones", "error": "x", "post_id": post_id } });
        world.platform().accepts(failure(id.to_string())).await;
        let notice = mina.sees("Post failed").await.expect("the notice");
        assert_eq!(notice.labels(), ["Open post", "Mute 1 h"], "a number of the platform's is not one of ours");
        world.stop().await;
        world.config.platform.retry_url = Some("https://platform.example/posts/{post_id}/retry".into());
        world.config.platform.reconnect_url = Some("https://platform.example/networks".parse().unwrap());
        world.start().await;
        world.platform().accepts(failure("a/b".into())).await;
        let notice = world.message_after(&mina, notice.id()).await;
        assert_eq!(notice.labels(), ["🔄 Retry now", "Reconnect Facebook", "Open post", "Mute 1 h"]);
        assert_eq!(notice.buttons()[0].url.as_deref(), Some("https://platform.example/posts/a%2Fb/retry"));
    }
}
