//! The conversation: people and admins in their private chats, through teloxide's dispatcher and a dptree tree.
//!
//! | file | what it does |
//! |---|---|
//! | `tree` | which handler gets an update; the wrapper that acknowledges it and catches panics |
//! | `session` | sign in, poll, dispatch, stop |
//! | `command`, `tap` | what a person typed, what a button means |
//! | `attention` | how much of a flood of messages is read |
//! | `person`, `reply` | who is writing, and answering them |
//! | `post_tap` | the buttons below messages about posts |
//! | `start`, `link`, `status`, `posts`, `settings`, `digest`, `test`, `unlink`, `help` | one file per command or conversation |
//! | `new_post`, `words` | `/new`; what words mean that are no command |
//! | `post_time`, `when` | moving a post; asking when it goes out |
//! | `membership` | blocked, unblocked, added to a group or removed |
//! | `group`, `places` | what is asked in groups; connecting one to an account |
//! | `channels` | connecting a channel to an account |
//! | `admin` | `/stats`, `/queue`, what admins did |
//! | `invite` | `/invite` |
//! | `pause` | `/pause`, `/resume` |
//! | `broadcast`, `broadcasting` | `/broadcast`; telling people |
//! | `dead_letters` | `/failed`, `/resend` |
//! | `jobs` | `/jobs`, `/run` |
//! | `menu` | what Telegram shows about the bot |

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveTime;

mod admin;
mod attention;
mod broadcast;
mod broadcasting;
mod channels;
mod command;
mod dead_letters;
mod digest;
mod group;
mod help;
mod invite;
mod jobs;
mod link;
mod membership;
mod menu;
mod new_post;
mod pause;
mod person;
mod places;
mod post_tap;
mod post_time;
mod posts;
mod reply;
mod session;
mod settings;
mod start;
mod status;
mod tap;
mod test;
mod tree;
mod unlink;
mod when;
mod words;
mod working_time;

pub use attention::Attention;

use crate::clock::Clock;
use crate::config;
use crate::health::Health;
use crate::store::{Store, StoreError};
use crate::telegram::{Acknowledgements, Api, Inbox, Limits};

/// What the conversation works with.
pub struct Bot {
    /// Where links and settings are.
    pub store: Store,
    /// The way to Telegram.
    pub api: Api,
    /// The limits that replies share with delivery.
    pub limits: Arc<Limits>,
    /// Who writes how much.
    pub attention: Attention,
    /// Which updates are being handled.
    pub acknowledgements: Acknowledgements,
    /// Where updates arrive in webhook mode.
    pub inbox: Inbox,
    /// Who is told how it stands with Telegram.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// Which bot we are, and who are its admins.
    pub telegram: config::Telegram,
    /// Where buttons lead.
    pub platform: config::Platform,
    /// Where posts can go, by name.
    pub networks: BTreeMap<String, config::Network>,
    /// When people who have not chosen get their digest, and the zone of those whose zone is not known.
    pub digest: config::Digest,
    /// How many messages leave in a second, 0 for no limit: for an estimate, and to stay ahead of delivery.
    pub messages_per_second: u32,
    /// When the database is copied, for whoever asks what is due.
    pub backup_time: NaiveTime,
}

/// A handler fails only when the database does: what goes wrong with Telegram is dealt with where it happens.
type Handled = Result<(), StoreError>;

impl Bot {
    /// How long one update may be worked on.
    fn handler_limit(&self) -> Duration {
        self.telegram.handler_timeout
    }
}
