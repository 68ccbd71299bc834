//! Copying a SQLite database while it is in use, and making sure that the copy is one.
//!
//! `VACUUM INTO` writes what one moment's reader sees; writers go on meanwhile. It runs on a connection of its
//! own: the write connection would make every write wait, and the readers may not write at all.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, Row as _};
use secrecy::ExposeSecret as _;

use super::StoreError;
use crate::config;

/// How many steps of SQLite's virtual machine go by between two looks whether to stop? Some ms worth.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// The file of a SQLite database; `None` on PostgreSQL.
pub fn sqlite_file(settings: &config::Database) -> Result<Option<PathBuf>, StoreError> {
    match settings.engine() {
        config::Engine::Sqlite => Ok(Some(options(settings)?.get_filename().to_owned())),
        config::Engine::Postgres => Ok(None),
    }
}

/// Copies the SQLite database into `copy`, which must not exist or be empty. Not synced to disk: SQLite leaves
/// that to the caller (SQLite documentation, "VACUUM with an INTO clause"). Dropping the future ends the copying.
pub async fn copy_sqlite(settings: &config::Database, copy: &Path) -> Result<(), StoreError> {
    let copy = copy.to_str().ok_or_else(|| StoreError::Unusable("a backup's path must be UTF-8".into()))?;
    let options = options(settings)?.create_if_missing(false).busy_timeout(settings.busy_timeout);
    let mut connection = options.disable_statement_logging().connect().await.map_err(failed)?;
    let _stops_when_dropped = stop_when_dropped(&mut connection).await?;
    sqlx::query("VACUUM INTO ?").bind(copy).execute(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// Opens the copy, checks all of it, and returns the migrations that its schema has had.
///
/// # Errors
/// [`StoreError::Unusable`] saying what is wrong with it.
pub async fn verify_sqlite(copy: &Path) -> Result<Vec<String>, StoreError> {
    let options = SqliteConnectOptions::new().filename(copy).read_only(true).disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    let _stops_when_dropped = stop_when_dropped(&mut connection).await?;
    let checked: String = sqlx::query("PRAGMA integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)?;
    if checked != "ok" {
        // SQLite's words are several lines, the last of them what it found.
        let found = checked.lines().last().unwrap_or_default();
        return Err(StoreError::Unusable(format!("the copy is damaged: {found}")));
    }
    let applied = sqlx::query("SELECT version FROM seaql_migrations ORDER BY version")
        .fetch_all(&mut connection)
        .await
        .and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect())
        .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    Ok(applied)
}

fn options(settings: &config::Database) -> Result<SqliteConnectOptions, StoreError> {
    SqliteConnectOptions::from_str(settings.url.expose_secret())
        .map_err(|error| StoreError::Unusable(format!("DATABASE_URL: {error}")))
}

/// Ends the statement under way when it is dropped: the driver's thread would finish it for nobody.
struct StopsWhenDropped(Arc<AtomicBool>);

impl Drop for StopsWhenDropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn stop_when_dropped(connection: &mut SqliteConnection) -> Result<StopsWhenDropped, StoreError> {
    let stopped = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stopped);
    connection
        .lock_handle()
        .await
        .map_err(failed)?
        .set_progress_handler(STEPS_BETWEEN_LOOKS, move || !seen.load(Ordering::Relaxed));
    Ok(StopsWhenDropped(stopped))
}

fn failed(error: sqlx::Error) -> StoreError {
    let words = error.to_string();
    StoreError::from_driver(&error, words)
}
