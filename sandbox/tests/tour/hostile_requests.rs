//! Other sites, other names, other keys: what the page's server refuses, seen from the wire.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

struct Wire {
    sandbox: Sandbox,
    client: Client,
}

impl Wire {
    async fn new() -> Self {
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        Self { sandbox: Sandbox::start().await, client }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.sandbox.url())).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer")
    }

    async fn posts(&self, path: &str, body: &Value) -> Response {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
    }

    async fn messages(&self) -> usize {
        let screen: Value = self.send(Method::GET, "api/mina/", &[], "").await.json().await.unwrap();
        screen["chats"][0]["messages"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn another_sites_page_moves_nothing() {
    let wire = Wire::new().await;
    let hello = json!({ "chat": 11, "text": "hello" }).to_string();
    let json_type = ("content-type", "application/json");
    let attempts: [(&[(&str, &str)], u16); 5] = [
        (&[json_type, ("host", "evil.example")], 421),
        (&[json_type, ("origin", "http://evil.example")], 403),
        (&[json_type, ("origin", "null")], 403),
        (&[json_type, ("sec-fetch-site", "cross-site")], 403),
        (&[("content-type", "text/plain")], 415),
    ];
    for (headers, expected) in attempts {
        let answer = wire.send(Method::POST, "api/mina/say", headers, hello.clone()).await;
        assert_eq!(answer.status(), expected, "{headers:?}");
        let answer = wire.send(Method::POST, "api/mina/platform/unlink", headers, "{}").await;
        assert_eq!(answer.status(), expected, "{headers:?}");
    }
    for path in ["", "api/mina/", "api/mina/changes"] {
        let answer = wire.send(Method::GET, path, &[("host", "rebound.example")], "").await;
        assert_eq!(answer.status(), 421, "/{path} under a name that was pointed here");
    }
    assert_eq!(wire.messages().await, 0, "nothing was said in Mina's name");
    wire.sandbox.stops_cleanly().await;
}

#[tokio::test]
async fn nonsense_is_refused_in_words() {
    let wire = Wire::new().await;
    let cases = [
        ("api/mina/say", json!({ "chat": 11, "text": "" }), 409),
        ("api/mina/say", json!({ "chat": 11, "text": "x".repeat(4097) }), 409),
        ("api/mina/say", json!({ "chat": 12, "text": "in Jun's chat" }), 404),
        ("api/mina/say", json!({ "chat": -99, "text": "in no chat" }), 409),
        ("api/mina/say", json!({ "text": 5 }), 400),
        ("api/mina/say", json!([]), 400),
        ("api/mina/start", json!({ "payload": "not a payload" }), 409),
        ("api/mina/block", json!({}), 409),
        ("api/mina/tap", json!({ "chat": 11, "message": 1, "row": 0, "column": 0, "text": "Connect" }), 409),
        ("api/mina/tap", json!({ "chat": 12, "message": 1, "row": 0, "column": 0, "text": "Connect" }), 404),
        ("api/mina/platform/event", json!({ "kind": "earthquake" }), 404),
        ("api/mina/platform/posts/../retry", json!({}), 404),
        ("api/mina/deactivate", json!({}), 404),
        ("api/nobody/say", json!({ "chat": 11, "text": "hello" }), 404),
        ("api/mina/platform/test", json!({}), 409),
    ];
    for (path, body, expected) in cases {
        let answer = wire.posts(path, &body).await;
        let status = answer.status();
        let told: Value = answer.json().await.unwrap_or_else(|error| panic!("{path}: no JSON: {error}"));
        assert_eq!(status, expected, "{path} {told}");
        assert!(told["error"].is_string() || told["detail"].is_string(), "{path} says nothing: {told}");
    }
    let huge = "x".repeat(70_000);
    assert_eq!(wire.posts("api/mina/say", &json!({ "chat": 11, "text": huge })).await.status(), 413);
    let broken = wire.send(Method::POST, "api/mina/say", &[("content-type", "application/json")], "{").await;
    assert_eq!(broken.status(), 400);
    for path in ["../Cargo.toml", "script/../../Cargo.toml", "%2e%2e/Cargo.toml", "style/", "nothing"] {
        assert_eq!(wire.send(Method::GET, path, &[], "").await.status(), 404, "{path}");
    }
    assert_eq!(wire.messages().await, 0);
    wire.sandbox.stops_cleanly().await;
}

#[tokio::test]
async fn no_answer_has_a_key_in_it_or_lets_a_browser_fetch_from_elsewhere() {
    let wire = Wire::new().await;
    let secret = std::fs::read_to_string(wire.sandbox.folder().join("jwt-secret")).unwrap();
    let mut seen = Vec::new();
    for path in
        ["", "api/mina/", "api/mina/platform/status", "api/jun/platform/status", "script/main.js", "nothing"]
    {
        seen.push(wire.send(Method::GET, path, &[], "").await);
    }
    let place = json!({ "zone": "Asia/Seoul", "language": "ko" });
    for (path, body) in [
        ("api/mina/platform/link", &place),
        ("api/mina/platform/verify", &json!({ "token": "x" })),
        ("api/mina/platform/event", &json!({ "kind": "failed" })),
    ] {
        seen.push(wire.posts(path, body).await);
    }
    for answer in seen {
        let (url, headers) = (answer.url().clone(), answer.headers().clone());
        assert_is_closed(&headers, url.as_str());
        let body = answer.text().await.unwrap();
        // Every JWT begins with the base64 of `{"`.
        assert!(!body.contains(&secret) && !body.contains("eyJ"), "{url} shows a key or a token: {body}");
    }
    wire.sandbox.stops_cleanly().await;
}

fn assert_is_closed(headers: &HeaderMap, url: &str) {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{url}: {policy:?}"
    );
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{url}: {policy:?}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{url}");
    assert_eq!(header("cache-control"), "no-store", "{url}");
    assert_eq!(header("access-control-allow-origin"), "", "{url}");
}
