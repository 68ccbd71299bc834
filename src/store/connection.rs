//! Opening the database: one writer and a pool of readers on SQLite, one pool on PostgreSQL.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use secrecy::ExposeSecret as _;

use super::StoreError;
use crate::config;

/// How long may a query wait for a connection of the pool?
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// SQLite's write-ahead log is copied back into the database when it has this many pages of 4 KiB.
const CHECKPOINT_PAGES: &str = "1000";

/// Memory for pages of each SQLite connection, KiB (negative means KiB, SQLite documentation, "PRAGMA cache_size").
const CACHE_KIB: &str = "-2000";

/// The one connection that writes to a SQLite file; creates the file, not its folder.
pub(super) async fn sqlite_writer(settings: &config::Database) -> Result<DatabaseConnection, StoreError> {
    let mut options = sqlite_options(settings, "OFF");
    options.max_connections(1).min_connections(1);
    connect(options, settings).await
}

/// The connections that read a SQLite file, each seeing the last commit.
pub(super) async fn sqlite_readers(settings: &config::Database) -> Result<DatabaseConnection, StoreError> {
    let mut options = sqlite_options(settings, "ON");
    options.max_connections(settings.max_connections).min_connections(1);
    connect(options, settings).await
}

/// PostgreSQL's pool.
pub(super) async fn postgres_pool(settings: &config::Database) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(settings.url.expose_secret());
    options.max_connections(settings.max_connections).acquire_timeout(ACQUIRE_LIMIT).sqlx_logging(false);
    // A statement that hangs must not hold a connection for ever.
    options.map_sqlx_postgres_opts(|options| {
        options.options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "10s"),
        ])
    });
    connect(options, settings).await
}

fn sqlite_options(settings: &config::Database, query_only: &'static str) -> ConnectOptions {
    let busy_timeout = settings.busy_timeout;
    let mut options = ConnectOptions::new(settings.url.expose_secret());
    options.acquire_timeout(ACQUIRE_LIMIT + busy_timeout).sqlx_logging(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>).test_before_acquire(false);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(false)
            .busy_timeout(busy_timeout)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("cache_size", CACHE_KIB)
            .pragma("query_only", query_only)
    });
    options
}

async fn connect(
    options: ConnectOptions,
    settings: &config::Database,
) -> Result<DatabaseConnection, StoreError> {
    // What the driver says may repeat the URL: the description has no password.
    Database::connect(options).await.map_err(|error| match StoreError::from(error) {
        StoreError::Busy => StoreError::Busy,
        error => StoreError::Unusable(format!(
            "DATABASE_URL: can't open {}: {}",
            settings.describe(),
            root_cause(&error.to_string(), settings)
        )),
    })
}

fn root_cause(words: &str, settings: &config::Database) -> String {
    let words = words.replace(settings.url.expose_secret(), &settings.describe());
    words.rsplit_once("error returned from database: ").map_or(words.clone(), |(_, cause)| cause.to_owned())
}
