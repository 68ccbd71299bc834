//! What can go wrong with the database, as far as a caller decides by it.

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::metrics;

/// Why a query or a write did not happen. After an error nothing of the write is kept, but for one in doubt.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else holds the database, or the queue before it is full: the same again later may work.
    #[error("the database is busy")]
    Busy,
    /// The disk under the database is full.
    #[error("the database's disk is full")]
    Full,
    /// The database can't be reached at all.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// The commit was not answered: whether the write is kept, nobody knows.
    #[error("whether it was written is not known: {0}")]
    InDoubt(String),
    /// Two writers met on a unique value; doing it once more decides it.
    #[error("a concurrent write came first: {0}")]
    Conflict(String),
    /// The database can't be used as it is: what it is, and what to do about it.
    #[error("{0}")]
    Unusable(String),
    /// Anything else: a bug of ours or a damaged database.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether the same request may well work a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::Unavailable(_) | Self::InDoubt(_) | Self::Conflict(_))
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Self::of(&error).counted()
    }
}

impl StoreError {
    /// What a commit failed of. A refusal undid it; anything else may have come after it was done.
    pub(super) fn of_commit(error: &DbErr) -> Self {
        match Self::of(error) {
            Self::Unavailable(words) | Self::Failed(words) => Self::InDoubt(words),
            refusal => refusal,
        }
        .counted()
    }

    fn counted(self) -> Self {
        metrics::database_failed(self.name());
        self
    }

    fn of(error: &DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(what)) = error.sql_err() {
            return Self::Conflict(what);
        }
        let words = error.to_string();
        match error {
            DbErr::ConnectionAcquire(_) => Self::Unavailable(words),
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => Self::from_driver(inner, words),
            DbErr::Conn(_) => Self::Unavailable(words),
            _ => Self::Failed(words),
        }
    }

    /// As the metrics have it.
    fn name(&self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Unavailable(_) => "unavailable",
            Self::InDoubt(_) => "in_doubt",
            Self::Conflict(_) => "conflict",
            Self::Unusable(_) => "unusable",
            Self::Failed(_) => "failed",
        }
    }

    pub(super) fn from_driver(error: &sqlx::Error, words: String) -> Self {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(words),
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // A SQLSTATE has five characters, SQLite's result code is a smaller number.
                Some(sqlstate) if sqlstate.len() == 5 => Self::from_postgres(sqlstate, words),
                code => Self::from_sqlite(code.and_then(|code| code.parse().ok()).unwrap_or_default(), words),
            },
            _ => Self::Failed(words),
        }
    }

    /// By SQLite's extended result code, whose low byte is the primary one (SQLite documentation, "Result Codes").
    fn from_sqlite(code: u32, words: String) -> Self {
        match code & 0xff {
            5 | 6 => Self::Busy,
            13 => Self::Full,
            14 => Self::Unavailable(words),
            _ => Self::Failed(words),
        }
    }

    /// By SQLSTATE (PostgreSQL documentation, appendix A).
    fn from_postgres(sqlstate: &str, words: String) -> Self {
        match sqlstate {
            // Serialisation failure, deadlock.
            "40001" | "40P01" => Self::Conflict(words),
            "53100" => Self::Full,
            // Too many connections, lock not available, statement timed out.
            "53300" | "55P03" | "57014" => Self::Busy,
            // Shutting down, crashed, starting up, idle session ended.
            "57P01" | "57P02" | "57P03" | "25P03" => Self::Unavailable(words),
            _ => Self::Failed(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_commit(error: sqlx::Error) -> StoreError {
        StoreError::of_commit(&DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }

    #[test]
    fn a_commit_that_is_not_answered_is_in_doubt() {
        let cut_off = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        for error in [sqlx::Error::Io(cut_off), sqlx::Error::Protocol("?".into()), sqlx::Error::WorkerCrashed]
        {
            let error = of_commit(error);
            assert!(matches!(error, StoreError::InDoubt(_)), "{error:?} would be written again");
        }
    }
}
