//! Posts go out to a Telegram channel: on time, once, whatever Telegram answers, and their authors are told.

use std::time::Duration;

use bot_api::{Fault, Room, Rule};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::domain::new_post::NewPost;
use telegram_bot_scheduler::domain::notification::NewNotification;
use telegram_bot_scheduler::domain::post::Outcome;
use telegram_bot_scheduler::domain::post_move::Actor;
use telegram_bot_scheduler::domain::post_options::PostOptions;
use telegram_bot_scheduler::store::{ClaimWish, Claims};

use crate::harness::{PATIENCE, World, post_to};
use crate::on_both_databases;

/// What people read in the channel.
fn read(channel: &Room) -> Vec<String> {
    channel.messages().iter().map(|message| message.text().to_owned()).collect()
}

/// Asks for the post once more; returns the answer's status.
async fn retry(world: &World, account: &str, id: i64) -> u16 {
    world.platform().asks(account, Method::POST, &format!("/api/posts/{id}/retry"), None).await.status
}

/// The kinds of the notices about a post.
async fn told(world: &World, id: i64) -> Vec<String> {
    world.notices_about(id).await.into_iter().map(|(kind, _)| kind).collect()
}

on_both_databases! {
    async fn a_post_goes_out_at_its_time_and_its_author_is_told(world) {
        let channel = world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let at = world.clock.now() + TimeDelta::minutes(10);
        let id = world.platform().schedules("alice", post_to("news", "Scones <b>&</b> tea from 8 am", at)).await;
        world.time_passes(TimeDelta::minutes(9));
        assert!(read(&channel).is_empty(), "it is not time yet");
        world.time_passes(TimeDelta::minutes(1));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!(read(&channel), ["Scones <b>&</b> tea from 8 am"], "the channel shows what was written");
        let message = channel.messages()[0].id();
        assert_eq!(post["url"], format!("https://t.me/minas_news/{message}"));
        let notice = mina.sees("Published · news").await.expect("the author is told");
        assert!(notice.text().contains("Scones"), "{}", notice.text());
        assert_eq!(told(world, id).await, ["post.published"]);
        assert_eq!(retry(world, "alice", id).await, 409, "what is out stays out once");
        let cancelled = world.platform().asks("alice", Method::DELETE, &format!("/api/posts/{id}"), None).await;
        assert_eq!(cancelled.status, 409, "{cancelled:?}");
    }

    async fn a_picture_goes_out_with_its_words(world) {
        let channel = world.knows_news().await;
        let mut post = post_to("news", "Look", world.clock.now() - TimeDelta::hours(1));
        post["media_url"] = json!("https://pictures.example.com/scones.jpg");
        let id = world.platform().schedules("alice", post).await;
        world.until_post("alice", id, "published").await;
        let message = channel.messages().remove(0);
        assert!(message.photo.is_some() && message.text() == "Look", "{message:?}");
    }

    async fn a_limited_channel_waits_and_spends_no_try(world) {
        let channel = world.knows_news().await;
        let limited = Rule::new(Fault::TooManyRequests { retry_after: 2 }).method("sendMessage");
        world.telegram.fault_next(1, limited);
        let id = world.platform().schedules("alice", post_to("news", "Patience", world.clock.now())).await;
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((read(&channel).len(), &post["attempts"]), (1, &json!(1)), "{post}");
        assert_eq!(told(world, id).await, ["post.published"]);
    }

    async fn an_answer_that_never_came_is_asked_about_and_not_repeated(world) {
        let channel = world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.telegram.fault_next(1, Rule::new(Fault::DropAnswer).method("sendMessage"));
        let id = world.platform().schedules("alice", post_to("news", "Perhaps", world.clock.now())).await;
        let post = world.until_post("alice", id, "unconfirmed").await;
        assert!(post["fix"].as_str().is_some_and(|fix| fix.contains("Look")), "{post}");
        mina.sees("Perhaps").await.expect("the author is asked to look");
        world.time_passes(TimeDelta::days(1));
        let after = world.platform().schedules("alice", post_to("news", "After", world.clock.now())).await;
        world.until_post("alice", after, "published").await;
        assert_eq!(read(&channel), ["Perhaps", "After"], "it was out, and is not posted again by itself");
        assert_eq!(retry(world, "alice", id).await, 200, "the author may decide otherwise");
        world.until_post("alice", id, "published").await;
        assert_eq!(read(&channel).len(), 3);
        assert_eq!(told(world, id).await, ["post.unconfirmed", "post.published"]);
    }

    async fn every_answer_has_its_state(world) {
        world.knows_news().await;
        let error = |status, description: &str| Fault::Error { status, description: description.into() };
        for (fault, status) in [
            (Fault::UnknownShape, "published"),
            (error(500, "Internal Server Error"), "unconfirmed"),
            (Fault::Html { status: 502 }, "unconfirmed"),
            (Fault::HalfAnswer, "published"),
            (error(400, "Bad Request: message is too long"), "failed"),
            (error(400, "Bad Request: SOMETHING_NEW"), "failed"),
            (error(403, "Forbidden: bot was kicked from the channel chat"), "failed"),
            (Fault::Hang { seconds: 4.0 }, "unconfirmed"),
        ] {
            let name = format!("{fault:?}");
            world.telegram.fault_next(1, Rule::new(fault).method("sendMessage"));
            let id = world.platform().schedules("alice", post_to("news", &name, world.clock.now())).await;
            let post = world.until_post("alice", id, status).await;
            assert_eq!(told(world, id).await, [format!("post.{status}")], "{name}");
            let words = post["error"].as_str().unwrap_or_default();
            assert!(!words.contains("SOMETHING") && !words.contains("Request:"), "{name}: {post}");
        }
    }

    async fn a_bot_without_rights_says_what_to_mend_and_the_retry_works(world) {
        let channel = world.telegram.channel("Mina’s news", Some("minas_news"), &world.mina());
        world.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", &channel.id().to_string())]).await;
        let id = world.platform().schedules("alice", post_to("news", "Let me in", world.clock.now())).await;
        let post = world.until_post("alice", id, "failed").await;
        assert!(post["fix"].as_str().is_some_and(|fix| fix.contains("administrator")), "{post}");
        channel.make_bot_admin().expect("Mina mends it");
        assert_eq!(retry(world, "alice", id).await, 200);
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((&post["error"], &post["fix"]), (&Value::Null, &Value::Null), "what was mended is not told any more");
        assert_eq!(read(&channel), ["Let me in"]);
    }

    async fn posts_wait_while_telegram_is_away(world) {
        let channel = world.knows_news().await;
        world.telegram.set_down(true);
        let id = world.platform().schedules("alice", post_to("news", "Back again", world.clock.now())).await;
        world.until("Telegram is tried and found away", async || {
            world.app().health().telegram() != telegram_bot_scheduler::health::Telegram::Up
        }).await;
        assert_eq!(world.post("alice", id).await["attempts"], 0, "a try that nobody saw is none");
        world.telegram.set_down(false);
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((read(&channel).len(), &post["attempts"]), (1, &json!(1)), "{post}");
    }

    async fn posts_wait_for_a_bot_token(world) {
        let channel = world.knows_news().await;
        world.stop().await;
        let telegram = world.config.telegram.clone();
        world.config.telegram.token = None;
        world.start().await;
        let id = world.platform().schedules("alice", post_to("news", "Still here", world.clock.now())).await;
        world.stop().await;
        world.config.telegram = telegram;
        world.start().await;
        world.until_post("alice", id, "published").await;
        assert_eq!(read(&channel), ["Still here"]);
        assert_eq!(told(world, id).await, ["post.published"]);
    }

    async fn what_a_dead_process_was_publishing_is_told_apart(world) {
        let channel = world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let at = world.clock.now() + TimeDelta::hours(1);
        let begun = world.platform().schedules("alice", post_to("news", "Begun", at)).await;
        let only_claimed = world.platform().schedules("alice", post_to("news", "Only claimed", at)).await;
        world.stop().await;
        // As a process leaves its rows that is killed: claimed long ago or just now.
        let now = world.clock.now().timestamp_millis();
        let until = (world.clock.now() + TimeDelta::hours(1)).timestamp_millis();
        world.meddle(&format!(
            "UPDATE posts SET status = 'publishing', due_at_ms = {now}, lease_token = 7, lease_until_ms = {until}"
        )).await;
        world.meddle(&format!("UPDATE posts SET request_started_at_ms = 1 WHERE id = {begun}")).await;
        world.start().await;
        world.until_post("alice", begun, "unconfirmed").await;
        world.until_post("alice", only_claimed, "published").await;
        assert_eq!(read(&channel), ["Only claimed"]);
        assert_eq!(told(world, begun).await, ["post.unconfirmed"]);
        mina.sees("Begun").await.expect("the author is asked to look");
    }

    async fn a_claim_that_was_taken_away_is_worth_nothing(world) {
        world.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", "@nobodys_channel")]).await;
        world.stop().await;
        let store = telegram_bot_scheduler::store::Store::open(&world.config.database).await.expect("a database");
        store.lead("this story").await.expect("nobody else leads");
        let (now, lease) = (world.clock.now(), TimeDelta::minutes(1));
        let rule = NewNotification::for_event;
        let post = NewPost {
            account: "alice".into(), network: "news".into(), text: "x".into(), media_url: None, media_file: None, publish_at: now,
            options: PostOptions::default(), needs_approval: false,
        };
        store.schedule_post(post, Actor::Author, None, now).await.expect("a post");
        let old = store.claim_posts("news", 9, lease, now).await.expect("a claim").remove(0);
        assert!(store.claim_posts("news", 9, lease, now).await.expect("no error").is_empty(), "claimed is claimed");
        assert_eq!(store.recover_posts(Claims::Ended, rule, now).await.expect("no error").scheduled, 0);
        assert_eq!(store.recover_posts(Claims::Ended, rule, now + lease).await.expect("no error").scheduled, 1);
        let (id, token) = (old.post.id, old.lease_token);
        assert!(!store.begin_post(id, token, lease, now).await.expect("no error"), "the late one must not send");
        let new = store.claim_posts("news", 9, lease, now).await.expect("a claim").remove(0);
        assert!(!store.begin_post(id, token, lease, now).await.expect("no error"));
        assert!(store.begin_post(id, new.lease_token, lease, now).await.expect("no error"));
        assert!(!store.begin_post(id, new.lease_token, lease, now).await.expect("no error"), "begun once");
        let outcome = Outcome::Published { url: None };
        assert!(!store.settle_post(id, token, outcome.clone(), rule, now).await.expect("no error"));
        assert!(store.settle_post(id, new.lease_token, outcome.clone(), rule, now).await.expect("no error"));
        assert!(!store.settle_post(id, new.lease_token, outcome, rule, now).await.expect("no error"), "told once");
        store.close().await;
        assert_eq!(told(world, id).await, ["post.published"]);
    }

    async fn posts_due_together_keep_their_order_and_telegrams_limits(world) {
        let channel = world.knows_news().await;
        let at = world.clock.now() + TimeDelta::minutes(5);
        for number in 0..6 {
            world.platform().schedules("alice", post_to("news", &number.to_string(), at)).await;
        }
        world.time_passes(TimeDelta::minutes(5));
        world.telegram.wait_for_count(channel.id(), 6, PATIENCE + Duration::from_secs(10)).await.expect("all go out");
        assert_eq!(read(&channel), ["0", "1", "2", "3", "4", "5"]);
        let refused = world.telegram.fault_counts();
        assert!(refused.is_empty(), "Telegram had to limit nothing: {refused:?}");
    }

    async fn a_claim_takes_no_more_than_it_may(world) {
        world.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", "@nobodys_channel")]).await;
        world.stop().await;
        let store = telegram_bot_scheduler::store::Store::open(&world.config.database).await.expect("a database");
        store.lead("this story").await.expect("nobody else leads");
        let (now, lease) = (world.clock.now(), TimeDelta::minutes(1));
        for number in 0..30 {
            let text = number.to_string();
            let post = NewPost {
                account: "alice".into(), network: "news".into(), text, media_url: None, media_file: None, publish_at: now,
                options: PostOptions::default(), needs_approval: false,
            };
            store.schedule_post(post, Actor::Author, None, now).await.expect("a post");
            let row = NewNotification::test("alice", 100 + number, now - TimeDelta::milliseconds(30 - number));
            store.enqueue(row, now).await.expect("a notification");
        }
        let posts = store.claim_posts("news", 4, lease, now).await.expect("a claim");
        let texts: Vec<&str> = posts.iter().map(|claimed| claimed.post.text.as_str()).collect();
        assert_eq!(texts, ["0", "1", "2", "3"], "the longest due first, and no more than asked for");
        let wish = ClaimWish { limit: 4, lease, ..ClaimWish::default() };
        let notifications = store.claim_due(wish, now).await.expect("a claim").rows;
        assert_eq!(notifications.len(), 4, "no more than asked for");
        // Who goes first and who waits longest are one and the same, and take one place.
        let wish = ClaimWish { limit: 16, lease, chats_first: vec![100], ..ClaimWish::default() };
        let notifications = store.claim_due(wish, now).await.expect("a claim").rows;
        assert_eq!((notifications.len(), notifications[0].chat_id), (16, 100), "and no fewer, where there are as many");
        store.close().await;
    }
}
