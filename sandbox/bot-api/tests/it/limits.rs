//! Flood control over HTTP.

use std::time::Duration;

use bot_api::{Limits, NewPerson, Options};
use serde_json::{Value, json};

use crate::Bench;

async fn send(bench: &Bench, chat: i64) -> (u16, Value) {
    bench.call("sendMessage", json!({ "chat_id": chat, "text": "x" })).await
}

#[tokio::test]
async fn the_fourth_message_at_once_to_one_chat_must_wait() {
    let bench = Bench::with(Options::default());
    bench.mina().await;
    for _ in 0..3 {
        assert_eq!(send(&bench, 1001).await.0, 200);
    }
    let (status, answer) = send(&bench, 1001).await;
    assert_eq!(status, 429);
    assert_eq!(
        answer,
        json!({
            "ok": false,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": { "retry_after": 1 },
        })
    );
    assert_eq!(bench.api.sent_count(1001), 3);
    let stats = bench.api.stats();
    assert_eq!((stats.too_many_requests, stats.messages, stats.early_sends), (1, 3, 0));
    send(&bench, 1001).await;
    assert_eq!(bench.api.stats().early_sends, 1, "it did not wait");
    bench.api.set_limits(Limits::off());
    assert_eq!(send(&bench, 1001).await.0, 200);
}

#[tokio::test]
async fn thirty_messages_fill_a_second() {
    let bench = Bench::with(Options::default());
    for id in 1..=31 {
        bench.api.person(NewPerson::new(id, "Somebody")).says("/start").unwrap();
    }
    for id in 1..=30 {
        assert_eq!(send(&bench, id).await.0, 200);
    }
    assert_eq!(send(&bench, 31).await.0, 429);
    assert_eq!(bench.api.stats().busiest_second, 30);
}

#[tokio::test]
async fn one_chat_may_be_told_to_wait_for_hours_while_others_go_on() {
    let bench = Bench::new();
    bench.mina().await;
    bench.api.person(NewPerson::new(1002, "Joon")).says("/start").unwrap();
    bench.api.limit_chat(1001, Duration::from_secs(10_072));
    let (status, answer) = send(&bench, 1001).await;
    assert_eq!((status, answer["parameters"]["retry_after"].as_u64()), (429, Some(10_072)));
    assert_eq!(send(&bench, 1002).await.0, 200);
}
