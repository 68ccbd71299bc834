//! A PostgreSQL of a test's own, which it may break.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::World;

/// A running cluster; gone when the test is.
pub struct Cluster {
    url: String,
    folder: TempDir,
}

impl Cluster {
    /// A fresh cluster by `scripts/postgres`.
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        // The server's user must be able to walk through it.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).expect("the folder can be opened");
        let url = script("start", &folder.path().join("postgres"));
        Self { url, folder }
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The machine under it dies: nothing is written down any more, nobody hears a goodbye.
    pub async fn crash(&self) {
        script_meanwhile("crash", self.place()).await;
    }

    /// It starts again where it was.
    pub async fn resume(&self) {
        script_meanwhile("resume", self.place()).await;
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("postgres")
    }
}

impl World {
    /// From now on commits to its cluster are done, and wait for a standby that there is not.
    pub async fn holds_commits_up(&self) {
        self.meddle("ALTER SYSTEM SET synchronous_standby_names = 'nobody'").await;
        self.meddle("SELECT pg_reload_conf()").await;
    }

    /// They wait no more.
    pub async fn lets_commits_go(&self) {
        self.meddle("ALTER SYSTEM RESET synchronous_standby_names").await;
        self.meddle("SELECT pg_reload_conf()").await;
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A test that fails has said why; its folder is removed in any case.
        let _ = Command::new(path()).arg("stop").arg(self.place()).output();
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres")
}

/// Runs the script and returns what it prints.
fn script(verb: &str, place: &Path) -> String {
    let output = Command::new(path()).arg(verb).arg(place).output().expect("scripts/postgres can be run");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "scripts/postgres {verb}: {complaint}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The same while the story goes on.
async fn script_meanwhile(verb: &'static str, place: PathBuf) {
    tokio::task::spawn_blocking(move || script(verb, &place)).await.expect("the script is right");
}
