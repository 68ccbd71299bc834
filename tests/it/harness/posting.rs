//! Networks in the settings, and people who schedule posts.

use bot_api::Room;
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
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
        let channel = self.telegram.channel("Mina’s news", Some("minas_news"), &self.mina());
        channel.make_bot_admin().expect("the bot becomes an administrator");
        self.knows_networks(&[("NEWS__KIND", "telegram"), ("NEWS__CHAT", "@minas_news")]).await;
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
        let database = self.look_inside().await;
        let rows = database
            .query_all_raw(sea_orm::Statement::from_string(
                database.get_database_backend(),
                "SELECT kind, data FROM notifications ORDER BY id",
            ))
            .await
            .expect("the outbox");
        let row = |row: sea_orm::QueryResult| {
            let data: String = row.try_get("", "data").expect("data");
            (row.try_get("", "kind").expect("a kind"), serde_json::from_str(&data).expect("JSON"))
        };
        let notices: Vec<(String, Value)> = rows.into_iter().map(row).collect();
        let id = id.to_string();
        notices.into_iter().filter(|(_, data)| data["post_id"] == id.as_str()).collect()
    }

    /// Writes into the database from outside of the service.
    pub async fn meddle(&self, sql: &str) {
        self.look_inside().await.execute_unprepared(sql).await.expect("the database takes it");
    }
}

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
