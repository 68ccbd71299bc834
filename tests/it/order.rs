//! The order in which people hear of things, and how soon.

use std::collections::BTreeMap;
use std::time::Duration;

use bot_api::{Fault, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::health::Telegram;

use crate::harness::news::{failed, published};
use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// The texts of all requests to send something, in the order in which Telegram saw them, with their chats.
fn requests(world: &World) -> Vec<(i64, String)> {
    let requests = world.telegram.requests_to("sendMessage");
    requests.iter().filter_map(|request| Some((request.chat?, request.text().to_owned()))).collect()
}

/// The numbers in “…” of what a chat got, in its order.
fn numbers(world: &World, chat: i64) -> Vec<usize> {
    let quoted = |text: &str| text.split(['“', '”']).nth(1).and_then(|number| number.parse().ok());
    world.telegram.sent(chat).iter().filter_map(|message| quoted(message.text())).collect()
}

/// One person is to hear of thirty failures, and then so many `others` of one each. Returns, when all of those have heard,
/// how many messages to the one left before the last of theirs.
async fn told_to_a_busy_person_before_the_last_of(world: &mut World, others: i64) -> usize {
    world.stop().await;
    let people = world.crowd(1_000..1_001 + others).await;
    world.start().await;
    let (busy, others) = people.split_first().expect("at least one person");
    let events = |person: &bot_api::Person, count| vec![failed(&person.id().to_string(), "x"); count];
    world.platform().accepts(json!({ "events": events(busy, 30) })).await;
    let news: Vec<Value> = others.iter().flat_map(|person| events(person, 1)).collect();
    world.platform().accepts(json!({ "events": news })).await;
    for person in others {
        world.telegram.wait_for_count(person.id(), 1, PATIENCE).await.expect("the others hear of theirs");
    }
    let order = requests(world);
    let last = order.iter().rposition(|(chat, _)| *chat != busy.id()).expect("the others");
    order[..last].iter().filter(|(chat, _)| *chat == busy.id()).count()
}

on_both_databases! {
    async fn each_person_hears_in_the_order_in_which_it_happened(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_020).await;
        world.without_limits().await;
        world.telegram.set_send_latency(Duration::from_millis(20));
        for round in 0..4 {
            let news = |number: usize| people.iter().map(move |person| failed(&person.id().to_string(), &number.to_string()));
            let events: Vec<Value> = (round * 3..round * 3 + 3).flat_map(news).collect();
            world.platform().accepts(json!({ "events": events })).await;
        }
        world.outbox().await.until_settled(3 * PATIENCE).await;
        let mut last = BTreeMap::new();
        for person in &people {
            assert_eq!(numbers(world, person.id()), (0..12).collect::<Vec<_>>(), "person {}", person.id());
        }
        for request in world.telegram.requests_to("sendMessage") {
            if let Some(before) = last.insert(request.chat, request.at) {
                let apart = request.at - before;
                assert!(apart >= Duration::from_millis(20), "two on their way to {:?} at once: {apart:?} apart", request.chat);
            }
        }
    }

    async fn what_telegram_did_not_take_keeps_its_place(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let mut number = 0;
        let faults = [
            Fault::TooManyRequests { retry_after: 1 },
            Fault::Error { status: 400, description: "Bad Request: can't parse entities: x".into() },
            Fault::Error { status: 401, description: "Unauthorized".into() },
        ];
        for fault in faults {
            world.telegram.fault_next(1, Rule::new(fault).method("sendMessage"));
            let events: Vec<Value> = (0..3).map(|at| failed("alice", &(number + at).to_string())).collect();
            number += 3;
            world.platform().accepts(json!({ "events": events })).await;
            outbox.until_settled(PATIENCE).await;
        }
        assert_eq!(numbers(world, mina.id()), (0..9).collect::<Vec<_>>());
    }

    async fn what_was_on_its_way_at_a_crash_keeps_its_place(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.stop().await;
        let outbox = world.outbox().await;
        let told = |number: usize| format!(r#"{{"network":"x","text":"{number}"}}"#);
        let mut ids = Vec::new();
        for number in 0..3 {
            ids.push(outbox.holds("alice", mina.id(), "post.failed", &told(number)).await);
        }
        outbox.write("UPDATE notifications SET due_at_ms = created_at_ms").await;
        outbox.change(ids[0], "state = 'sending', lease_token = 7, lease_until_ms = due_at_ms + 60000").await;
        world.start().await;
        outbox.until_settled(PATIENCE).await;
        assert_eq!(numbers(world, mina.id()), [0, 1, 2]);
    }

    async fn what_is_held_back_for_later_delays_nothing(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let held = outbox.holds("alice", mina.id(), "announcement", r#"{"text":"tomorrow"}"#).await;
        let now = world.platform().accepts(failed("alice", "now")).await;
        outbox.until(now[0], "sent").await;
        assert_eq!(outbox.row(held).await.state, "pending");
        world.time_passes(TimeDelta::hours(25));
        outbox.until(held, "sent").await;
    }

    async fn failures_are_told_before_good_news(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_040).await;
        world.start().await;
        world.until("the bot has signed in", async || world.app().health().telegram() == Telegram::Up).await;
        world.telegram.set_unauthorized(true);
        world.until("the refused token is noticed", async || world.platform().readiness().await.0 == 503).await;
        let outbox = world.outbox().await;
        world.telegram.clear_requests();
        // The good news is older: it would go first if it were only about age.
        let (happy, sad) = people.split_at(35);
        let good = happy.iter().map(|person| published(&person.id().to_string(), "good"));
        let bad = sad.iter().map(|person| failed(&person.id().to_string(), "bad"));
        world.platform().accepts(json!({ "events": good.collect::<Vec<_>>() })).await;
        world.platform().accepts(json!({ "events": bad.collect::<Vec<_>>() })).await;
        world.telegram.set_unauthorized(false);
        outbox.until_settled(2 * PATIENCE).await;
        let order: Vec<bool> = requests(world).iter().map(|(_, text)| text.contains("Post failed")).collect();
        assert_eq!(order.len(), 40, "each went out once");
        assert!(order[..5].iter().all(|failure| *failure), "the five failures come first: {order:?}");
    }

    async fn a_busy_person_goes_on_while_others_are_told(world) {
        // Theirs are the oldest of all: newest first would leave them to the end.
        let before = told_to_a_busy_person_before_the_last_of(world, 150).await;
        // Three at once, then one a second; 150 others take 5 s at 30 a second.
        assert!(before >= 5, "{before} messages to the busy person while 150 others were told: theirs stood still");
    }

    async fn one_busy_person_delays_nobody(world) {
        let before = told_to_a_busy_person_before_the_last_of(world, 50).await;
        // Three at once, then one a second; 50 others take 1.7 s at 30 a second.
        assert!(before <= 6, "{before} messages to the busy person went before somebody else's only one");
        let waiting = world.outbox().await.count("notifications WHERE state = 'pending'").await;
        assert!(waiting >= 20, "the busy person's wait for their turn: {waiting}");
        assert_eq!(world.telegram.stats().too_many_requests, 0);
    }
}
