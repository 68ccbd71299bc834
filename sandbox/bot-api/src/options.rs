//! How a server is set up. Everything has a default that behaves like Telegram.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The bot every server knows from the start: id 4242, `@scheduler_bot`.
///
/// 35 characters behind the colon, as Telegram's tokens have, so that redaction by pattern is tested too.
pub const DEFAULT_TOKEN: &str = "4242:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0";

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where the control port listens (see `control`): apart from the Bot API, so that it can be reached while
    /// Telegram is "down". None = no control over HTTP.
    pub control_address: Option<SocketAddr>,
    /// Token of the first bot, `<id>:<35 characters>`.
    pub token: String,
    /// Username of the first bot, without `@`.
    pub username: String,
    /// How many messages may be sent before 429.
    pub limits: Limits,
    /// Every method that sends or edits is answered this much later: the distance to Telegram.
    pub send_latency: Duration,
    /// Seed of everything random here: the fault plan's rolls.
    pub seed: u64,
    /// Keep chats, people, updates, commands and webhooks in this file across restarts.
    pub state_file: Option<PathBuf>,
    /// How long changes may wait before they are written to `state_file`.
    pub save_delay: Duration,
    /// How many requests the log remembers; counters go on when it is full. 0 = none.
    pub log_capacity: usize,
    /// How many messages each chat remembers; the oldest leave first.
    pub messages_per_chat: usize,
    /// First wait after a webhook failed; doubles up to 60 times of it (Telegram: 1 s up to about a minute).
    pub webhook_backoff: Duration,
    /// Start without accepting connections, as if Telegram were away; see [`crate::BotApi::set_down`].
    pub start_down: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            control_address: None,
            token: DEFAULT_TOKEN.to_owned(),
            username: "scheduler_bot".to_owned(),
            limits: Limits::default(),
            send_latency: Duration::ZERO,
            seed: 1,
            state_file: None,
            save_delay: Duration::from_millis(200),
            log_capacity: 50_000,
            messages_per_chat: 100_000,
            webhook_backoff: Duration::from_secs(1),
            start_down: false,
        }
    }
}

impl Options {
    /// Without limits: for benches and for tests about something else.
    pub fn unlimited() -> Self {
        Self { limits: Limits::off(), ..Self::default() }
    }
}

/// How many new messages the server takes (Bot API FAQ, "My bot is hitting limits"). 0 switches a limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// At most this many messages in any sliding second, over all chats.
    pub per_second: u32,
    /// How many messages per second one private chat regains.
    pub per_chat_per_second: u32,
    /// How many messages one private chat takes at once after idling.
    pub per_chat_burst: u32,
    /// At most this many messages in any 60 seconds to one group, supergroup or channel.
    pub per_group_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_second: 30, per_chat_per_second: 1, per_chat_burst: 3, per_group_per_minute: 20 }
    }
}

impl Limits {
    /// No limits at all.
    pub fn off() -> Self {
        Self { per_second: 0, per_chat_per_second: 0, per_chat_burst: 0, per_group_per_minute: 0 }
    }
}
