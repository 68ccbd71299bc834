//! Telegram's limits are kept. A chat that Telegram tells to wait is in `faults::telegram_away`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::harness::news::{failed, published};
use crate::on_both_databases;

on_both_databases! {
    async fn a_hundred_chats_hear_of_it_without_one_429(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_100).await;
        world.start().await;
        let events: Vec<Value> = people.iter().map(|person| published(&person.id().to_string(), "x")).collect();
        world.platform().accepts(json!({ "events": events })).await;
        for person in &people {
            world.telegram.wait_for_count(person.id(), 1, 3 * PATIENCE).await.expect("everybody hears of it");
        }
        world.outbox().await.until_settled(PATIENCE).await;
        let stats = world.telegram.stats();
        assert_eq!((stats.messages, stats.too_many_requests, stats.early_sends), (100, 0, 0), "{stats:?}");
        assert!(stats.busiest_second <= 30, "{stats:?}");
        assert!(stats.busiest_second >= 25, "the limits are also made use of: {stats:?}");
    }

    async fn one_chat_gets_its_burst_and_then_its_pace(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_001).await;
        world.start().await;
        let events: Vec<Value> = (0..6).map(|number| failed("1000", &number.to_string())).collect();
        world.platform().accepts(json!({ "events": events })).await;
        world.telegram.wait_for_count(people[0].id(), 6, PATIENCE).await.expect("all arrive");
        let at: Vec<Duration> = people[0].messages().iter().filter(|it| it.by_bot).map(|it| it.at).collect();
        assert!(at[5] - at[0] >= Duration::from_secs(3), "three at once, then one a second: {at:?}");
        let stats = world.telegram.stats();
        assert_eq!((stats.too_many_requests, stats.early_sends), (0, 0), "{stats:?}");
    }

    async fn a_group_gets_twenty_and_the_rest_waits_for_the_minute(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let group = world.telegram.group("Bakers", &mina);
        group.add_bot().expect("she can");
        world.telegram.wait_for_count(group.id(), 1, PATIENCE).await.expect("the bot greets the group");
        let outbox = world.outbox().await;
        outbox.write(&format!("UPDATE sns_settings SET telegram_chat_id = {}", group.id())).await;
        world.stop().await;
        // Groups have no pace per second at Telegram; without ours the minute's limit is reached at once.
        world.config.delivery.per_chat_per_second = 0;
        world.start().await;
        let events: Vec<Value> = (0..25).map(|number| failed("alice", &number.to_string())).collect();
        world.platform().accepts(json!({ "events": events })).await;
        let ids: Vec<i64> = outbox.rows().await.iter().map(|row| row.id).collect();
        // The greeting is of the service's earlier run; Telegram remembers it.
        outbox.until(ids[18], "sent").await;
        outbox.until_put_off(ids[19], "limited").await;
        assert_eq!(world.telegram.stats().too_many_requests, 1, "after a restart Telegram has to say it once");
        assert_eq!(outbox.count("notifications WHERE state = 'pending'").await, 6);
    }

    async fn a_new_event_wakes_the_idle_worker_at_once(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let mut waits = Vec::new();
        for number in 0..9 {
            let id = world.platform().accepts(failed("alice", &number.to_string())).await[0];
            let row = outbox.until(id, "sent").await;
            waits.push(outbox.attempts(id).await[0].started_at_ms - row.created_at_ms);
            // Not the chat's limit is measured, and each finds the worker idle.
            world.telegram.set_limits(bot_api::Limits::off());
            if number == 0 {
                world.without_limits().await;
            }
        }
        waits.sort_unstable();
        assert!(waits[4] < 250, "half of the events waited longer than 250 ms for an idle worker: {waits:?}");
    }

    async fn a_test_message_is_answered_with_its_outcome(world) {
        let path = "/api/telegram/send-test-message";
        let unlinked = world.platform().post("alice", path, json!({})).await;
        assert_eq!((unlinked.status, &unlinked.body["type"]), (409, &json!("/problems/not-linked")), "{unlinked:?}");
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let sent = world.platform().post("alice", path, json!({})).await;
        assert_eq!((sent.status, &sent.body["state"]), (200, &json!("sent")), "{sent:?}");
        mina.sees("Test notification").await.expect("it is there before the answer");
        world.telegram.set_down(true);
        let later = world.platform().post("alice", path, json!({})).await;
        assert_eq!(later.status, 202, "accepted, and not sent yet: {later:?}");
        assert!(later.body["state"] == "pending" || later.body["state"] == "sending", "{later:?}");
        world.telegram.set_down(false);
        let outbox = world.outbox().await;
        outbox.until(later.body["id"].as_i64().expect("an id"), "sent").await;
        mina.blocks_bot().expect("she can");
        let gone = world.platform().post("alice", path, json!({})).await;
        assert_eq!((gone.status, &gone.body["type"]), (409, &json!("/problems/chat-unreachable")), "{gone:?}");
    }
}
