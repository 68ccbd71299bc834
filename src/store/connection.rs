//! Opening the database: one writer and a pool of readers on SQLite, one pool on PostgreSQL.

use std::str::FromStr as _;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use secrecy::ExposeSecret as _;

use super::StoreError;
use crate::config;

/// How long may a query wait for a connection of the pool?
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// How long is a connection to PostgreSQL trusted after its last use? After that it is asked, at a round trip's price,
/// whether it still is one: after a crash or a cut none of them is, and each would fail somebody, delivery a second apart.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How PostgreSQL is to plan (its documentation, "Query Planning"): a few rows looked up by an index, one after the
/// other. It keeps the plan of a prepared statement, and one made while a table is new, when to read all of it costs
/// least, would do so until the table has been counted: a minute or more, with a hundred thousand rows in it by then.
const LOOK_UP: [(&str, &str); 4] =
    [("enable_seqscan", "off"), ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("jit", "off")];

/// SQLite's write-ahead log is copied back into the database when it has this many pages of 4 KiB.
const CHECKPOINT_PAGES: &str = "1000";

/// Memory for pages of each SQLite connection, KiB (negative means KiB, SQLite documentation, "PRAGMA cache_size").
const CACHE_KIB: &str = "-2000";

/// What drivers put before the cause.
const DRIVER_PREFIXES: [&str; 2] = ["error returned from database: ", "error communicating with database: "];

/// The one connection that writes to a SQLite file; creates the file, not its folder.
pub(super) async fn sqlite_writer(settings: &config::Database) -> Result<DatabaseConnection, StoreError> {
    let mut options = sqlite_options(settings, "OFF");
    // Another one, should the schema be changed while the queue holds the first. None is opened ahead: two that switch a
    // new file to write-ahead logging at the same time lock each other out, and the first start fails.
    options.max_connections(2).min_connections(0);
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
    options.test_before_acquire_if_idle_for(TRUSTED_FOR);
    // A statement that hangs must not hold a connection for ever.
    options.map_sqlx_postgres_opts(|options| {
        options.options(LOOK_UP).options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "10s"),
        ])
    });
    let pool = Database::connect(options).await;
    match pool {
        Ok(pool) => Ok(pool),
        // A pool tries until its time is over and says only that it is.
        Err(error) => {
            let cause = postgres_cause(settings).await.unwrap_or_else(|| error.to_string());
            Err(cant_open(settings, &cause, "check that PostgreSQL runs there and lets this user in"))
        }
    }
}

/// What one connection hears; `None` when it gets through.
async fn postgres_cause(settings: &config::Database) -> Option<String> {
    let options: PgConnectOptions = match settings.url.expose_secret().parse() {
        Ok(options) => options,
        Err(error) => return Some(error.to_string()),
    };
    match tokio::time::timeout(ACQUIRE_LIMIT, options.connect()).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", ACQUIRE_LIMIT.as_secs())),
    }
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
            // Not in files, which large statements would want in /tmp or the like: in a container with a read-only
            // root there is none, and the statement fails.
            .pragma("temp_store", "MEMORY")
            .pragma("query_only", query_only)
    });
    options
}

async fn connect(
    options: ConnectOptions,
    settings: &config::Database,
) -> Result<DatabaseConnection, StoreError> {
    Database::connect(options)
        .await
        .map_err(|error| cant_open(settings, &error.to_string(), sqlite_mend(settings, &error)))
}

/// What to do about a SQLite file that can't be opened: the driver says only "unable to open database file".
fn sqlite_mend(settings: &config::Database, error: &DbErr) -> &'static str {
    if error.to_string().contains("file is not a database") {
        return "it is not a SQLite database, name another file";
    }
    let path = SqliteConnectOptions::from_str(settings.url.expose_secret());
    match path.as_ref().map(|options| options.get_filename()) {
        Ok(path) if path.is_dir() => "it is a folder, name a file in it",
        Ok(path) if !path.exists() => "it is not there, add ?mode=rwc to have it made",
        _ => "check that this user may read and write it and its folder, and that nobody else holds it",
    }
}

fn cant_open(settings: &config::Database, cause: &str, mend: &str) -> StoreError {
    // What the driver says may repeat the URL: the description has no password.
    let cause = cause.replace(settings.url.expose_secret(), &settings.describe());
    let cause = DRIVER_PREFIXES
        .iter()
        .fold(cause.as_str(), |cause, prefix| cause.rsplit_once(prefix).map_or(cause, |(_, rest)| rest));
    StoreError::Unusable(format!("DATABASE_URL: can't open {}: {cause}; {mend}", settings.describe()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_new_file_is_opened_by_one_connection_alone() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..100 {
            let url = format!("sqlite://{}/{number}.db?mode=rwc", folder.path().display());
            let settings = config::Database {
                url: url.into(),
                max_connections: 4,
                busy_timeout: Duration::from_millis(100),
            };
            let writer = sqlite_writer(&settings).await.unwrap();
            assert_eq!(writer.get_sqlite_connection_pool().size(), 1, "a second one may lock out the first");
            writer.close().await.unwrap();
        }
    }
}
