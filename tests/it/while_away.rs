//! What grew too old to be told on its own: one message tells that it went by.

use bot_api::{Fault, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// An event of `hours` ago.
fn old(world: &World, kind: &str, text: &str, hours: i64) -> Value {
    let at = (world.clock.now() - TimeDelta::hours(hours)).to_rfc3339();
    json!({ "type": kind, "account": "alice", "at": at,
            "data": { "network": "facebook", "text": text, "error": "login expired" } })
}

on_both_databases! {
    async fn after_an_outage_old_news_comes_as_one_message_and_new_news_on_its_own(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let platform = world.platform();
        world.telegram.set_down(true);
        let mut events: Vec<Value> =
            (0..40).map(|number| old(world, "post.published", &format!("scones {number}"), 7)).collect();
        events.extend((0..3).map(|number| old(world, "post.failed", &format!("bread {number}"), 24 * 8)));
        let ids = platform.accepts(json!({ "events": events })).await;
        let fresh = platform.accepts(json!({ "events": [old(world, "post.failed", "cake", 24 * 6)] })).await;
        world.telegram.set_down(false);
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE * 2).await;

        let told = mina.sees("While I was away").await.expect("one message about all of it");
        assert!(told.text().contains("40 posts published"), "{}", told.text());
        assert!(told.text().contains("3 failed · Facebook: login expired (×3)"), "{}", told.text());
        mina.sees("cake").await.expect("what is not too old is told on its own");
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|message| !message.text().contains("scones")), "old news came on its own");
        for id in ids {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(told.id())), "{row:?}");
        }
        assert_ne!(outbox.row(fresh[0]).await.message_id.map(i64::from), Some(told.id()));
    }

    async fn a_single_old_notice_is_told_itself_as_late(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.platform().accepts(json!({ "events": [old(world, "post.published", "scones", 7)] })).await;
        let told = mina.sees("scones").await.expect("more than a number");
        assert!(told.text().starts_with("👋 While I was away"), "{}", told.text());
        assert!(told.text().contains("Published · Facebook"), "{}", told.text());
    }

    async fn what_is_carried_ends_with_its_carrier(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let blocked = Fault::Error { status: 403, description: "Forbidden: bot was blocked by the user".into() };
        world.telegram.fault_next(1, Rule::new(blocked).method("sendMessage"));
        let events: Vec<Value> = (0..3).map(|number| old(world, "post.published", &number.to_string(), 7)).collect();
        let ids = world.platform().accepts(json!({ "events": events })).await;
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE).await;
        for id in ids {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.reason.as_deref()), ("dead", Some("blocked")), "{row:?}");
        }
    }

    async fn a_kill_between_the_fold_and_the_sending_loses_nothing(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.stop().await;
        let outbox = world.outbox().await;
        let mut ids = Vec::new();
        for number in 0..3 {
            let data = format!(r#"{{"network":"x","text":"{number}"}}"#);
            ids.push(outbox.holds("alice", mina.id(), "post.published", &data).await);
        }
        outbox.write("UPDATE notifications SET event_at_ms = event_at_ms - 25200000, due_at_ms = created_at_ms").await;
        // A dead process had folded the first two, and was about to send.
        let carrier = outbox.holds("alice", mina.id(), "while.away", r#"{"carried":{"published":2}}"#).await;
        outbox.change(ids[0], &format!("carrier_id = {carrier}, head = FALSE")).await;
        outbox.change(ids[1], &format!("carrier_id = {carrier}")).await;
        let claimed = "state = 'sending', head = TRUE, lease_token = 7, due_at_ms = created_at_ms, \
                       lease_until_ms = created_at_ms + 60000";
        outbox.change(carrier, claimed).await;
        world.start().await;
        outbox.until_settled(PATIENCE).await;
        let told = mina.sees("While I was away").await.expect("the message");
        assert!(told.text().contains("3 posts published"), "the third one joined them: {}", told.text());
        for id in ids {
            assert_eq!(outbox.row(id).await.message_id.map(i64::from), Some(told.id()), "all three were told by it");
        }
    }
}
