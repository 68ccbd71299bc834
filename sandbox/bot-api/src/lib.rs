//! A strict local Telegram Bot API server: the product's only test double, and the Telegram of the sandbox.
//!
//! ```text
//!  the bot ──/bot<token>/SendMessage──▶ server ─▶ methods ─▶ world ◀── people, rooms (Rust API, control port)
//!     ▲                                   │ faults, limits, log          │
//!     └────── getUpdates, webhook ◀── updates ◀──────────────────────────┘
//! ```
//!
//! * `server` — HTTP, one thread of its own; carries out what `faults` orders to go wrong;
//! * `params`, `methods`, `text`, `markup`, `access`, `limits` — what Telegram checks, in Telegram's words;
//! * `world` — bots, people, chats, messages: plain data behind one lock;
//! * `updates`, `webhook` — how a bot learns of it: true offsets, one poller, ordered posts;
//! * [`BotApi`], [`Person`], [`Room`] — what a test holds; `control` — the same over HTTP;
//! * `screen` — what a chat app shows beside messages; news as it comes;
//! * `log`, `watching` — what was seen: messages, requests, counts, and waiting for them;
//! * `state_file` — the world across restarts.
//!
//! It is stricter than Telegram where Telegram is vague: what passes here passes there. Rules were read in the Bot
//! API documentation and in the sources of Telegram's Bot API server and TDLib; each constant names its source.

mod access;
mod answer;
mod api;
mod clock;
mod control;
mod faults;
mod image;
mod limits;
mod log;
mod markup;
mod methods;
mod options;
mod params;
mod people;
mod rooms;
mod screen;
mod server;
mod shared;
mod state_file;
mod text;
mod updates;
mod watching;
mod webhook;
/// The objects of the Bot API as they travel.
pub mod wire;
mod world;

pub use api::{BotApi, Command};
pub use control::Event;
pub use faults::{Fault, FaultCount, FaultPlan, Rule};
pub use log::{Calls, Outcome, Request};
pub use options::{DEFAULT_TOKEN, Limits, Options};
pub use people::{ActionError, NewPerson, Person, Tap, TapAnswer};
pub use rooms::Room;
pub use screen::{BotStanding, ChatInList, News, Profile, TopicInList};
pub use shared::Reach;
pub use text::{Formatted, HtmlError, MAX_CAPTION, MAX_TEXT, parse_html, utf16_len};
pub use watching::{Duplicate, NotSeen, Stats};
pub use world::{ChatMessage, Edit, Photo};
