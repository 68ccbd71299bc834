//! The sandbox as a process: started on free ports with a folder of its own, stopped by a signal.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long may the sandbox take to start, or to stop?
const LIMIT: Duration = Duration::from_secs(20);

/// A running sandbox; dropped, it is killed.
pub(crate) struct Sandbox {
    process: Child,
    url: String,
    folder: TempDir,
}

impl Sandbox {
    /// Starts one that remembers nothing.
    pub(crate) async fn start() -> Self {
        Self::start_in(TempDir::new().unwrap()).await
    }

    /// Starts one that remembers what is in `folder`.
    pub(crate) async fn start_in(folder: TempDir) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .arg("--any-ports")
            .arg("--state")
            .arg(folder.path())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the sandbox can be run");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = timeout(LIMIT, async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some(url) = line.trim().strip_prefix("Open  ") {
                    return url.to_owned();
                }
            }
            panic!("the sandbox ended without saying what to open");
        });
        let url = url.await.expect("the sandbox says what to open");
        // Read on, or the sandbox would wait for room in the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, url, folder }
    }

    /// The one URL it printed.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where it keeps its state.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// SIGTERM: it must end by itself, in time and without an error.
    pub(crate) async fn stops_cleanly(self) {
        self.stops_at("TERM").await;
    }

    /// Ends it with a signal; gives the folder with what it kept.
    pub(crate) async fn stops_at(mut self, signal: &str) -> TempDir {
        let id = self.process.id().expect("the sandbox is still running").to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().await.unwrap();
        assert!(sent.success(), "the signal was not sent");
        let status = timeout(LIMIT, self.process.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("the sandbox does not stop at SIG{signal}")).unwrap();
        assert!(status.success(), "the sandbox ended at SIG{signal} with {status}");
        self.folder
    }
}
