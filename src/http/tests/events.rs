//! What the platform tells, and what it is told when it tells it wrongly.

use serde_json::json;

use super::*;
use crate::domain::notification::Kind;

const EVENTS: &str = "/api/events";

fn failed(account: &str) -> Value {
    json!({"type": "post.failed", "account": account, "at": "2026-11-22T09:00:00Z",
           "data": {"network": "instagram", "error": "the password changed", "post_id": "7"}})
}

impl Server {
    async fn tell(&self, body: &Value) -> Got {
        answer_to(self.platform(Method::POST, EVENTS).json(body)).await
    }

    async fn tell_raw(&self, body: impl Into<reqwest::Body>) -> Got {
        let request = self.platform(Method::POST, EVENTS).header("content-type", "application/json");
        answer_to(request.body(body)).await
    }

    async fn tell_once(&self, key: &str, body: &Value) -> Got {
        let request = self.platform(Method::POST, EVENTS).header("Idempotency-Key", key);
        answer_to(request.json(body)).await
    }
}

fn ids(got: &Got) -> Vec<i64> {
    assert_eq!(got.status, 202, "{}", got.text);
    serde_json::from_value(got.body["ids"].clone()).unwrap()
}

#[tokio::test]
async fn one_event_makes_one_notification() {
    let server = Server::start().await;
    server.link("alice", 42).await;
    let ids = ids(&server.tell(&failed("alice")).await);
    let claimed = server.claim_all().await;
    assert_eq!(claimed.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!((claimed[0].chat_id, claimed[0].account.as_str()), (42, "alice"));
    assert_eq!(claimed[0].kind, Kind::from_name("post.failed").unwrap());
    assert_eq!(claimed[0].content.event.error.as_deref(), Some("the password changed"));
    assert_eq!(claimed[0].event_at.to_rfc3339(), "2026-11-22T09:00:00+00:00");
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let server = Server::start().await;
    server.link("alice", 42).await;
    let events: Vec<Value> = vec![failed("bob"); 1000];
    let got = ids(&server.tell(&json!({"events": events})).await);
    assert_eq!(got.len(), 1000);
    assert!(got.is_sorted());
    let mixed = json!({"events": [failed("bob"), failed("alice"), failed("bob")]});
    let got = ids(&server.tell(&mixed).await);
    assert_eq!(server.claim_all().await.iter().map(|row| row.id).collect::<Vec<_>>(), [got[1]]);
}

#[tokio::test]
async fn a_repeated_key_gets_the_same_answer_and_changes_nothing() {
    let server = Server::start().await;
    server.link("alice", 42).await;
    let first = server.tell_once("k-1", &failed("alice")).await;
    let again = server.tell_once("k-1", &failed("alice")).await;
    assert_eq!(ids(&first), ids(&again));
    assert_eq!(first.text, again.text);
    server.tell_once("k-1", &failed("bob")).await.problem(422, "idempotency-key-reused");
    let other = server.tell_once("k-2", &failed("alice")).await;
    assert_ne!(ids(&first), ids(&other));
    assert_eq!(server.claim_all().await.len(), 1, "one lane: the first of two rows");
    assert!(server.store.notification(ids(&other)[0] + 1).await.unwrap().is_none(), "two rows in all");
}

#[tokio::test]
async fn a_key_belongs_to_whoever_used_it() {
    let server = Server::start().await;
    let first = ids(&server.tell_once("k", &failed("alice")).await);
    let other = server.anonymous(Method::POST, EVENTS).bearer_auth(server.token("partner", Scope::Events));
    let got = answer_to(other.header("idempotency-key", "k").json(&failed("bob"))).await;
    assert_ne!(ids(&got), first);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let server = Server::start().await;
    for key in ["", "a b", "a\tb", "ключ", &"k".repeat(256)] {
        let got = server.tell_once(key, &failed("alice")).await;
        assert!(got.problem(400, "bad-request").contains("Idempotency-Key"), "{key:?}");
    }
    let twice = server.platform(Method::POST, EVENTS).header("idempotency-key", "a");
    let got = answer_to(twice.header("idempotency-key", "a").json(&failed("alice"))).await;
    got.problem(400, "bad-request");
    for key in ["!", &"k".repeat(255)] {
        assert_eq!(server.tell_once(key, &failed("alice")).await.status, 202, "{key:?}");
    }
}

#[tokio::test]
async fn what_is_malformed_is_400_and_says_where() {
    let server = Server::start().await;
    let deep = "[".repeat(100_000);
    let deep_data =
        format!(r#"{{"type":"announcement","account":"a","data":{{"text":{}"#, "[".repeat(100_000));
    let good = failed("a").to_string();
    for (body, says) in [
        ("", "EOF"),
        ("nonsense", "expected"),
        ("null", "an object"),
        ("5", "an object"),
        ("\"text\"", "an object"),
        (r#"["post.failed","a",null,{}]"#, "an object"),
        (deep.as_str(), "an object"),
        (deep_data.as_str(), ""),
        (r#"{"type":"post.failed","account":"#, "EOF"),
        (&format!("{good} {good}"), "trailing"),
        (&format!("\u{feff}{good}"), "expected"),
        (r#"{}"#, "missing field `type`"),
        (r#"{"type":"post.failed"}"#, "missing field `account`"),
        (r#"{"type":"post.exploded","account":"a"}"#, "type: unknown variant `post.exploded`"),
        (r#"{"type":{"announcement":null},"account":"a"}"#, "type: "),
        (r#"{"type":"announcement","account":5}"#, "account: invalid type: integer `5`, expected a string"),
        (r#"{"type":"announcement","account":"a","at":"yesterday"}"#, "at: "),
        (r#"{"type":"announcement","account":"a","at":NaN}"#, "expected"),
        (
            r#"{"type":"announcement","account":"a","data":null}"#,
            "data: invalid type: null, expected an object",
        ),
        (r#"{"type":"announcement","account":"a","data":["x","y"]}"#, "expected an object"),
        (r#"{"type":"announcement","account":"a","data":{"txt":"x"}}"#, "unknown field `txt`"),
        (r#"{"type":"announcement","account":"a","chat_id":1}"#, "unknown field `chat_id`"),
        (r#"{"type":"announcement","account":"a","account":"b"}"#, "duplicate field `account`"),
        (r#"{"type":"announcement","type":"announcement","account":"a"}"#, "duplicate field `type`"),
        (r#"{"type":"announcement","account":"\ud800"}"#, "account: "),
        (r#"{"type":"announcement","account":"a","data":{"text":"\udfff"}}"#, "data.text: "),
        (r#"{"events":{}}"#, "events: "),
        (r#"{"events":[],"events":[]}"#, "duplicate field `events`"),
        (
            r#"{"events":[{"type":"announcement","account":"a","data":{"text":"x"}}],"account":"b"}"#,
            "`account`",
        ),
        (r#"{"events":[["announcement","a"]]}"#, "events[0]: "),
        (
            r#"{"events":[{"type":"announcement","account":"a","data":{"text":"x"}},{"type":"announcement","account":"a","data":{"text":[]}}]}"#,
            "events[1].data.text: ",
        ),
    ] {
        let got = server.tell_raw(body.to_owned()).await;
        let shown = body.get(..80).unwrap_or(body);
        let detail = got.problem(400, "bad-request");
        assert!(detail.contains(says), "{shown}: {detail}");
        assert!(detail.len() < 700 && !detail.contains("struct "), "{shown}: {detail}");
    }
    let not_utf8 = server.tell_raw(b"{\"type\":\"announcement\",\"account\":\"\xff\xfe\"}".to_vec()).await;
    not_utf8.problem(400, "bad-request");
    assert_eq!(server.store.notification(1).await.unwrap(), None, "nothing was kept");
}

#[tokio::test]
async fn what_makes_no_sense_is_422_and_keeps_nothing_of_the_batch() {
    let server = Server::start().await;
    let bad_url =
        json!({"type": "post.published", "account": "a", "data": {"network": "x", "url": "javascript:1"}});
    let mut batch = vec![failed("alice"); 3];
    batch[2]["account"] = json!("");
    for (body, says) in [
        (json!({"events": []}), "0 events"),
        (json!({"events": vec![failed("alice"); 1001]}), "1001 events"),
        (json!({"events": batch}), "events[2]: `account` is empty"),
        (bad_url, "`data.url`"),
        (json!({"type": "announcement", "account": "alice"}), "`data.text` is missing"),
        (failed("a\0b"), "NUL"),
    ] {
        let got = server.tell(&body).await;
        let detail = got.problem(422, "invalid-event");
        assert!(detail.contains(says), "{detail}");
    }
    assert_eq!(server.store.notification(1).await.unwrap(), None, "nothing was kept");
}

#[tokio::test]
async fn a_refused_batch_leaves_its_key_free() {
    let server = Server::start().await;
    server.tell_once("k", &json!({"events": []})).await.problem(422, "invalid-event");
    assert_eq!(server.tell_once("k", &failed("alice")).await.status, 202);
}

#[tokio::test]
async fn only_json_is_taken() {
    let server = Server::start().await;
    let body = failed("alice").to_string();
    for declared in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"] {
        let request = server.platform(Method::POST, EVENTS).header("content-type", declared);
        answer_to(request.body(body.clone())).await.problem(415, "unsupported-media-type");
    }
    answer_to(server.platform(Method::POST, EVENTS).body(body.clone()))
        .await
        .problem(415, "unsupported-media-type");
    for declared in ["application/json; charset=utf-8", "Application/JSON"] {
        let request = server.platform(Method::POST, EVENTS).header("content-type", declared);
        assert_eq!(answer_to(request.body(body.clone())).await.status, 202, "{declared}");
    }
}
