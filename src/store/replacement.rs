//! A backup takes the place of a SQLite database: copied beside it, checked, made ready there, and only then swapped
//! in, so that whatever fails before leaves everything as it was.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};

use super::backup::verify_sqlite;
use super::{StoreError, config};

/// The files that SQLite keeps beside a database that is open, or was when the process died.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// A checked copy of a backup, beside the database whose place it will take. Removed when it is dropped before.
#[derive(Debug)]
pub struct Replacement {
    /// The database.
    place: PathBuf,
    copy: PathBuf,
}

impl Replacement {
    /// Copies `backup` beside the database `place`, and makes sure that it is a whole database of this service, of no
    /// newer version.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] that names the file and what is wrong with it.
    pub async fn of(backup: &Path, place: &Path) -> Result<Self, StoreError> {
        let wrong = |what: String| StoreError::Unusable(format!("{}: {what}", backup.display()));
        if size(&beside(backup, "-wal")) > 0 {
            let mend = "it is a database in use, or one whose process died; take a copy made by `backup`";
            return Err(wrong(mend.to_owned()));
        }
        let replacement = Self { place: place.to_owned(), copy: beside(place, ".restoring") };
        replacement.remove_copy();
        fs::copy(backup, &replacement.copy)
            .map_err(|error| wrong(format!("can't be copied to the database's folder: {error}")))?;
        let applied = verify_sqlite(&replacement.copy)
            .await
            .map_err(|error| wrong(format!("it is no whole backup of this service: {error}")))?;
        let known = Migrator::migrations();
        let newer = applied.iter().find(|name| known.iter().all(|it| it.name() != name.as_str()));
        match newer {
            Some(name) => Err(wrong(format!(
                "it was made by a newer version (migration {name}); restore it with that version"
            ))),
            None => Ok(replacement),
        }
    }

    /// The copy as a database, to be made ready.
    pub fn database(&self, settings: &config::Database) -> config::Database {
        config::Database {
            url: format!("sqlite://{}?mode=rw", escaped(&self.copy)).into(),
            ..settings.clone()
        }
    }

    /// Swaps the copy in. Returns where the database is kept that was there, if there was one.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with what could not be done; the database is as it was.
    pub async fn take_its_place(self, now: DateTime<Utc>) -> Result<Option<PathBuf>, StoreError> {
        let cant = |what: &str, error: io::Error| {
            StoreError::Unusable(format!("can't {what} {}: {error}", self.place.display()))
        };
        File::open(&self.copy)
            .and_then(|file| file.sync_all())
            .map_err(|error| cant("write beside", error))?;
        if size(&beside(&self.copy, "-wal")) > 0 {
            return Err(StoreError::Failed("the copy's log was not folded into it".into()));
        }
        let kept = beside(&self.place, &format!(".before-restore-{}", now.format("%Y%m%dT%H%M%S%3fZ")));
        let there = self.place.exists();
        if there {
            empty_log(&self.place).await;
            // What is left of its log would be taken for the new one's.
            for companion in COMPANIONS.iter().filter(|it| beside(&self.place, it).exists()) {
                let moved = fs::rename(beside(&self.place, companion), beside(&kept, companion));
                moved.map_err(|error| cant("keep what is beside", error))?;
            }
            fs::hard_link(&self.place, &kept)
                .or_else(|_| fs::copy(&self.place, &kept).map(drop))
                .map_err(|error| cant("keep", error))?;
        }
        fs::rename(&self.copy, &self.place).map_err(|error| cant("replace", error))?;
        let folder = self.place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let synced = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        synced.map_err(|error| cant("write the folder of", error))?;
        Ok(there.then_some(kept))
    }

    fn remove_copy(&self) {
        let _ = fs::remove_file(&self.copy);
        for companion in COMPANIONS {
            let _ = fs::remove_file(beside(&self.copy, companion));
        }
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        self.remove_copy();
    }
}

/// Lets SQLite fold what stands in the database's log into the file. A database that can't do that any more is kept
/// with its log.
async fn empty_log(database: &Path) {
    let options = SqliteConnectOptions::new().filename(database).disable_statement_logging();
    let emptied = async {
        let mut connection = options.connect().await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
        connection.close().await
    };
    if let Err(error) = emptied.await {
        log::warn!(target: "store", "the database that was there is kept with its log: {error}");
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

/// As a path stands in a URL.
fn escaped(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}
