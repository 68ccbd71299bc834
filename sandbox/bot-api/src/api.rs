//! The server in the hands of a test: starting, stopping, steering.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::faults::{FaultCount, FaultPlan, Rule};
use crate::options::{Limits, Options};
use crate::server;
use crate::shared::{Reach, Shared};
use crate::state_file;
use crate::world::{Bot, World};

/// A running server, seen as one bot. Clones are cheap and see the same world; the last one dropped stops it.
#[derive(Clone)]
pub struct BotApi {
    pub(crate) shared: Arc<Shared>,
    /// Whose private chats and counts this handle looks at.
    pub(crate) bot: i64,
    running: Option<Arc<Running>>,
}

/// The server's thread and its addresses.
struct Running {
    shared: Arc<Shared>,
    bound: server::Bound,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Running {
    fn stop(&self) {
        self.shared.stop.cancel();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Joined, so that the port is free and the state file written in the caller's next line.
        if thread.is_some_and(|thread| thread.join().is_err()) {
            log::error!("the Bot API server's thread panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for BotApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the token: what is printed may be a product's log in a failing test.
        f.debug_struct("BotApi").field("bot", &self.bot).finish_non_exhaustive()
    }
}

/// One entry of a bot's command menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// Without the slash.
    pub command: String,
    /// What people read.
    pub description: String,
}

impl BotApi {
    /// Starts a server on a thread of its own; when this returns, it takes connections.
    ///
    /// # Errors
    /// The address is taken, the token is malformed, or the state file can't be read.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let mut world = match &options.state_file {
            Some(path) => state_file::load(path)?,
            None => World::default(),
        };
        let bot = register(&mut world, &options.token, &options.username, "Scheduler")?;
        let shared = Arc::new(Shared::new(options, world));
        let (bound, thread) = server::start(&shared).context("starting the local Bot API server")?;
        let running = Running { shared: Arc::clone(&shared), bound, thread: Mutex::new(Some(thread)) };
        Ok(Self { shared, bot, running: Some(Arc::new(running)) })
    }

    /// A handle for the server's own control port, which must not keep the server alive.
    pub(crate) fn inside(shared: Arc<Shared>, bot: i64) -> Self {
        Self { shared, bot, running: None }
    }

    /// Stops the server, writes the state file and frees the port. Other handles can still look at the world.
    pub fn stop(&self) {
        if let Some(running) = &self.running {
            running.stop();
        }
    }

    /// Where the Bot API listens.
    pub fn address(&self) -> SocketAddr {
        self.running.as_ref().map_or(self.shared.options.address, |running| running.bound.api)
    }

    /// For `TELOXIDE_API_URL`: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The control port's base, `http://127.0.0.1:<port>/control`, if [`Options::control_address`] is set.
    pub fn control_url(&self) -> Option<String> {
        self.running.as_ref()?.bound.control.map(|address| format!("http://{address}/control"))
    }

    /// The token of this handle's bot.
    pub fn token(&self) -> String {
        self.shared.world().bots.get(&self.bot).map(|bot| bot.token.clone()).unwrap_or_default()
    }

    /// The id of this handle's bot.
    pub fn bot_id(&self) -> i64 {
        self.bot
    }

    /// Registers another bot and gives a handle that sees the world as that bot.
    ///
    /// # Errors
    /// The token is not `<id>:<35 characters>`, or its id belongs to another bot or a person.
    pub fn add_bot(&self, token: &str, username: &str) -> anyhow::Result<Self> {
        let bot = register(&mut self.shared.world(), token, username, username)?;
        self.shared.touch();
        Ok(Self { bot, ..self.clone() })
    }

    /// This server seen as another registered bot.
    pub fn as_bot(&self, id: i64) -> Option<Self> {
        self.shared.world().bots.contains_key(&id).then(|| Self { bot: id, ..self.clone() })
    }

    /// Gives this handle's bot another token, as BotFather's "revoke" does: the old one is `Unauthorized`.
    ///
    /// # Errors
    /// The token is malformed or has another id.
    pub fn revoke_token(&self, new_token: &str) -> anyhow::Result<()> {
        anyhow::ensure!(token_id(new_token)? == self.bot, "a bot's new token begins with its own id");
        if let Some(bot) = self.shared.world().bots.get_mut(&self.bot) {
            bot.token = new_token.to_owned();
        }
        self.shared.touch();
        Ok(())
    }

    /// Queues an update exactly as given, whatever its kind, behind an `update_id`; gives that id.
    pub fn push_update(&self, fields: &Map<String, Value>) -> i64 {
        let mut world = self.shared.world();
        let Some(bot) = world.bots.get_mut(&self.bot) else { return 0 };
        let id = bot.queue.push_raw(
            |id| {
                let rest = crate::answer::json(fields);
                let comma = if fields.is_empty() { "" } else { "," };
                format!("{{\"update_id\":{id}{comma}{}", &rest[1..])
            },
            0,
        );
        bot.wake.notify_waiters();
        drop(world);
        self.shared.webhook_wake.notify_one();
        self.shared.touch();
        id
    }

    /// The commands set for a scope (`default`, `all_private_chats`, `chat:42`, …) and a language ("" = all others).
    pub fn commands(&self, scope: &str, language: &str) -> Vec<Command> {
        let world = self.shared.world();
        let commands =
            world.bots.get(&self.bot).and_then(|bot| bot.profile.commands.get(scope)?.get(language));
        let copy = |command: &crate::world::Command| Command {
            command: command.command.clone(),
            description: command.description.clone(),
        };
        commands.map(|commands| commands.iter().map(copy).collect()).unwrap_or_default()
    }

    /// Replaces the limits of all bots.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.set_limits(limits);
    }

    /// Refuses every message to `chat` with 429 for so long ("retry after 10072"), whatever the limits say.
    pub fn limit_chat(&self, chat: i64, wait: Duration) {
        self.shared.flood(self.bot, |flood| flood.order_wait(chat, wait, Instant::now()));
    }

    /// Answers everything that sends or edits so much later.
    pub fn set_send_latency(&self, latency: Duration) {
        self.shared.set_latency(latency);
    }

    /// Opens or shuts the door; open connections end. When this returns, it is so.
    pub fn set_reach(&self, reach: Reach) {
        self.shared.set_reach(reach);
        if self.running.is_some() {
            self.shared.wait_reached();
        }
    }

    /// `true`: connecting is refused, as if Telegram were away. The world and the port stay.
    pub fn set_down(&self, down: bool) {
        self.set_reach(if down { Reach::Refusing } else { Reach::Up });
    }

    /// `true`: every token is `Unauthorized`.
    pub fn set_unauthorized(&self, unauthorized: bool) {
        self.shared.set_unauthorized(unauthorized);
    }

    /// Lets faults come by chance from now on, the same for the same seed and order of requests.
    pub fn set_fault_plan(&self, plan: FaultPlan, seed: u64) {
        log::info!("fault plan with {} rules, seed {seed}", plan.rules.len());
        self.shared.faults().set_plan(plan, seed);
    }

    /// The next `times` requests that match get this fault. Scripted faults come before the plan's.
    pub fn fault_next(&self, times: u32, rule: Rule) {
        self.shared.faults().script(times, rule);
    }

    /// How many scripted faults are still to come.
    pub fn faults_left(&self) -> u32 {
        self.shared.faults().scripted_left()
    }

    /// No faults any more; counts stay.
    pub fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// How often each fault struck, and how often the request took effect all the same.
    pub fn fault_counts(&self) -> BTreeMap<String, FaultCount> {
        self.shared.faults().counts()
    }

    /// Makes every unanswered tap too old to be answered.
    pub fn expire_taps(&self) {
        if let Some(bot) = self.shared.world().bots.get_mut(&self.bot) {
            bot.callbacks.clear();
        }
    }
}

fn token_id(token: &str) -> anyhow::Result<i64> {
    anyhow::ensure!(server::is_token(token), "a token is <id>:<35 of A-Z a-z 0-9 _ ->");
    let id = token.split(':').next().unwrap_or_default();
    id.parse().context("a bot's id is a number")
}

/// Adds a bot, or finds it again in a world that was kept; its token may have changed.
fn register(world: &mut World, token: &str, username: &str, first_name: &str) -> anyhow::Result<i64> {
    let id = token_id(token)?;
    anyhow::ensure!(!world.people.contains_key(&id), "{id} is a person");
    let bot = world.bots.entry(id).or_insert_with(|| Bot::new(token.to_owned(), id, username, first_name));
    bot.token = token.to_owned();
    bot.user.username = Some(username.to_owned());
    Ok(id)
}
