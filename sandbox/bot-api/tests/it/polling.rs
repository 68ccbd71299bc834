//! getUpdates: offsets, kinds, long polls and rivals.

use std::time::{Duration, Instant};

use bot_api::Options;
use serde_json::{Value, json};

use crate::Bench;

fn ids(updates: &Value) -> Vec<i64> {
    updates.as_array().unwrap().iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_update_comes_again_until_an_offset_confirms_it() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    for text in ["a", "b", "c"] {
        mina.says(text).unwrap();
    }
    let first = ids(&bench.ok("getUpdates", json!({ "limit": 2 })).await);
    assert_eq!(first.len(), 2);
    let again = ids(&bench.ok("getUpdates", json!({})).await);
    assert_eq!(again.len(), 3);
    assert_eq!(again[..2], first[..]);
    let rest = bench.ok("getUpdates", json!({ "offset": again[1] + 1 })).await;
    assert_eq!(ids(&rest), again[2..]);
    assert_eq!(bench.api.acknowledged(), Some(again[1]));
    assert_eq!(bench.api.pending_updates().len(), 1);
    assert_eq!(ids(&bench.ok("getUpdates", json!({ "offset": -1 })).await), again[2..]);
}

#[tokio::test]
async fn a_long_poll_ends_with_the_update_it_waited_for() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let poll = bench.ok("getUpdates", json!({ "timeout": 20 }));
    let type_later = async {
        let calls = bench.api.calls("getUpdates").unwrap().count;
        bench.api.wait_for_calls("getUpdates", calls + 1, Duration::from_secs(5)).await.unwrap();
        mina.says("hi").unwrap();
        Instant::now()
    };
    let (updates, said_at) = tokio::join!(poll, type_later);
    assert_eq!(updates[0]["message"]["text"], "hi");
    assert!(said_at.elapsed() < Duration::from_secs(5), "it did not wait for its time-out");
}

#[tokio::test]
async fn a_long_poll_without_updates_ends_empty_after_its_timeout() {
    let bench = Bench::new();
    let started = Instant::now();
    assert_eq!(bench.ok("getUpdates", json!({ "timeout": 1 })).await, json!([]));
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(bench.ok("getUpdates", json!({})).await, json!([]), "and without a timeout at once");
}

#[tokio::test]
async fn a_second_poller_ends_the_first() {
    let bench = Bench::new();
    let first = bench.call("getUpdates", json!({ "timeout": 30 }));
    let second = async {
        bench.api.wait_for_calls("getUpdates", 1, Duration::from_secs(5)).await.unwrap();
        bench.call("getUpdates", json!({ "timeout": 1 })).await
    };
    let ((status, answer), (second, _)) = tokio::join!(first, second);
    assert_eq!((status, second), (409, 200));
    assert_eq!(
        answer["description"],
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
}

#[tokio::test]
async fn a_webhook_ends_the_poll_and_refuses_the_next() {
    let bench = Bench::new();
    let poll = bench.call("getUpdates", json!({ "timeout": 30 }));
    let set = async {
        bench.api.wait_for_calls("getUpdates", 1, Duration::from_secs(5)).await.unwrap();
        bench.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/hook" })).await
    };
    let ((status, answer), _) = tokio::join!(poll, set);
    assert_eq!((status, &answer["description"]), (409, &json!("Conflict: terminated by setWebhook request")));
    assert_eq!(
        bench.refused("getUpdates", json!({})).await,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    bench.ok("deleteWebhook", json!({})).await;
    bench.ok("getUpdates", json!({})).await;
}

#[tokio::test]
async fn kinds_are_chosen_by_the_last_allowed_updates() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    bench.ok("getUpdates", json!({ "allowed_updates": ["callback_query"] })).await;
    mina.says("not wanted").unwrap();
    assert_eq!(bench.updates().await.len(), 0, "remembered, and applied when the update is made");
    bench.ok("getUpdates", json!({ "allowed_updates": [] })).await;
    assert_eq!(bench.updates().await.len(), 0, "what was not made never comes");
    mina.says("wanted").unwrap();
    assert_eq!(bench.updates().await.len(), 1);
}

#[tokio::test]
async fn many_updates_come_a_hundred_at_a_time() {
    let bench = Bench::with(Options::unlimited());
    let mina = bench.mina().await;
    for number in 0..250 {
        mina.says(&format!("n{number}")).unwrap();
    }
    let mut seen = Vec::new();
    let mut offset = 0;
    loop {
        let updates = bench.ok("getUpdates", json!({ "offset": offset, "limit": 1000 })).await;
        let ids = ids(&updates);
        assert!(ids.len() <= 100);
        let Some(last) = ids.last() else { break };
        offset = last + 1;
        seen.extend(
            updates.as_array().unwrap().iter().map(|u| u["message"]["text"].as_str().unwrap().to_owned()),
        );
    }
    assert_eq!(seen, (0..250).map(|number| format!("n{number}")).collect::<Vec<_>>());
    bench.api.wait_until_acknowledged(Duration::ZERO).await.unwrap();
}
