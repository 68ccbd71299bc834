//! Copies the SQLite database into a folder, makes sure that the copy can be opened, and keeps the newest ones.
//!
//! A copy has its final name only when it is whole, checked and on the disk: whatever has that name can be
//! restored.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Done, JobError, Jobs};
use crate::config;
use crate::store::{copy_sqlite, sqlite_file, verify_sqlite};

/// The folder beside the database, when the settings name none.
const FOLDER: &str = "backups";

/// What a backup's file name ends with.
const SUFFIX: &str = ".db";

/// What it ends with while it is written.
const UNFINISHED: &str = ".part";

/// Only this service's own user reads what is in the database.
const MODE: u32 = 0o600;

/// Items: the copies made, one or, on PostgreSQL, none: its own tools do that, without stopping anything.
pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let Some(database) = sqlite_file(&jobs.database)? else {
        log::debug!(target: "jobs", "PostgreSQL is backed up by its own tools: pg_dump, pg_basebackup");
        return Ok(0);
    };
    let place = Place::of(&database, &jobs.settings);
    let (unfinished, finished) = place.names(jobs.clock.now());
    in_background({
        let (place, unfinished) = (place.clone(), unfinished.clone());
        move || place.prepare(&unfinished)
    })
    .await?;
    copy_sqlite(&jobs.database, &unfinished).await?;
    verify_sqlite(&unfinished).await?;
    let keep = jobs.settings.backups_kept;
    in_background(move || place.finish(&unfinished, &finished, keep)).await?;
    Ok(1)
}

/// Where the copies are and what they are called.
#[derive(Clone)]
struct Place {
    folder: PathBuf,
    /// The database's own name, first in theirs.
    stem: String,
}

impl Place {
    fn of(database: &Path, settings: &config::Jobs) -> Self {
        let beside = database.parent().unwrap_or(Path::new("")).join(FOLDER);
        let stem =
            database.file_stem().map_or_else(|| "scheduler".into(), |stem| stem.to_string_lossy().into());
        Self { folder: settings.backup_folder.clone().unwrap_or(beside), stem }
    }

    /// The names of a copy made at `now`: while it is written, and after. They sort by time.
    fn names(&self, now: DateTime<Utc>) -> (PathBuf, PathBuf) {
        let name = format!("{}-{}{SUFFIX}", self.stem, now.format("%Y%m%dT%H%M%S%3fZ"));
        (self.folder.join(format!("{name}{UNFINISHED}")), self.folder.join(name))
    }

    /// Makes the folder and the empty file, and removes what an interrupted run left.
    fn prepare(&self, unfinished: &Path) -> Result<(), JobError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.cant("create", &error))?;
        for left in self.files(&format!("{SUFFIX}{UNFINISHED}"))? {
            fs::remove_file(left).map_err(|error| self.cant("remove an unfinished backup from", &error))?;
        }
        let create = OpenOptions::new().write(true).create_new(true).mode(MODE).open(unfinished);
        create.map(drop).map_err(|error| self.cant("write to", &error))
    }

    /// Brings the copy to the disk, gives it its name, and removes the oldest ones beyond `keep`.
    fn finish(&self, unfinished: &Path, finished: &Path, keep: usize) -> Result<(), JobError> {
        let synced = File::open(unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(unfinished, finished))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        synced.map_err(|error| self.cant("write to", &error))?;
        let mut backups = self.files(SUFFIX)?;
        backups.sort_unstable();
        let surplus = backups.len().saturating_sub(keep);
        for old in backups.into_iter().take(surplus) {
            fs::remove_file(old).map_err(|error| self.cant("remove an old backup from", &error))?;
        }
        Ok(())
    }

    /// The files here that are ours and end with `suffix`; nobody else's are touched.
    fn files(&self, suffix: &str) -> Result<Vec<PathBuf>, JobError> {
        let entries = fs::read_dir(&self.folder).map_err(|error| self.cant("read", &error))?;
        let paths = entries.collect::<io::Result<Vec<_>>>().map_err(|error| self.cant("read", &error))?;
        Ok(paths.into_iter().map(|entry| entry.path()).filter(|path| self.is_ours(path, suffix)).collect())
    }

    /// Whether the name is `stem-YYYYMMDDTHHMMSSmmmZ` and `suffix`.
    fn is_ours(&self, path: &Path, suffix: &str) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stamp =
            name.strip_prefix(&self.stem).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(suffix));
        let Some((date, time)) = stamp.and_then(|stamp| stamp.strip_suffix('Z')?.split_once('T')) else {
            return false;
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        date.len() == 8 && time.len() == 9 && digits(date) && digits(time)
    }

    fn cant(&self, what: &str, error: &io::Error) -> JobError {
        JobError(format!("jobs.backup_folder: can't {what} {}: {error}", self.folder.display()))
    }
}

/// Files are slow where disks are.
async fn in_background(work: impl FnOnce() -> Result<(), JobError> + Send + 'static) -> Result<(), JobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(JobError("the backup's files could not be handled".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_copies_are_ever_removed() {
        let place = Place { folder: "/backups".into(), stem: "scheduler".into() };
        let (unfinished, finished) = place.names(DateTime::from_timestamp(1_795_334_400, 7_000_000).unwrap());
        assert_eq!(finished.to_str(), Some("/backups/scheduler-20261122T080000007Z.db"));
        assert!(place.is_ours(&finished, SUFFIX) && place.is_ours(&unfinished, ".db.part"));
        assert!(!place.is_ours(&unfinished, SUFFIX));
        for foreign in [
            "scheduler.db",
            "scheduler-before-the-move.db",
            "scheduler-20261122T080000Z.db",
            "scheduler-2026112xT080000007Z.db",
            "other-20261122T080000007Z.db",
            "scheduler-20261122T080000007Z.db.gz",
        ] {
            assert!(!place.is_ours(Path::new(foreign), SUFFIX), "{foreign}");
        }
    }
}
