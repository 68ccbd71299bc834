//! The Bot API server as a bot, a person and a test see it: over real HTTP, in Telegram's words.

#![allow(clippy::unwrap_used, reason = "a panic in a test's own hands is its failure message")]

mod chats;
mod editing;
mod faults;
mod kept_state;
mod limits;
mod photos;
mod polling;
mod profile;
mod screen;
mod sending;
mod steering;
mod talking;
mod teloxide_types;
mod videos;
mod webhooks;

use bot_api::{BotApi, NewPerson, Options, Person};
use serde_json::Value;

/// A bot that speaks plain HTTP, and the Telegram it speaks to.
struct Bench {
    api: BotApi,
    http: reqwest::Client,
}

impl Bench {
    fn new() -> Self {
        Self::with(Options::unlimited())
    }

    fn with(options: Options) -> Self {
        Self::of(BotApi::start(options).unwrap())
    }

    fn of(api: BotApi) -> Self {
        Self { api, http: reqwest::Client::new() }
    }

    fn method_url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.api.url(), self.api.token())
    }

    /// Calls a method with JSON; gives the HTTP status and the whole answer.
    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let response = self.http.post(self.method_url(method)).json(&params).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Calls a method that must succeed; gives its result.
    async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, mut answer) = self.call(method, params).await;
        assert_eq!((status, &answer["ok"]), (200, &Value::Bool(true)), "{method}: {answer}");
        answer["result"].take()
    }

    /// [`Self::ok`] for a method whose name was put together.
    async fn ok_owned(&self, method: String, params: Value) -> Value {
        self.ok(&method, params).await
    }

    /// Calls a method that must be refused; gives the description.
    async fn refused(&self, method: &str, params: Value) -> String {
        let (status, answer) = self.call(method, params).await;
        assert_eq!(answer["ok"], Value::Bool(false), "{method}: {answer}");
        assert_eq!(answer["error_code"], status, "{answer}");
        answer["description"].as_str().unwrap().to_owned()
    }

    /// Somebody who has pressed Start, and whose `/start` was fetched.
    async fn mina(&self) -> Person {
        let mina = self.api.person(NewPerson::new(1001, "Mina").username("mina_k").language("ko"));
        mina.says("/start").unwrap();
        self.updates().await;
        mina
    }

    /// Fetches and confirms all updates.
    async fn updates(&self) -> Vec<Value> {
        let updates = self.ok("getUpdates", serde_json::json!({})).await;
        let updates = updates.as_array().unwrap().clone();
        if let Some(last) = updates.last() {
            let offset = last["update_id"].as_i64().unwrap() + 1;
            self.ok("getUpdates", serde_json::json!({ "offset": offset })).await;
        }
        updates
    }
}
