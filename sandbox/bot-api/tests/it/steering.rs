//! The control port: the same world for those who are not in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bot_api::Options;
use serde_json::{Value, json};

use crate::Bench;

fn steered() -> Bench {
    let control_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    Bench::with(Options { control_address, ..Options::unlimited() })
}

impl Bench {
    async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.api.control_url().unwrap());
        let request = self.http.request(method.parse().unwrap(), url);
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.control("POST", path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.control("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

#[tokio::test]
async fn a_person_talks_and_taps_over_http() {
    let bench = steered();
    bench.post("/people", json!({ "id": 1001, "first_name": "Mina", "language_code": "ko" })).await;
    bench.post("/people/1001/say", json!({ "text": "/start" })).await;
    let markup = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go" }]] });
    let sent =
        bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "Tap", "reply_markup": markup })).await;
    let tapping = bench.post("/people/1001/tap", json!({ "message_id": sent["message_id"], "label": "Go" }));
    let answering = async {
        loop {
            let updates = bench.updates().await;
            if let Some(id) = updates.iter().find_map(|update| update["callback_query"]["id"].as_str()) {
                return bench
                    .ok("answerCallbackQuery", json!({ "callback_query_id": id, "text": "Gone" }))
                    .await;
            }
        }
    };
    let (tap, _) = tokio::join!(tapping, answering);
    assert_eq!(tap["answer"]["text"], "Gone");
    let messages = bench.get("/chats/1001/messages").await;
    assert_eq!(messages[0]["message"]["text"], "/start");
    assert_eq!((&messages[1]["by_bot"], &messages[1]["message"]["text"]), (&json!(true), &json!("Tap")));
    bench.post("/people/1001/block", Value::Null).await;
    let (status, error) = bench.control("POST", "/people/1001/say", json!({ "text": "x" })).await;
    assert_eq!(status, 409);
    assert!(error["error"].as_str().unwrap().contains("blocked"), "{error}");
    assert_eq!(bench.control("POST", "/people/9/say", json!({ "text": "x" })).await.0, 404);
}

#[tokio::test]
async fn rooms_are_made_and_changed_over_http() {
    let bench = steered();
    bench.post("/people", json!({ "id": 1001, "first_name": "Mina" })).await;
    let room = json!({ "kind": "supergroup", "title": "Forum", "forum": true, "creator": 1001 });
    let id = bench.post("/chats", room).await["id"].as_i64().unwrap();
    bench.post(&format!("/chats/{id}/bot"), json!({ "standing": "administrator" })).await;
    let thread =
        bench.post(&format!("/chats/{id}/topics"), json!({ "name": "News" })).await["thread"].clone();
    let params = json!({ "chat_id": id, "message_thread_id": thread, "text": "in it" });
    bench.ok("sendMessage", params.clone()).await;
    bench.post(&format!("/chats/{id}/topics/{thread}/close"), Value::Null).await;
    assert_eq!(bench.refused("sendMessage", params).await, "Bad Request: TOPIC_CLOSED");
    let group = json!({ "kind": "group", "title": "Group", "creator": 1001 });
    let group = bench.post("/chats", group).await["id"].as_i64().unwrap();
    let moved = bench.post(&format!("/chats/{group}/migrate"), Value::Null).await["id"].as_i64().unwrap();
    assert!(moved < -1_000_000_000_000);
    let chats = bench.get("/chats").await;
    assert!(chats.as_array().unwrap().iter().any(|chat| chat["migrated_to"] == moved), "{chats}");
}

#[tokio::test]
async fn faults_limits_and_reach_are_switched_over_http_even_while_telegram_is_down() {
    let bench = steered();
    bench.mina().await;
    let rule = json!({ "times": 1, "fault": { "kind": "html", "status": 502 }, "methods": ["sendMessage"] });
    bench.post("/faults", rule).await;
    let response =
        bench.http.post(bench.method_url("sendMessage")).json(&json!({ "chat_id": 1001, "text": "x" }));
    assert_eq!(response.send().await.unwrap().status(), 502);
    assert_eq!(bench.get("/faults").await["counts"]["html"]["given"], 1);

    assert_eq!(bench.control("PUT", "/reach", json!({ "reach": "refusing" })).await.0, 200);
    let refused = async {
        while bench.http.get(bench.method_url("getMe")).send().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.unwrap();
    assert_eq!(bench.control("PUT", "/reach", json!({ "reach": "up" })).await.0, 200);
    let back = async {
        while bench.http.get(bench.method_url("getMe")).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), back).await.unwrap();

    let limits =
        json!({ "per_chat_per_second": 1, "per_chat_burst": 1, "per_second": 0, "per_group_per_minute": 0 });
    assert_eq!(bench.control("PUT", "/limits", limits).await.0, 200);
    bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "1" })).await;
    assert_eq!(bench.call("sendMessage", json!({ "chat_id": 1001, "text": "2" })).await.0, 429);
    let stats = bench.get("/stats").await;
    assert_eq!((&stats["messages"], &stats["too_many_requests"]), (&json!(1), &json!(1)));
    assert_eq!(stats["requests"]["sendMessage"], 3);
    assert_eq!(bench.control("PUT", "/nonsense", Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_event_stream_tells_every_change() {
    let bench = steered();
    let mina = bench.mina().await;
    let mut stream =
        bench.http.get(format!("{}/events", bench.api.control_url().unwrap())).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    mina.says("hello").unwrap();
    let sent = bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "hi" })).await;
    bench.ok("deleteMessage", json!({ "chat_id": 1001, "message_id": sent["message_id"] })).await;
    let mut seen = String::new();
    let reading = async {
        while !seen.contains("\"event\":\"deleted\"") {
            seen.push_str(&String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(5), reading).await.unwrap();
    let events: Vec<Value> = seen
        .split("\n\n")
        .filter_map(|event| serde_json::from_str(event.strip_prefix("data: ")?).ok())
        .filter(|event: &Value| event["event"] != "request")
        .collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "message", "deleted"]);
    assert_eq!(events[1]["message"]["message"]["text"], "hi");
}

#[tokio::test]
async fn pages_of_other_sites_may_not_steer() {
    let bench = steered();
    let url = format!("{}/stats", bench.api.control_url().unwrap());
    let ask =
        async |origin: &str| bench.http.get(&url).header("origin", origin).send().await.unwrap().status();
    assert_eq!(ask("https://evil.example").await, 403);
    assert_eq!(ask("http://localhost:3000").await, 200);
}
