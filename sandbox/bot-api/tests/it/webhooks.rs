//! Updates that are posted instead of fetched.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bot_api::{NewPerson, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::Bench;

/// A bot's webhook: gives what it was posted, answers what it is told.
struct Hook {
    url: String,
    posts: mpsc::UnboundedReceiver<(String, Value)>,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Hook {
    /// Answers with `statuses` one after the other, then with 200.
    async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?x=1", listener.local_addr().unwrap());
        let statuses = Arc::new(Mutex::new(statuses.iter().rev().copied().collect::<Vec<_>>()));
        let (sender, posts) = mpsc::unbounded_channel();
        let left = Arc::clone(&statuses);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (sender, left) = (sender.clone(), Arc::clone(&left));
                tokio::spawn(async move {
                    let post = read_post(&mut stream).await;
                    sender.send(post).unwrap();
                    let status = left.lock().unwrap().pop().unwrap_or(200);
                    let answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                });
            }
        });
        Self { url, posts, statuses }
    }

    async fn next(&mut self) -> (String, Value) {
        tokio::time::timeout(Duration::from_secs(10), self.posts.recv()).await.unwrap().unwrap()
    }
}

async fn read_post(stream: &mut tokio::net::TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && let Ok(update) = serde_json::from_str(body)
        {
            return (head.to_lowercase(), update);
        }
    }
}

fn quick() -> Options {
    Options { webhook_backoff: Duration::from_millis(30), ..Options::unlimited() }
}

#[tokio::test]
async fn updates_are_posted_in_order_with_the_secret() {
    let bench = Bench::with(quick());
    let mina = bench.mina().await;
    let mut hook = Hook::start(&[]).await;
    let params = json!({ "url": hook.url, "secret_token": "s3cret_-", "allowed_updates": ["message"] });
    bench.ok("setWebhook", params).await;
    for text in ["a", "b", "c"] {
        mina.says(text).unwrap();
    }
    for text in ["a", "b", "c"] {
        let (head, update) = hook.next().await;
        assert!(head.starts_with("post /hook?x=1 http/1.1"), "{head}");
        assert!(head.contains("x-telegram-bot-api-secret-token: s3cret_-"), "{head}");
        assert!(head.contains("content-type: application/json"), "{head}");
        assert_eq!(update["message"]["text"], text);
    }
    bench.api.wait_until_acknowledged(Duration::from_secs(5)).await.unwrap();
    let info = bench.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(hook.url), &json!(0)));
    assert_eq!(info["allowed_updates"], json!(["message"]));
}

#[tokio::test]
async fn a_failing_update_is_posted_again_and_holds_only_its_own_chat() {
    let bench = Bench::with(quick());
    let mina = bench.mina().await;
    let joon = bench.api.person(NewPerson::new(1002, "Joon"));
    let mut hook = Hook::start(&[500, 404]).await;
    bench.ok("setWebhook", json!({ "url": hook.url })).await;
    mina.says("first").unwrap();
    mina.says("second").unwrap();
    let mut texts = Vec::new();
    for _ in 0..3 {
        texts.push(hook.next().await.1["message"]["text"].clone());
    }
    assert_eq!(texts, ["first", "first", "first"]);
    assert_eq!(hook.next().await.1["message"]["text"], "second");
    bench.api.wait_until_acknowledged(Duration::from_secs(5)).await.unwrap();
    let info = bench.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 404 Not Found");

    hook.statuses.lock().unwrap().extend([500; 3]);
    mina.says("held").unwrap();
    assert_eq!(hook.next().await.1["message"]["text"], "held");
    joon.says("not held").unwrap();
    let mut others = Vec::new();
    while others.last() != Some(&json!("not held")) {
        others.push(hook.next().await.1["message"]["text"].clone());
    }
    bench.api.wait_until_acknowledged(Duration::from_secs(5)).await.unwrap();
}

#[tokio::test]
async fn what_waits_stays_when_a_webhook_goes_unless_it_is_dropped() {
    let bench = Bench::with(quick());
    let mina = bench.mina().await;
    // Port 9 discards on old machines and refuses on all others.
    bench.ok("setWebhook", json!({ "url": "http://127.0.0.1:9/" })).await;
    mina.says("waits").unwrap();
    let refused = async {
        loop {
            let info = bench.ok("getWebhookInfo", json!({})).await;
            if info.get("last_error_message").is_some() {
                return info;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let info = tokio::time::timeout(Duration::from_secs(10), refused).await.unwrap();
    assert_eq!(info["last_error_message"], "Connection refused");
    assert_eq!(info["pending_update_count"], 1);
    bench.ok("deleteWebhook", json!({})).await;
    assert_eq!(bench.ok("getWebhookInfo", json!({})).await["url"], "");
    assert_eq!(bench.ok("getUpdates", json!({})).await[0]["message"]["text"], "waits");
    bench.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(bench.ok("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn addresses_and_secrets_are_checked() {
    let bench = Bench::new();
    let refused = |url: &str, secret: String| {
        bench.refused("setWebhook", json!({ "url": url, "secret_token": secret }))
    };
    let https = "https://example.com/hook";
    for (url, secret, words) in [
        ("http://example.com/", "x".to_owned(), "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "https://example.com:8000/",
            "x".to_owned(),
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ("not an address", "x".to_owned(), "bad webhook: URL is invalid"),
        (https, "x".repeat(257), "secret token is too long"),
        (https, "has space".to_owned(), "secret token contains unallowed characters"),
    ] {
        assert_eq!(refused(url, secret).await, format!("Bad Request: {words}"));
    }
    bench.ok("setWebhook", json!({ "url": https, "secret_token": "x".repeat(256) })).await;
    bench.ok("setWebhook", json!({ "url": "" })).await;
    bench.ok("getUpdates", json!({})).await;
}
