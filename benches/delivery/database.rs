//! The service's database, filled and looked at from outside.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database as Connection, DatabaseConnection, Statement};
use telegram_bot_scheduler::clock::Clock;
use url::Url;

use crate::rig::FIRST_CHAT;
use crate::subject::Subject;

/// Seeding a million rows takes longer than anybody waits for a query.
const PATIENCE: Duration = Duration::from_secs(600);

/// How many events are told by one row's data; the seeded rows look like those that come over HTTP.
const DATA: &str = r#"'{"network":"instagram","text":"Sunday’s cake no. ' || i || '","url":"https://insta.example/p/' || i || '"}'"#;

/// One database that nobody else uses; [`Database::remove`] takes it away.
pub struct Database {
    url: String,
    connection: Option<DatabaseConnection>,
    server: Option<String>,
}

impl Database {
    /// An empty one for `subject`; a file of SQLite's goes into `folder`.
    pub async fn fresh(subject: Subject, folder: &Path) -> Self {
        if subject != Subject::Postgres {
            let url = format!("sqlite://{}/scheduler.db?mode=rwc", folder.display());
            return Self { url, connection: None, server: None };
        }
        let server = std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL");
        let name = format!("bench_{:016x}", rand::random::<u64>());
        let admin = Connection::connect(&server).await.expect("the PostgreSQL server answers");
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a fresh database");
        admin.close().await.expect("a closed connection");
        let mut url: Url = server.parse().expect("TEST_POSTGRES_URL is a URL");
        url.set_path(&name);
        Self { url: url.into(), connection: None, server: Some(server) }
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Looks inside; after the schema was made.
    pub async fn open(&mut self) {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(1).acquire_timeout(PATIENCE).sqlx_logging(false);
        let connection = Connection::connect(options).await.expect("the database opens");
        if self.server.is_none() {
            // What is seeded need not survive a power cut, and the seeding is not what is measured.
            for pragma in ["synchronous = OFF", "cache_size = -200000", "busy_timeout = 30000"] {
                connection.execute_unprepared(&format!("PRAGMA {pragma}")).await.expect("a setting");
            }
        }
        self.connection = Some(connection);
    }

    /// So many linked accounts: `account-0` with the first chat, and so on.
    pub async fn link(&self, accounts: usize) {
        let now = now_ms();
        self.write(&format!(
            "INSERT INTO sns_settings (account, account_name, telegram_chat_id, telegram_enabled, \
               digest_when_empty, linked_at_ms, created_at_ms, updated_at_ms) \
             SELECT 'account-' || i, 'Shop ' || i, {FIRST_CHAT} + i, TRUE, TRUE, {now}, {now}, {now} FROM {}",
            series(accounts)
        ))
        .await;
        self.settle().await;
    }

    /// So many rows that wait, one after the other, over the first `accounts` accounts.
    pub async fn queue(&self, rows: usize, accounts: usize) {
        self.queue_for(rows, &format!("i % {accounts}")).await;
    }

    /// So many rows that wait for the one account.
    pub async fn queue_hot(&self, rows: usize, account: usize) {
        self.queue_for(rows, &account.to_string()).await;
    }

    async fn queue_for(&self, rows: usize, account: &str) {
        let now = now_ms();
        self.write(&format!(
            "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, \
               created_at_ms, due_at_ms, state, attempts) \
             SELECT 'account-' || ({account}), {FIRST_CHAT} + ({account}), 'post.published', 2, {DATA}, TRUE, \
               FALSE, {now}, {now} - {rows} + i, {now} - {rows} + i, 'pending', 0 FROM {}",
            series(rows)
        ))
        .await;
        self.settle().await;
    }

    /// So many posts over `networks` in turn, the first due at `from_ms` and all within `within_ms`.
    pub async fn schedule(&self, posts: usize, networks: &[&str], from_ms: i64, within_ms: usize) {
        let names: Vec<String> = networks
            .iter()
            .enumerate()
            .map(|(number, name)| format!("WHEN {number} THEN '{name}'"))
            .collect();
        let network = format!("CASE i % {} {} END", networks.len(), names.join(" "));
        let due = format!("{from_ms} + i * CAST({within_ms} AS BIGINT) / {posts}");
        self.write(&format!(
            "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, created_at_ms, updated_at_ms) \
             SELECT 'account-0', {network}, 'Sunday’s cake no. ' || i, {due}, {due}, {from_ms}, {from_ms} FROM {}",
            series(posts)
        ))
        .await;
        self.settle().await;
    }

    /// What a database that has lived for a while has done: statistics on PostgreSQL, a short log on SQLite.
    pub async fn settle(&self) {
        let settle = if self.server.is_some() { "ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" };
        self.connection().execute_unprepared(settle).await.expect("it settles");
    }

    /// Writes from outside.
    pub async fn write(&self, sql: &str) {
        self.connection().execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The one number that it answers to `sql`.
    pub async fn number(&self, sql: &str) -> i64 {
        let connection = self.connection();
        let query = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(query).await.expect("an answer").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }

    /// How many rows are neither sent nor given up.
    pub async fn open_rows(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM notifications WHERE state IN ('pending', 'sending')").await
    }

    fn connection(&self) -> &DatabaseConnection {
        self.connection.as_ref().expect("it was opened")
    }

    /// Removes it from a server, where it would stay; a file goes with its folder.
    pub async fn remove(mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await.expect("a closed connection");
        }
        if let Some(server) = &self.server {
            let name = self.url.parse::<Url>().expect("a URL").path().trim_start_matches('/').to_owned();
            let admin = Connection::connect(server).await.expect("the PostgreSQL server answers");
            admin
                .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
                .await
                .expect("the database goes");
            admin.close().await.expect("a closed connection");
        }
    }
}

/// A table of the numbers `i` from 0, in words that both databases understand.
fn series(count: usize) -> String {
    format!(
        "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) \
         SELECT i FROM n) AS numbers"
    )
}

/// Now, as the database stores it.
pub fn now_ms() -> i64 {
    Clock::system().now().timestamp_millis()
}
