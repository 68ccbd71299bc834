//! Copies the SQLite database into a folder, makes sure that the copy can be opened, and keeps the newest ones.

use std::sync::Arc;

use super::{Done, Jobs};
use crate::store::{BackupFolder, Occasion};

/// Items: the copies made, one or, on PostgreSQL, none: its own tools do that, without stopping anything.
pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let Some(folder) = BackupFolder::of(&jobs.database, &jobs.settings)? else {
        log::debug!(target: "jobs", "PostgreSQL is backed up by its own tools: pg_dump, pg_basebackup");
        return Ok(0);
    };
    folder.add(Occasion::Daily, jobs.clock.now()).await?;
    Ok(1)
}
