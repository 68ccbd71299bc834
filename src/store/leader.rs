//! One leader: the instance that polls, runs jobs and sends. The others only serve HTTP.
//!
//! On SQLite the leader is whoever holds the lock beside the file; a second process refuses to start.
//! On PostgreSQL it is the holder of the one row of `leader`, by the database's clock: whoever can't renew
//! it has to stop before it expires.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, Statement};
use secrecy::ExposeSecret as _;

use super::write_queue::Command;
use super::{Store, StoreError};
use crate::config;

/// How often does the leader renew its row?
pub const RENEW_EVERY: Duration = Duration::from_secs(3);

/// How long is a renewal good for? The leader stops by itself before, another may lead after.
pub const LEADS_FOR: Duration = Duration::from_secs(9);

/// The database's time, ms.
const NOW_MS: &str = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint";

/// Whether this instance leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leadership {
    /// It does, for [`LEADS_FOR`] from now; the epoch counts the changes of leadership.
    Leading {
        /// Grows with every new leader.
        epoch: i64,
    },
    /// Another one does.
    Following {
        /// For so long, should it not renew.
        expires_in: Duration,
    },
}

impl Store {
    /// Takes or renews the leadership for the instance `holder`.
    pub async fn lead(&self, holder: &str) -> Result<Leadership, StoreError> {
        if self.reader.get_database_backend() != DbBackend::Postgres {
            // The lock beside the file was taken before anything else.
            return Ok(Leadership::Leading { epoch: 0 });
        }
        let leadership = self.writer.write(Lead { holder: holder.to_owned() }).await?;
        if let Leadership::Leading { epoch } = leadership {
            self.signals.epoch.store(epoch, Ordering::Relaxed);
        }
        Ok(leadership)
    }

    /// The epoch in which this instance leads, or last led; always 0 on SQLite.
    pub(super) fn epoch(&self) -> i64 {
        self.signals.epoch.load(Ordering::Relaxed)
    }

    /// Gives the leadership up, so that another instance need not wait for it to expire.
    pub async fn resign(&self, holder: &str) -> Result<(), StoreError> {
        if self.reader.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        self.writer.write(Resign { holder: holder.to_owned() }).await
    }
}

/// A condition that holds as long as the leader of `epoch` leads: a claim of one that does not know yet that it was
/// followed takes nothing.
pub(super) fn still_leads(backend: DbBackend, epoch: i64) -> String {
    match backend {
        DbBackend::Postgres => format!("EXISTS (SELECT 1 FROM leader WHERE id = 1 AND epoch = {epoch})"),
        // The lock beside the file is held as long as the process lives.
        _ => "TRUE".to_owned(),
    }
}

struct Lead {
    holder: String,
}

impl Command for Lead {
    type Output = Leadership;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Leadership, StoreError> {
        let sql = format!(
            "INSERT INTO leader AS current (id, holder, epoch, expires_at_ms) \
            VALUES (1, $1, 1, {NOW_MS} + $2) \
            ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires_at_ms = excluded.expires_at_ms, \
              epoch = current.epoch + CASE WHEN current.holder = excluded.holder THEN 0 ELSE 1 END \
            WHERE current.holder = excluded.holder \
               OR current.expires_at_ms < {NOW_MS} \
            RETURNING epoch"
        );
        let lease_ms = i64::try_from(LEADS_FOR.as_millis()).unwrap_or(i64::MAX);
        let values = [self.holder.clone().into(), lease_ms.into()];
        let row = transaction
            .query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values))
            .await?;
        if let Some(row) = row {
            return Ok(Leadership::Leading { epoch: row.try_get("", "epoch")? });
        }
        let sql = format!("SELECT expires_at_ms - {NOW_MS} AS left_ms FROM leader");
        let query = Statement::from_string(DbBackend::Postgres, sql);
        let left_ms: i64 = match transaction.query_one_raw(query).await? {
            Some(row) => row.try_get("", "left_ms")?,
            None => 0,
        };
        Ok(Leadership::Following {
            expires_in: Duration::from_millis(left_ms.try_into().unwrap_or_default()),
        })
    }
}

struct Resign {
    holder: String,
}

impl Command for Resign {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let sql = "UPDATE leader SET expires_at_ms = 0 WHERE holder = $1";
        let values = [self.holder.clone().into()];
        transaction.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        Ok(())
    }
}

/// The operating system's lock on a file beside the SQLite database; released when dropped or when the
/// process dies, however it dies.
#[derive(Debug)]
pub struct SqliteLock {
    _file: File,
}

impl SqliteLock {
    /// Takes the lock of the configured database, creating its folder and the lock file; `None` on PostgreSQL,
    /// which needs none.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with the mend, when another process has it or the folder can't be written.
    pub fn take(settings: &config::Database) -> Result<Option<Self>, StoreError> {
        if settings.engine() != config::Engine::Sqlite {
            return Ok(None);
        }
        let options = SqliteConnectOptions::from_str(settings.url.expose_secret())
            .map_err(|error| StoreError::Unusable(format!("DATABASE_URL: {error}")))?;
        Self::beside(options.get_filename()).map(Some)
    }

    fn beside(path: &Path) -> Result<Self, StoreError> {
        let lock_path = PathBuf::from(format!("{}.lock", path.display()));
        let cant = |what: &str, error: std::io::Error| {
            let mend = match error.kind() {
                std::io::ErrorKind::PermissionDenied => {
                    "; let the user that this runs as write in its folder"
                }
                _ => "",
            };
            StoreError::Unusable(format!("DATABASE_URL: can't {what} {}: {error}{mend}", lock_path.display()))
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| cant("create the folder of", error))?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| cant("open", error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Unusable(format!(
                "DATABASE_URL: another process is using {}. One SQLite file serves one instance: stop the other \
                 one, or use PostgreSQL for several",
                path.display()
            ))),
            Err(std::fs::TryLockError::Error(error)) => Err(cant("lock", error)),
        }
    }
}
