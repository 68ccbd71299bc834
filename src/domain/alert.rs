//! Trouble of the service itself, which its admins are told of: once, and once more when it is over.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that an admin has to know of, and may have to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Trouble {
    /// A job did not end well, twice in a row.
    JobFails {
        /// Its id.
        job: String,
        /// Why, the last time.
        error: Option<String>,
    },
    /// The database was not backed up. Once is enough: the next try is a day away.
    BackupFails {
        /// Why.
        error: Option<String>,
    },
    /// Notifications are due and do not leave.
    QueueWaits {
        /// For how long the oldest is due.
        minutes: u64,
    },
    /// Telegram does not know the bot's token.
    TokenRefused,
    /// Somebody else fetches the bot's updates.
    SecondPoller,
    /// There is little room where the database is.
    DiskLow {
        /// How much, in MiB.
        free_mib: u64,
    },
}

impl Trouble {
    /// The kind of trouble, as texts choose by it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::JobFails { .. } => "job_fails",
            Self::BackupFails { .. } => "backup_fails",
            Self::QueueWaits { .. } => "queue_waits",
            Self::TokenRefused => "token_refused",
            Self::SecondPoller => "second_poller",
            Self::DiskLow { .. } => "disk_low",
        }
    }

    /// What makes it the same trouble as a moment ago, whatever its figures are by now.
    pub fn cause(&self) -> String {
        match self {
            Self::JobFails { job, .. } => format!("{}:{job}", self.kind()),
            _ => self.kind().to_owned(),
        }
    }
}

/// What admins are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What the trouble is.
    pub trouble: Trouble,
    /// Since when it has been there.
    pub since: DateTime<Utc>,
    /// When it was over; `None` while it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_at: Option<DateTime<Utc>>,
}
