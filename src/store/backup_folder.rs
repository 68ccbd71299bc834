//! Where copies of a SQLite database are kept, what they are called, and how many stay.
//!
//! A copy has its final name only when it is whole, checked and on the disk: whatever has that name can be
//! restored.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::backup::{copy_sqlite, sqlite_file, verify_sqlite};
use super::{StoreError, config};

/// The folder beside the database, when the settings name none.
const FOLDER: &str = "backups";

/// What a backup's file name ends with.
const SUFFIX: &str = ".db";

/// What stands in the name of a copy made before an upgrade, before the version.
const BEFORE: &str = "pre-";

/// Only this service's own user reads what is in the database.
const MODE: u32 = 0o600;

/// Why a copy is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The day's.
    Daily,
    /// Somebody wants one, while the service may be running.
    ByHand,
    /// The schema is about to change.
    Upgrade,
}

impl Occasion {
    /// What stands between the database's name and the time.
    fn label(self) -> String {
        match self {
            Self::Daily | Self::ByHand => String::new(),
            Self::Upgrade => format!("{BEFORE}{}-", env!("CARGO_PKG_VERSION")),
        }
    }

    /// What the name ends with while the copy is written. One by hand has its own, lest the day's takes it for its own
    /// leftover.
    fn unfinished(self) -> &'static str {
        match self {
            Self::Daily | Self::Upgrade => ".part",
            Self::ByHand => ".by-hand.part",
        }
    }
}

/// Where the copies of one database are.
#[derive(Clone)]
pub struct BackupFolder {
    database: config::Database,
    folder: PathBuf,
    /// The database's own name, first in theirs.
    stem: String,
    kept: usize,
}

impl BackupFolder {
    /// The folder of the configured database; `None` on PostgreSQL, which has tools of its own for that.
    pub fn of(database: &config::Database, settings: &config::Jobs) -> Result<Option<Self>, StoreError> {
        let Some(file) = sqlite_file(database)? else { return Ok(None) };
        let beside = file.parent().unwrap_or(Path::new("")).join(FOLDER);
        let stem = file.file_stem().map_or_else(|| "scheduler".into(), |stem| stem.to_string_lossy().into());
        Ok(Some(Self {
            database: database.clone(),
            folder: settings.backup_folder.clone().unwrap_or(beside),
            stem,
            kept: settings.backups_kept,
        }))
    }

    /// Adds a copy of what the database holds now, checks it, and removes the oldest of its kind beyond the number that
    /// is kept. Returns where it is.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] that names the setting, when the folder can't be written; the database's own errors.
    pub async fn add(&self, occasion: Occasion, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
        let (unfinished, finished) = self.names(occasion, now);
        self.in_background({
            let unfinished = unfinished.clone();
            move |folder| folder.prepare(occasion, &unfinished)
        })
        .await?;
        copy_sqlite(&self.database, &unfinished).await?;
        verify_sqlite(&unfinished).await?;
        let added = finished.clone();
        self.in_background(move |folder| folder.finish(occasion, &unfinished, &finished)).await?;
        Ok(added)
    }

    /// The names of a copy made at `now`: while it is written, and after. Those of a kind sort by time.
    fn names(&self, occasion: Occasion, now: DateTime<Utc>) -> (PathBuf, PathBuf) {
        let (label, time) = (occasion.label(), now.format("%Y%m%dT%H%M%S%3fZ"));
        let name = format!("{}-{label}{time}{SUFFIX}", self.stem);
        (self.folder.join(format!("{name}{}", occasion.unfinished())), self.folder.join(name))
    }

    /// Makes the folder and the empty file, and removes what an interrupted copy left.
    fn prepare(&self, occasion: Occasion, unfinished: &Path) -> Result<(), StoreError> {
        fs::create_dir_all(&self.folder).map_err(|error| self.cant("create", &error))?;
        for left in self.files(occasion, &format!("{SUFFIX}{}", occasion.unfinished()))? {
            fs::remove_file(left).map_err(|error| self.cant("remove an unfinished backup from", &error))?;
        }
        let create = OpenOptions::new().write(true).create_new(true).mode(MODE).open(unfinished);
        create.map(drop).map_err(|error| self.cant("write to", &error))
    }

    /// Brings the copy to the disk, gives it its name, and removes the oldest ones.
    fn finish(&self, occasion: Occasion, unfinished: &Path, finished: &Path) -> Result<(), StoreError> {
        let synced = File::open(unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(unfinished, finished))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        synced.map_err(|error| self.cant("write to", &error))?;
        let mut backups = self.files(occasion, SUFFIX)?;
        backups.sort_unstable_by_key(|path| self.time_of(occasion, path, SUFFIX));
        let surplus = backups.len().saturating_sub(self.kept);
        for old in backups.into_iter().take(surplus) {
            fs::remove_file(old).map_err(|error| self.cant("remove an old backup from", &error))?;
        }
        Ok(())
    }

    /// The files here that are ours, made on such an occasion, and end with `suffix`; nobody else's are touched.
    fn files(&self, occasion: Occasion, suffix: &str) -> Result<Vec<PathBuf>, StoreError> {
        let entries = fs::read_dir(&self.folder).map_err(|error| self.cant("read", &error))?;
        let paths = entries.collect::<io::Result<Vec<_>>>().map_err(|error| self.cant("read", &error))?;
        let ours = |path: &PathBuf| self.time_of(occasion, path, suffix).is_some();
        Ok(paths.into_iter().map(|entry| entry.path()).filter(ours).collect())
    }

    /// The `YYYYMMDDTHHMMSSmmmZ` in the name of a copy of ours; `None` for any other file.
    fn time_of(&self, occasion: Occasion, path: &Path, suffix: &str) -> Option<String> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let rest = name.strip_prefix(&self.stem)?.strip_prefix('-')?.strip_suffix(suffix)?;
        let time = match occasion {
            Occasion::Daily | Occasion::ByHand => rest,
            // Whichever version it was made before.
            Occasion::Upgrade => rest.strip_prefix(BEFORE)?.rsplit_once('-')?.1,
        };
        let (date, hour) = time.strip_suffix('Z')?.split_once('T')?;
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(date, 8) && digits(hour, 9)).then(|| time.to_owned())
    }

    fn cant(&self, what: &str, error: &io::Error) -> StoreError {
        StoreError::Unusable(format!("jobs.backup_folder: can't {what} {}: {error}", self.folder.display()))
    }

    /// Files are slow where disks are.
    async fn in_background(
        &self,
        work: impl FnOnce(&Self) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let folder = self.clone();
        match tokio::task::spawn_blocking(move || work(&folder)).await {
            Ok(result) => result,
            Err(_) => Err(StoreError::Failed("the backup's files could not be handled".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_copies_are_ever_removed() {
        let folder = BackupFolder {
            database: config::Database {
                url: "sqlite://scheduler.db".into(),
                max_connections: 1,
                busy_timeout: std::time::Duration::from_secs(1),
            },
            folder: "/backups".into(),
            stem: "scheduler".into(),
            kept: 1,
        };
        let at = DateTime::from_timestamp(1_795_334_400, 7_000_000).unwrap();
        let is = |occasion, path: &Path, suffix: &str| folder.time_of(occasion, path, suffix).is_some();
        let (unfinished, finished) = folder.names(Occasion::Daily, at);
        assert_eq!(finished.to_str(), Some("/backups/scheduler-20261122T080000007Z.db"));
        assert!(is(Occasion::Daily, &finished, SUFFIX) && is(Occasion::Daily, &unfinished, ".db.part"));
        assert!(!is(Occasion::Daily, &unfinished, SUFFIX));
        let (by_hand, _) = folder.names(Occasion::ByHand, at);
        assert!(
            is(Occasion::ByHand, &by_hand, ".db.by-hand.part") && !is(Occasion::Daily, &by_hand, ".db.part")
        );
        let before_upgrade = Path::new("/backups/scheduler-pre-0.9.0-20261122T080000007Z.db");
        assert!(
            is(Occasion::Upgrade, before_upgrade, SUFFIX) && !is(Occasion::Daily, before_upgrade, SUFFIX)
        );
        assert!(!is(Occasion::Upgrade, &finished, SUFFIX));
        for foreign in [
            "scheduler.db",
            "scheduler-before-the-move.db",
            "scheduler-20261122T080000Z.db",
            "scheduler-2026112xT080000007Z.db",
            "other-20261122T080000007Z.db",
            "scheduler-20261122T080000007Z.db.gz",
            "scheduler-pre-the-move.db",
        ] {
            for occasion in [Occasion::Daily, Occasion::ByHand, Occasion::Upgrade] {
                assert!(!is(occasion, Path::new(foreign), SUFFIX), "{foreign}");
            }
        }
    }
}
