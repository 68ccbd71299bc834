//! The real binary as a process of its own: started with nothing but the variables it is given, its log read
//! line by line, stopped, frozen and killed by signals.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use secrecy::ExposeSecret as _;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{ADMIN_ID, JWT_SECRET, PATIENCE, Platform, World};

/// How often is a process looked at that should end?
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How many lines of its log does a process leave behind when its story fails?
const LAST_LINES: usize = 400;

/// Tells one story about processes on both databases: nothing runs before the story starts it.
#[macro_export]
macro_rules! on_both_databases_with_processes {
    ($(async fn $name:ident($world:ident) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports)] // some stories need nothing else
            use super::*;
            async fn story($world: &$crate::harness::World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let telegram = bot_api::Options::unlimited();
                let engine = telegram_bot_scheduler::config::Engine::Sqlite;
                story(&$crate::harness::World::asleep(engine, telegram).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let telegram = bot_api::Options::unlimited();
                let engine = telegram_bot_scheduler::config::Engine::Postgres;
                story(&$crate::harness::World::asleep(engine, telegram).await).await;
            }
        }
    )+ };
}

/// A command line and its environment, before it is run.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
}

impl Launch {
    /// The service between the Telegram and the database of `world`, on a free port, with no limits of its own.
    pub fn of(world: &World) -> Self {
        Self::default()
            .set("TELEGRAM_BOT_TOKEN", world.telegram.token())
            .set("TELOXIDE_API_URL", world.telegram.url())
            .set("TELEGRAM_ADMINS", ADMIN_ID.to_string())
            .set("DATABASE_URL", world.config.database.url.expose_secret())
            .set("HTTP_ADDR", "127.0.0.1:0")
            .set("JWT_SECRET", JWT_SECRET)
            .set("SCHEDULER_TELEGRAM__POLL_TIMEOUT_SECONDS", "2")
            .set("SCHEDULER_ALERTS__DISK_FREE_MIB", "0")
            .set("SCHEDULER_HTTP__PERSON_PER_SECOND", "0")
            .set("SCHEDULER_DELIVERY__MERGE_WINDOW_SECONDS", "0")
            .set("SCHEDULER_DELIVERY__MESSAGES_PER_SECOND", "0")
            .set("SCHEDULER_DELIVERY__PER_CHAT_PER_SECOND", "0")
    }

    /// Sets a variable.
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Adds networks: `NEWS__CHAT` → the chat of `news`.
    pub fn with_networks(self, settings: &[(&str, &str)]) -> Self {
        settings
            .iter()
            .fold(self, |launch, (key, value)| launch.set(&format!("SCHEDULER_NETWORKS__{key}"), *value))
    }

    /// Takes a variable away.
    pub fn unset(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// Adds arguments.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Starts it and lets it run.
    pub fn start(&self) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_telegram-bot-scheduler"))
            .args(&self.arguments)
            .env_clear()
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (sender, lines) = watch::channel(Vec::new());
        let log = child.stderr.take().expect("standard error is captured");
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                sender.send_modify(|lines| lines.push(line));
            }
        });
        let mut output = child.stdout.take().expect("standard output is captured");
        let printing = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = output.read_to_string(&mut text);
            text
        });
        Process { child, lines, reading: Some(reading), printing: Some(printing) }
    }

    /// Starts the service and waits until it is ready for work.
    pub async fn start_ready(&self) -> Process {
        let process = self.start();
        process.until_ready().await;
        process
    }

    /// Runs it to its end, which has to come by itself.
    pub async fn run(&self) -> Ended {
        self.start().ends().await
    }
}

/// A running process; killed when dropped.
pub struct Process {
    child: Child,
    lines: watch::Receiver<Vec<String>>,
    reading: Option<JoinHandle<()>>,
    printing: Option<JoinHandle<String>>,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` after a signal that it did not survive.
    pub code: Option<i32>,
    /// What it printed for its user.
    pub printed: String,
    /// Its log, or its complaint.
    pub log: Vec<String>,
    /// How long it took from the call of [`Process::ends`].
    pub took: Duration,
}

impl Process {
    /// The log so far.
    pub fn log(&self) -> Vec<String> {
        self.lines.borrow().clone()
    }

    /// Waits for a line of the log that contains `words`.
    pub async fn says(&self, words: &str) -> String {
        self.says_within(words, PATIENCE).await
    }

    /// The same with another limit.
    pub async fn says_within(&self, words: &str, limit: Duration) -> String {
        let find = |lines: &[String]| lines.iter().find(|line| line.contains(words)).cloned();
        let mut lines = self.lines.clone();
        let found = tokio::time::timeout(limit, lines.wait_for(|lines| find(lines).is_some())).await;
        match found {
            Ok(Ok(lines)) => find(&lines).unwrap_or_default(),
            _ => panic!("the log never said {words:?}; it said:\n{}", self.log().join("\n")),
        }
    }

    /// How many lines of the log contain `words` so far.
    pub fn times_said(&self, words: &str) -> usize {
        self.lines.borrow().iter().filter(|line| line.contains(words)).count()
    }

    /// Waits until `words` are said once more than `before`.
    pub async fn says_again(&self, words: &str, before: usize, limit: Duration) {
        let mut lines = self.lines.clone();
        let again = |lines: &Vec<String>| lines.iter().filter(|line| line.contains(words)).count() > before;
        let said = tokio::time::timeout(limit, lines.wait_for(again)).await;
        assert!(
            matches!(said, Ok(Ok(_))),
            "the log did not say {words:?} again; it said:\n{}",
            self.log().join("\n")
        );
    }

    /// Where its port listens, by its log.
    pub async fn addr(&self) -> SocketAddr {
        let line = self.says("listening on http://").await;
        let after = line.split("http://").nth(1).unwrap_or_default();
        let addr = after.split(|letter: char| letter == ',' || letter.is_whitespace()).next();
        addr.unwrap_or_default().parse().expect("the log names the port's address")
    }

    /// The platform's back end, talking to this process.
    pub async fn platform(&self, world: &World) -> Platform {
        Platform::of(self.addr().await, world.config.jwt.clone(), world.clock.clone())
    }

    /// Waits until `/readyz` says yes.
    pub async fn until_ready(&self) {
        let url = format!("http://{}/readyz", self.addr().await);
        let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = client.get(&url).send().await;
            if answer.as_ref().is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            let log = || self.log().join("\n");
            assert!(Instant::now() < deadline, "never ready: {answer:?}; the log:\n{}", log());
            tokio::time::sleep(LOOK_EVERY * 2).await;
        }
    }

    /// The memory it holds, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("the process is there");
    }

    /// Asks it to stop, as `docker stop` does, and waits until it did.
    pub async fn terminate(self) -> Ended {
        self.signal(Signal::SIGTERM);
        self.ends().await
    }

    /// `kill -9`.
    pub async fn kill(self) -> Ended {
        self.signal(Signal::SIGKILL);
        self.ends().await
    }

    /// Waits until it has ended: a little longer than it may take, so that a test can say how long it took.
    pub async fn ends(mut self) -> Ended {
        let from = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                break status;
            }
            let log = || self.log().join("\n");
            assert!(from.elapsed() < PATIENCE * 2, "the process does not end; the log:\n{}", log());
            tokio::time::sleep(LOOK_EVERY).await;
        };
        self.ended(status, from.elapsed())
    }

    fn ended(&mut self, status: ExitStatus, took: Duration) -> Ended {
        // The pipes are at their end with the process: joining them waits for nothing else.
        if let Some(reading) = self.reading.take() {
            reading.join().expect("the log is read to its end");
        }
        let printed = self.printing.take().map(|printing| printing.join().expect("the output is read"));
        Ended { code: status.code(), printed: printed.unwrap_or_default(), log: self.log(), took }
    }

    #[allow(clippy::print_stdout)] // shown with a failing test
    fn print_log(&mut self) {
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
        let log = self.log();
        println!("the end of the log of process {}:", self.child.id());
        log.iter().skip(log.len().saturating_sub(LAST_LINES)).for_each(|line| println!("  {line}"));
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, mostly. Frozen processes die of SIGKILL, too.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            self.print_log();
        }
    }
}

impl Ended {
    /// The log as one text.
    pub fn complaint(&self) -> String {
        self.log.join("\n")
    }

    /// The one line with which it refused to start, which has to name `setting` and exit with code 2.
    pub fn refused(&self, setting: &str) -> &str {
        assert_eq!(self.code, Some(2), "it has to end with exit code 2: {self:?}");
        // What was logged before counts as noise, not as the complaint.
        let complaints: Vec<&String> =
            self.log.iter().filter(|line| line.starts_with("telegram-bot-scheduler: ")).collect();
        let [line] = complaints.as_slice() else { panic!("one line says what to mend: {self:#?}") };
        assert!(line.contains(setting), "{line:?} does not name {setting}");
        line
    }
}
