//! Networks in the settings, and people who schedule posts.

use std::collections::BTreeMap;

use bot_api::Room;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use serde_json::{Value, json};
use telegram_bot_scheduler::config::{Config, Environment};
use telegram_bot_scheduler::http::Scope;

use super::connector::{Connector, SECRET};
use super::platform::{Answer, Platform};
use super::{PATIENCE, World};

/// How long may a network take to answer in tests?
const REQUEST_SECONDS: u64 = 2;

impl World {
    /// Starts the service anew with these networks and nothing else changed: `NEWS__CHAT` → the chat of `news`.
    pub async fn knows_networks(&mut self, settings: &[(&str, &str)]) {
        self.stop().await;
        let request_seconds = REQUEST_SECONDS.to_string();
        let usual = [
            ("SCHEDULER_PUBLISHING__REQUEST_TIMEOUT_SECONDS".to_owned(), request_seconds.as_str()),
            ("SCHEDULER_PUBLISHING__LEASE_SECONDS".to_owned(), "60"),
        ];
        let networks = settings.iter().map(|(key, value)| (format!("SCHEDULER_NETWORKS__{key}"), *value));
        let environment: Environment = usual.into_iter().chain(networks).collect();
        let config = Config::load(&environment, None).unwrap_or_else(|error| panic!("{error}"));
        self.config.networks = config.networks;
        self.config.publishing = config.publishing;
        self.start().await;
    }

    /// The same with one network `insta`, whose connector is returned.
    pub async fn knows_insta(&mut self) -> Connector {
        let connector = Connector::open().await;
        let url = connector.url();
        self.knows_networks(&insta(&url)).await;
        connector
    }

    /// The same with one network `news`: a public channel of Mina's where the bot may post.
    pub async fn knows_news(&mut self) -> Room {
        let channel = self.news_channel();
        self.knows_networks(&NEWS).await;
        channel
    }

    /// A public channel of Mina's where the bot may post.
    pub fn news_channel(&self) -> Room {
        let channel = self.telegram.channel("Mina’s news", Some("minas_news"), &self.mina());
        channel.make_bot_admin().expect("the bot becomes an administrator");
        channel
    }

    /// The post `id`, as its account sees it.
    pub async fn post(&self, account: &str, id: i64) -> Value {
        let answer = self.platform().asks(account, Method::GET, &format!("/api/posts/{id}"), None).await;
        assert_eq!(answer.status, 200, "{account} sees the post: {answer:?}");
        answer.body
    }

    /// Waits until the post `id` of `account` is in `status`.
    pub async fn until_post(&self, account: &str, id: i64, status: &str) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let post = self.post(account, id).await;
            if post["status"] == status {
                return post;
            }
            assert!(tokio::time::Instant::now() < deadline, "post {id} should be {status} and is {post}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// The notices about the post `id`: (kind, data), oldest first.
    pub async fn notices_about(&self, id: i64) -> Vec<(String, Value)> {
        let mut notices = self.notices().await;
        let id = id.to_string();
        notices.retain(|(_, data)| data["post_id"] == id.as_str());
        notices
    }

    /// Every notification: (kind, data), oldest first.
    pub async fn notices(&self) -> Vec<(String, Value)> {
        let database = self.look_inside().await;
        let rows = database
            .query_all_raw(Statement::from_string(
                database.get_database_backend(),
                "SELECT kind, data FROM notifications ORDER BY id",
            ))
            .await
            .expect("the outbox");
        let row = |row: QueryResult| {
            let data: String = row.try_get("", "data").expect("data");
            (row.try_get("", "kind").expect("a kind"), serde_json::from_str(&data).expect("JSON"))
        };
        let notices = rows.into_iter().map(row).collect();
        database.close().await.expect("a closed connection");
        notices
    }

    /// Where each post stands, by its id, asked from outside of the service; `begun` tells whether its request was.
    pub async fn posts_stand(&self) -> BTreeMap<i64, Standing> {
        let database = self.look_inside().await;
        let query = Statement::from_string(
            database.get_database_backend(),
            "SELECT id, status, request_started_at_ms FROM posts",
        );
        let rows = database.query_all_raw(query).await.expect("the posts");
        let standing = |row: QueryResult| {
            let begun: Option<i64> = row.try_get("", "request_started_at_ms").expect("a time");
            let status = row.try_get("", "status").expect("a status");
            (row.try_get("", "id").expect("an id"), Standing { status, begun: begun.is_some() })
        };
        let posts = rows.into_iter().map(standing).collect();
        database.close().await.expect("a closed connection");
        posts
    }

    /// Writes into the database from outside of the service.
    pub async fn meddle(&self, sql: &str) {
        self.look_inside().await.execute_unprepared(sql).await.expect("the database takes it");
    }
}

/// Where a post stands in the database.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its state.
    pub status: String,
    /// Whether its last request was begun.
    pub begun: bool,
}

/// The settings of a network `news`: the channel of [`World::news_channel`].
pub const NEWS: [(&str, &str); 2] = [("NEWS__KIND", "telegram"), ("NEWS__CHAT", "@minas_news")];

/// The settings of a network `insta` whose connector is at `url`.
pub fn insta(url: &str) -> [(&'static str, &str); 4] {
    [
        ("INSTA__KIND", "webhook"),
        ("INSTA__URL", url),
        ("INSTA__SECRET", SECRET),
        ("INSTA__ALLOW_PRIVATE_ADDRESSES", "true"),
    ]
}

/// A post as it is handed in.
pub fn post_to(network: &str, text: &str, at: DateTime<Utc>) -> Value {
    json!({ "network": network, "text": text, "publish_at": at.to_rfc3339_opts(SecondsFormat::Millis, true) })
}

impl Platform {
    /// A request as `account` with the scope `posts`.
    pub async fn asks(&self, account: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.asks_with(account, &[Scope::Posts], method, path, body).await
    }

    /// The same with other scopes.
    pub async fn asks_with(
        &self,
        account: &str,
        scopes: &[Scope],
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.request(method, path).bearer_auth(self.token(account, scopes));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// `account` schedules `post`; returns its id.
    pub async fn schedules(&self, account: &str, post: Value) -> i64 {
        let answer = self.asks(account, Method::POST, "/api/posts", Some(post)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].as_i64().expect("an id")
    }
}
