//! `restore`: a backup takes the place of the database, and a post still goes out once.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};

use super::say;
use crate::app::StartError;
use crate::config::Config;
use crate::outbox::{self, PutBack};
use crate::store::{Replacement, SqliteLock, Store, StoreError, sqlite_file};

#[derive(Debug, clap::Args)]
pub(super) struct RestoreArguments {
    /// The backup, a file made by the job or by `backup`.
    #[arg(required_unless_present = "in_place", conflicts_with = "in_place")]
    file: Option<PathBuf>,
    /// The database was put back by other means (pg_restore, a volume's snapshot): only settle what it can't know.
    #[arg(long)]
    in_place: bool,
}

pub(super) async fn restore(
    config: &Config,
    arguments: &RestoreArguments,
    now: DateTime<Utc>,
) -> Result<ExitCode, StartError> {
    let _lock = SqliteLock::take(&config.database)?;
    let (put_back, kept) = match &arguments.file {
        None => (settle(config, &config.database, now).await?, None),
        Some(file) => replace(config, file, now).await?,
    };
    let PutBack { posts, notifications, digests } = put_back;
    let mut lines = vec![
        format!("{}: put back", config.database.describe()),
        format!("  {posts} posts may have gone out since: unconfirmed, their authors are asked to look"),
        format!("  {notifications} notifications may have been sent since: cancelled (restored)"),
        format!("  {digests} digests wait for their next hour"),
    ];
    lines.extend(kept.map(|kept| format!("  what was there before is kept: {}", kept.display())));
    Ok(say(&lines.join("\n")))
}

/// Puts `file` in the database's place; returns where what was there is kept.
async fn replace(
    config: &Config,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<(PutBack, Option<PathBuf>), StoreError> {
    let place = sqlite_file(&config.database)?.ok_or_else(|| {
        StoreError::Unusable(
            "DATABASE_URL: PostgreSQL is put back by pg_restore. Do that, then run: telegram-bot-scheduler restore \
             --in-place"
                .into(),
        )
    })?;
    let replacement = Replacement::of(file, &place).await?;
    let put_back = settle(config, &replacement.database(&config.database), now).await?;
    Ok((put_back, replacement.take_its_place(now).await?))
}

/// Brings `database` up to date and settles what it can't know.
async fn settle(
    config: &Config,
    database: &crate::config::Database,
    now: DateTime<Utc>,
) -> Result<PutBack, StoreError> {
    let store = Store::open(database).await?;
    store.migrate().await?;
    if store.has_a_leader().await? {
        return Err(StoreError::Unusable(format!(
            "DATABASE_URL: an instance is using {}. Stop all of them, wait ten seconds, and try again",
            database.describe()
        )));
    }
    let put_back = outbox::settle_restored(&store, config.digest.default_zone, now).await;
    store.close().await;
    put_back
}
