//! A subject as a process of its own, and what the kernel says about it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long may a process take to start or to stop?
const PATIENCE: Duration = Duration::from_secs(30);

/// How often is a process looked at? Often enough for a start of a few milliseconds.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// The unit of the kernel's processor times: USER_HZ is 100 on every architecture that Linux's headers know today.
const TICK_MS: u64 = 10;

/// What stands before its address in its log.
const LISTENING: &str = "listening on http://";

/// A running subject; killed when dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
    /// When it was started.
    pub started: Instant,
}

impl Process {
    /// Starts `command`; what it says goes to the file `log`.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let file = File::create(log).expect("a log file");
        let output = file.try_clone().expect("the log file once more");
        command.stdin(Stdio::null()).stdout(output).stderr(file);
        let started = Instant::now();
        let child = command.spawn().expect("the subject starts");
        Self { child, log: log.to_owned(), started }
    }

    /// Where its port listens, as soon as it does.
    pub async fn addr(&mut self) -> SocketAddr {
        loop {
            let log = self.log();
            if let Some((_, after)) = log.split_once(LISTENING)
                && let Some((addr, _)) =
                    after.split_once(|letter: char| letter == ',' || letter.is_whitespace())
            {
                return addr.parse().expect("the log names an address");
            }
            let ended = self.child.try_wait().expect("the subject can be asked");
            assert!(ended.is_none() && self.started.elapsed() < PATIENCE, "it does not start:\n{log}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The processor time it has used so far, in all its threads.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        // Behind the name, which may contain anything, utime and stime are the 12th and 13th field (proc(5)).
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(ticks * TICK_MS)
    }

    /// Its memory now, MiB.
    pub fn resident(&self) -> f64 {
        self.memory("VmRSS:")
    }

    /// The most memory it ever had, MiB.
    pub fn most_resident(&self) -> f64 {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the kernel knows it");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("KiB") / 1024.0
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("the process lives")
    }

    /// Stops it as `docker stop` does, and waits until it has.
    pub async fn stop(mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"));
        kill(pid, Signal::SIGTERM).expect("the process is there");
        let from = Instant::now();
        while self.child.try_wait().expect("the subject can be asked").is_none() {
            assert!(from.elapsed() < PATIENCE, "it does not stop:\n{}", self.log());
            tokio::time::sleep(LOOK_EVERY * 5).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, perhaps.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
