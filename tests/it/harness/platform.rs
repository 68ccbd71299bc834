//! The platform that stands beside the service: its back end calls the port, its pages wait for links.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config;
use telegram_bot_scheduler::http::{NewToken, Scope, mint};

use super::{PATIENCE, promise};

/// A caller of the HTTP port.
#[derive(Clone)]
pub struct Platform {
    base: String,
    jwt: config::Jwt,
    clock: Clock,
    client: reqwest::Client,
}

/// What the port answered.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// In how many seconds to come back, where it says so.
    pub retry_after: Option<u64>,
    /// The body; null when it is not JSON.
    pub body: Value,
}

impl Answer {
    /// The ids of the notifications that an accepted event made.
    pub fn ids(&self) -> Vec<i64> {
        assert_eq!(self.status, 202, "the events were not accepted: {self:?}");
        serde_json::from_value(self.body["ids"].clone()).expect("ids")
    }
}

impl Platform {
    /// A platform that knows the service's key.
    pub fn of(addr: SocketAddr, jwt: config::Jwt, clock: Clock) -> Self {
        Self { base: format!("http://{addr}"), jwt, clock, client: client(PATIENCE) }
    }

    /// The same, waiting `limit` for each answer.
    pub fn waiting(self, limit: Duration) -> Self {
        Self { client: client(limit), ..self }
    }

    /// The same with a clock that is `by` behind the service's.
    pub fn with_clock_behind(&self, by: TimeDelta) -> Self {
        let clock = Clock::system();
        clock.advance(self.clock.now() - by - clock.now());
        Self { clock, ..self.clone() }
    }

    /// A token of `account` for `scopes`.
    pub fn token(&self, account: &str, scopes: &[Scope]) -> String {
        self.token_of(account, &format!("{account}’s shop"), scopes)
    }

    fn token_of(&self, account: &str, name: &str, scopes: &[Scope]) -> String {
        let email = format!("{account}@example.com");
        let token = NewToken {
            account,
            scopes,
            name: Some(name),
            email: Some(&email),
            lifetime: Duration::from_secs(600),
        };
        mint(&self.jwt, &token, self.clock.now()).expect("a token")
    }

    /// The connector of a network tells the result of the post `id`, signed with `secret` at this moment.
    pub async fn is_told(&self, secret: &str, id: i64, result: &Value) -> Answer {
        let body = result.to_string();
        let timestamp = self.clock.now().timestamp();
        let webhook = standardwebhooks::Webhook::new(secret).expect("the secret is one");
        let signature = webhook.sign("msg_1", timestamp, body.as_bytes()).expect("a signature");
        let request = self
            .request(reqwest::Method::POST, &format!("/api/posts/{id}/result"))
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature);
        self.send(request.header("content-type", "application/json").body(body)).await
    }

    /// GET as `account` with the scope `telegram`.
    pub async fn get(&self, account: &str, path: &str) -> Answer {
        let token = self.token(account, &[Scope::Telegram]);
        self.send(self.client.get(format!("{}{path}", self.base)).bearer_auth(token)).await
    }

    /// POST as `account` with the scope `telegram`.
    pub async fn post(&self, account: &str, path: &str, body: Value) -> Answer {
        let token = self.token(account, &[Scope::Telegram]);
        self.send(self.client.post(format!("{}{path}", self.base)).bearer_auth(token).json(&body)).await
    }

    /// `GET /api/telegram/status`: what the settings page shows.
    pub async fn status(&self, account: &str) -> Value {
        let answer = self.get(account, "/api/telegram/status").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// `GET /readyz`: the status and the reasons why not.
    pub async fn readiness(&self) -> (u16, String) {
        let answer = self.send(self.request(reqwest::Method::GET, "/readyz")).await;
        (answer.status, answer.body["reasons"].to_string())
    }

    /// PATCH as `account` with the scope `telegram`.
    pub async fn patch(&self, account: &str, path: &str, body: Value) -> Answer {
        let token = self.token(account, &[Scope::Telegram]);
        self.send(self.client.patch(format!("{}{path}", self.base)).bearer_auth(token).json(&body)).await
    }

    /// Tells the service what happened.
    pub async fn tells(&self, events: Value) -> Answer {
        self.send(self.telling(events)).await
    }

    /// The same; returns the ids of the notifications.
    pub async fn accepts(&self, events: Value) -> Vec<i64> {
        self.tells(events).await.ids()
    }

    /// The same with an `Idempotency-Key`.
    pub async fn tells_once(&self, key: &str, events: Value) -> Answer {
        self.send(self.telling(events).header("Idempotency-Key", key)).await
    }

    fn telling(&self, events: Value) -> reqwest::RequestBuilder {
        let token = self.token("the back end", &[Scope::Events]);
        self.client.post(format!("{}/api/events", self.base)).bearer_auth(token).json(&events)
    }

    /// The page asks for a link; returns the token in it.
    pub async fn asks_for_link(&self, account: &str) -> String {
        self.asks_for_link_with(account, "").await
    }

    /// The same with a query such as `?zone=Asia/Seoul&lang=ko`.
    pub async fn asks_for_link_with(&self, account: &str, query: &str) -> String {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(account, &format!("/api/telegram/link-account{query}")).await;
            // Before the bot has signed in for the first time its name is not known.
            if answer.status == 503 && tokio::time::Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            assert_eq!(answer.status, 200, "{answer:?}");
            return answer.body["token"].as_str().expect("a token").to_owned();
        }
    }

    /// The page asks for a link to an account that its owner calls `name`.
    pub async fn asks_for_link_as(&self, account: &str, name: &str) -> String {
        let token = self.token_of(account, name, &[Scope::Telegram]);
        let request = self.request(reqwest::Method::GET, "/api/telegram/link-account").bearer_auth(token);
        let answer = self.send(request).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["token"].as_str().expect("a token").to_owned()
    }

    /// The page that waits, until it hears something else than "pending".
    pub async fn until_linked(&self, account: &str, token: &str) -> String {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.post(account, "/api/telegram/verify-link", json!({ "token": token })).await;
            let state = answer.body["state"].as_str().unwrap_or_default().to_owned();
            if state != "pending" || tokio::time::Instant::now() >= deadline {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Any request to the port.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends it and reads the answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let (client, request) = request.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = client.execute(request).await.expect("the port answers");
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        let body = response.bytes().await.expect("a whole answer");
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        promise::kept(&method, &path, status, &content_type, &body);
        Answer { status: status.as_u16(), content_type, retry_after, body }
    }
}

fn client(limit: Duration) -> reqwest::Client {
    reqwest::Client::builder().timeout(limit).no_proxy().build().expect("a client")
}
