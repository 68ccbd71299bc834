//! A post whose trouble was told and that is out at last is told of once: by the message that told the trouble.

use std::time::Duration;

use bot_api::{Fault, Person, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Behaviour, PATIENCE, World, post_to};
use crate::looked_after::{rejected, retries, told, with_insta};
use crate::merging::merges;
use crate::on_both_databases;
use crate::places::{connect, reads};

const SETTINGS: &str = "/api/telegram/settings";
const RETRY: &str = "🔄 Retry now";

async fn sets(world: &World, change: Value) {
    let answer = world.platform().patch("alice", SETTINGS, change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// How many messages in a chat say that a post is out.
fn published(world: &World, chat_id: i64) -> usize {
    let says = ["Published · ", "게시 완료 · "];
    world
        .telegram
        .sent(chat_id)
        .iter()
        .filter(|it| says.iter().any(|words| it.text().contains(words)))
        .count()
}

/// The rows of news that posts are out: their states and their messages, the oldest first.
async fn news(world: &World) -> Vec<(String, Option<i64>)> {
    let rows = world.outbox().await.rows().await.into_iter().filter(|row| row.kind == "post.published");
    rows.map(|row| (row.state, row.message_id.map(i64::from))).collect()
}

async fn settles(world: &World) {
    world.outbox().await.until_settled(PATIENCE * 2).await;
}

/// What Telegram says to an edit.
fn refuses_edits(world: &World, times: u32, description: &str) {
    let fault = Fault::Error { status: 400, description: description.into() };
    world.telegram.fault_next(times, Rule::new(fault).method("editMessageText"));
}

/// A post of the platform's that failed, and then is out.
fn facebook(kind: &str, url: Option<&str>) -> Value {
    json!({ "type": kind, "account": "alice",
        "data": { "network": "facebook", "text": "Scones", "post_id": "fb/7", "url": url } })
}

async fn taps(person: &Person, message: i64, label: &str) {
    person.taps(message, label).await.expect("the tap is answered");
}

/// A post is out after a retry, and Telegram says so about each edit of its notice: the news is a message of its own.
async fn is_told_anew_where_an_edit_is_answered(world: &mut World, description: &str) {
    let (mina, connector) = with_insta(world).await;
    let (id, notice) = told(world, &connector, &mina, "failed").await;
    refuses_edits(world, u32::MAX, description);
    retries(world, id).await;
    let out = world.message_after(&mina, notice.id()).await;
    assert!(out.text().starts_with("✅ Published · insta"), "{}", out.text());
    settles(world).await;
    assert_eq!(news(world).await, [("sent".to_owned(), Some(out.id()))]);
}

on_both_databases! {
    async fn who_taps_reads_there_that_the_post_is_out_and_nowhere_else(world) {
        let (mina, connector) = with_insta(world).await;
        let (_, notice) = told(world, &connector, &mina, "failed").await;
        connector.next(Behaviour::publishes());
        let before = world.telegram.sent_count(mina.id());
        taps(&mina, notice.id(), RETRY).await;
        let out = world.reads(&mina, &notice, "✅ Published · insta").await;
        assert!(out.text().contains("See it on insta") && out.labels().is_empty(), "{}", out.text());
        settles(world).await;
        assert_eq!(news(world).await, [("sent".to_owned(), Some(notice.id()))], "it was told, by that message");
        assert_eq!((world.telegram.sent_count(mina.id()), published(world, mina.id())), (before, 1));
    }

    async fn a_retry_over_http_is_told_there_too_and_a_new_failure_is_heard_first(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        connector.next(rejected());
        retries(world, id).await;
        let newer = world.message_after(&mina, notice.id()).await;
        assert!(newer.text().starts_with("❌ Post failed") && !newer.silent, "a new failure is heard: {newer:?}");
        world.reads(&mina, &notice, "❌ Failed again").await;
        let before = world.telegram.sent_count(mina.id());
        retries(world, id).await;
        world.reads(&mina, &newer, "✅ Published · insta").await;
        settles(world).await;
        assert_eq!(world.telegram.sent_count(mina.id()), before, "nothing new below it");
        assert_eq!(news(world).await, [("sent".to_owned(), Some(newer.id()))]);
    }

    async fn what_is_wished_to_be_heard_is_heard_and_what_is_switched_off_is_not_told(world) {
        let (mina, connector) = with_insta(world).await;
        sets(world, json!({ "notifications": { "published": "on" } })).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        retries(world, id).await;
        world.reads(&mina, &notice, "✅ Published · insta").await;
        let heard = world.message_after(&mina, notice.id()).await;
        assert!(heard.text().starts_with("✅ Published") && !heard.silent, "an edit makes no sound: {heard:?}");
        sets(world, json!({ "notifications": { "published": "off" } })).await;
        let (id, notice) = told(world, &connector, &mina, "unconfirmed").await;
        let before = world.telegram.sent_count(mina.id());
        taps(&mina, notice.id(), "Publish again").await;
        world.until_post("alice", id, "published").await;
        world.reads(&mina, &notice, "✅ Published · insta").await;
        settles(world).await;
        assert_eq!(world.telegram.sent_count(mina.id()), before, "the notice follows all the same");
        assert_eq!(news(world).await[1], ("cancelled".to_owned(), None));
    }

    async fn what_is_gathered_leaves_out_what_its_notice_told(world) {
        // Far from nine, when a digest would tell it all.
        world.it_is("2026-11-21T12:00:00Z");
        let (mina, connector) = with_insta(world).await;
        sets(world, json!({ "batch_published_minutes": 60 })).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        retries(world, id).await;
        world.reads(&mina, &notice, "✅ Published · insta").await;
        settles(world).await;
        let other = world.platform().schedules("alice", post_to("insta", "Buns", world.clock.now())).await;
        world.until_post("alice", other, "published").await;
        world.time_passes(TimeDelta::minutes(61));
        settles(world).await;
        let below = world.message_after(&mina, notice.id()).await;
        assert!(below.text().contains("Buns"), "one is left, and comes as itself: {}", below.text());
        assert_eq!(published(world, mina.id()), 2);
    }

    async fn a_message_that_was_deleted_is_replaced_by_a_new_one(world) {
        is_told_anew_where_an_edit_is_answered(world, "Bad Request: message to edit not found").await;
    }

    async fn an_edit_that_is_given_up_loses_nothing(world) {
        world.config.delivery.backoff = vec![Duration::from_millis(50); 2];
        is_told_anew_where_an_edit_is_answered(world, "Bad Request: something nobody has heard of").await;
    }

    async fn a_kill_between_the_post_and_the_edit_loses_nothing_and_repeats_nothing(world) {
        let (mina, connector) = with_insta(world).await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        world.telegram.set_down(true);
        retries(world, id).await;
        world.until_post("alice", id, "published").await;
        world.restart().await;
        let before = world.telegram.sent_count(mina.id());
        world.telegram.set_down(false);
        world.reads(&mina, &notice, "✅ Published · insta").await;
        settles(world).await;
        assert_eq!(news(world).await, [("sent".to_owned(), Some(notice.id()))]);
        assert_eq!(world.telegram.sent_count(mina.id()), before);
    }

    async fn each_chat_has_its_own_notice(world) {
        let (mina, connector) = with_insta(world).await;
        world.without_limits().await;
        let group = world.telegram.supergroup("Bakers", false, &mina);
        let (early, notice) = told(world, &connector, &mina, "failed").await;
        connect(world, &group, &mina, "alice").await;
        retries(world, early).await;
        world.reads(&mina, &notice, "✅ Published · insta").await;
        reads(world, &group, "✅ Published · insta").await;
        let (id, notice) = told(world, &connector, &mina, "failed").await;
        let theirs = reads(world, &group, "Post failed").await;
        retries(world, id).await;
        world.until_post("alice", id, "published").await;
        settles(world).await;
        for (chat, message) in [(mina.id(), notice.id()), (group.id(), theirs.id())] {
            let now = world.telegram.message(chat, message).expect("it is there");
            assert!(now.text().starts_with("✅ Published · insta"), "{}", now.text());
            assert_eq!(published(world, chat), 2, "one for each post in {chat}");
        }
    }

    async fn a_list_tells_of_each_of_its_posts(world) {
        let (mina, connector) = with_insta(world).await;
        merges(world).await;
        for number in 1..=3 {
            connector.next(rejected());
            let post = post_to("insta", &format!("Scones {number}"), world.clock.now());
            let id = world.platform().schedules("alice", post).await;
            world.until_post("alice", id, "failed").await;
        }
        settles(world).await;
        let list = mina.sees("3 posts failed · insta").await.expect("one message");
        let before = world.telegram.sent_count(mina.id());
        connector.next(rejected());
        (0..2).for_each(|_| connector.next(Behaviour::publishes()));
        taps(&mina, list.id(), "🔄 Retry all").await;
        let out = "SELECT COUNT(*) FROM posts WHERE status = 'published'";
        world.until("two are out", async || world.number(out).await == 2).await;
        let left = world.reads(&mina, &list, "❌ 1 post failed · insta").await;
        assert_eq!(left.text().matches("see it").count(), 2, "{}", left.text());
        settles(world).await;
        let told = (world.telegram.sent_count(mina.id()), published(world, mina.id()));
        assert_eq!(told, (before, 0), "the list says it: {:#?}", mina.messages());
        assert_eq!(news(world).await, vec![("sent".to_owned(), Some(list.id())); 2]);
    }

    async fn the_platforms_own_retry_is_told_by_the_notice_with_its_link(world) {
        let jun = world.jun();
        world.link(&jun, "alice").await;
        world.lift_limits().await;
        world.platform().accepts(facebook("post.failed", None)).await;
        let notice = jun.sees("❌ 게시 실패").await.expect("the notice");
        let before = world.telegram.sent_count(jun.id());
        let ids = world.platform().accepts(facebook("post.published", Some("https://facebook.example/7"))).await;
        let out = world.reads(&jun, &notice, "✅ 게시 완료 · 페이스북").await;
        assert!(out.source.as_deref().is_some_and(|html| html.contains("https://facebook.example/7")), "{out:?}");
        settles(world).await;
        assert_eq!((world.telegram.sent_count(jun.id()), published(world, jun.id())), (before, 1));
        let row = world.outbox().await.row(ids[0]).await;
        assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(notice.id())), "{row:?}");
        world.platform().accepts(facebook("post.failed", None)).await;
        let notice = world.message_after(&jun, notice.id()).await;
        refuses_edits(world, 1, "Bad Request: message can't be edited");
        world.platform().accepts(facebook("post.published", None)).await;
        let out = world.message_after(&jun, notice.id()).await;
        assert!(out.text().starts_with("✅ 게시 완료"), "{}", out.text());
    }
}
