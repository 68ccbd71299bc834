//! One subject between a Telegram, a database and a caller of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use bot_api::{BotApi, Limits, NewPerson, Options};
use hyper::Method;
use serde_json::json;
use tempfile::TempDir;

use crate::bare;
use crate::caller::Connection;
use crate::database::Database;
use crate::process::Process;
use crate::subject::Subject;

/// The chat of `account-0`; the others follow.
pub const FIRST_CHAT: i64 = 1_000_000;

/// How often is Telegram's count looked at?
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How long may a subject take until it polls?
const PATIENCE: Duration = Duration::from_secs(30);

/// The key of every subject's port.
const JWT_SECRET: &str = "a bench's secret of more than thirty-two bytes";

/// A subject and everything around it.
pub struct Rig {
    /// Who.
    pub subject: Subject,
    /// Its Telegram.
    pub telegram: BotApi,
    /// The service's database; yardsticks have none, or keep it to themselves.
    pub database: Database,
    folder: TempDir,
    settings: BTreeMap<String, String>,
    bare: Vec<String>,
}

/// Telegram without limits that remembers as little as it can: its bookkeeping must not be what is measured.
pub fn unlimited() -> Options {
    Options { log_capacity: 0, messages_per_chat: 4, ..Options::unlimited() }
}

/// Telegram with its limits.
pub fn strict() -> Options {
    Options { limits: Limits::default(), ..unlimited() }
}

impl Rig {
    /// `subject` between a Telegram and an empty database; not started yet.
    pub async fn new(subject: Subject, telegram: Options) -> Self {
        // Not where other temporary files are: that may be memory, where no commit costs anything.
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let telegram = BotApi::start(telegram).expect("the local Telegram starts");
        let database = Database::fresh(subject, folder.path()).await;
        let settings = BTreeMap::from([
            ("DATABASE_URL".to_owned(), database.url().to_owned()),
            ("HTTP_ADDR".to_owned(), "127.0.0.1:0".to_owned()),
            ("JWT_SECRET".to_owned(), JWT_SECRET.to_owned()),
            ("TELEGRAM_BOT_TOKEN".to_owned(), telegram.token()),
            ("TELOXIDE_API_URL".to_owned(), telegram.url()),
        ]);
        let mut rig = Self { subject, telegram, database, folder, settings, bare: Vec::new() };
        if subject.is_service() {
            let migrated = rig.service().arg("migrate").output().expect("the binary runs");
            assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
            rig.database.open().await;
        }
        rig
    }

    /// Sets a setting of the service.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// Takes the subject's own limits away.
    pub fn lift_limits(&mut self) {
        for limit in ["MESSAGES_PER_SECOND", "PER_CHAT_PER_SECOND", "PER_GROUP_PER_MINUTE"] {
            self.set(&format!("SCHEDULER_DELIVERY__{limit}"), "0");
        }
    }

    /// Takes Telegram away: events are accepted and wait.
    pub fn without_telegram(&mut self) {
        self.settings.remove("TELEGRAM_BOT_TOKEN");
        self.bare.push("--no-sending".to_owned());
    }

    /// A yardstick that answers people instead of taking events.
    pub fn answers(&mut self) {
        self.bare.push("--answering".to_owned());
    }

    /// So many people who have opened the chat with the bot and, with the service, linked it to their accounts.
    pub async fn people(&self, count: usize) {
        self.open_chats(count).await;
        if self.subject.is_service() {
            self.database.link(count).await;
        }
    }

    /// So many people whom the bot may write to. What they said to open the chat is nobody's update.
    async fn open_chats(&self, count: usize) {
        self.polls_for(json!(["poll"])).await;
        for id in (FIRST_CHAT..).take(count) {
            self.telegram.person(NewPerson::new(id, "Reader")).starts("").expect("they can write");
        }
    }

    /// One getUpdates, as any client's: which kinds of updates are kept from now on.
    async fn polls_for(&self, kinds: serde_json::Value) {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let url = format!("{}/bot{}/getUpdates", self.telegram.url(), self.telegram.token());
        let poll = client.post(url).json(&json!({ "allowed_updates": kinds })).send().await;
        poll.expect("Telegram answers");
        // It is the subject's calls that are counted.
        self.telegram.clear_requests();
    }

    /// People's messages to the bot are updates again.
    pub async fn hears_everything(&self) {
        self.polls_for(json!([])).await;
    }

    /// So many messages waiting from before the start, over so many people.
    pub async fn queue(&mut self, rows: usize, people: usize) {
        if self.subject.is_service() {
            self.database.queue(rows, people).await;
        } else {
            self.bare.extend([format!("--waiting={rows}"), format!("--people={people}")]);
        }
    }

    /// Starts the subject.
    pub fn start(&self) -> Process {
        let command = if self.subject.is_service() { self.service() } else { self.bare_command() };
        Process::start(command, &self.folder.path().join("log"))
    }

    /// Starts the subject and waits until its port listens.
    pub async fn start_listening(&self) -> (Process, SocketAddr) {
        let mut process = self.start();
        let addr = process.addr().await;
        (process, addr)
    }

    /// The same, and until it polls: then it leads and delivers.
    pub async fn start_polling(&self) -> (Process, SocketAddr) {
        let started = self.start_listening().await;
        if self.subject.is_service() {
            self.telegram.wait_for_calls("getUpdates", 1, PATIENCE).await.expect("it polls");
        }
        started
    }

    fn service(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telegram-bot-scheduler"));
        command.env_clear().envs(&self.settings).current_dir(self.folder.path());
        command
    }

    fn bare_command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg(bare::ARGUMENT).args(&self.bare);
        command.arg(format!("--telegram={}", self.telegram.url()));
        command.arg(format!("--token={}", self.telegram.token()));
        if self.subject == Subject::Floor {
            command.arg(format!("--store={}", self.folder.path().join("floor.db").display()));
        }
        command
    }

    /// A token with which the port lets the caller do everything.
    pub fn token(&self) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_telegram-bot-scheduler"));
        command.env_clear().env("JWT_SECRET", JWT_SECRET);
        let token = command.args(["token", "--account", "bench", "--scope", "events,admin"]).output();
        let token = token.expect("the binary runs").stdout;
        String::from_utf8(token).expect("a token is text").trim().to_owned()
    }

    /// A connection of a caller who may do everything.
    pub async fn caller(&self, addr: SocketAddr) -> Connection {
        Connection::open(addr, &self.token()).await
    }

    /// How many messages Telegram was asked to take so far.
    pub fn sends(&self) -> u64 {
        self.telegram.calls("sendMessage").map_or(0, |calls| calls.count)
    }

    /// Waits until Telegram was asked to take `count` messages in all, at most `limit`; how many it was.
    pub async fn until_sends(&self, count: u64, limit: Duration) -> u64 {
        let from = Instant::now();
        while self.sends() < count && from.elapsed() < limit {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.sends()
    }

    /// Takes everything down.
    pub async fn end(self) {
        self.telegram.stop();
        self.database.remove().await;
    }
}

/// Triggers a job and returns its run when it has ended.
pub async fn run_job(caller: &mut Connection, job: &str) -> serde_json::Value {
    let path = format!("/api/admin/scheduler/jobs/{job}");
    let (_, answer) = caller.send(Method::POST, &format!("{path}/trigger"), String::new()).await;
    let asked: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
    loop {
        let (_, answer) = caller.send(Method::GET, &format!("{path}/runs?limit=50"), String::new()).await;
        let runs: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        let runs = runs["runs"].as_array().expect("a list of runs");
        if let Some(run) = runs.iter().find(|run| run["id"] == asked["id"] && !run["finished_at"].is_null()) {
            return run.clone();
        }
        tokio::time::sleep(LOOK_EVERY * 5).await;
    }
}
