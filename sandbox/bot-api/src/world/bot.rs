//! A bot: who it is, what it says about itself, what waits for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use crate::updates::UpdateQueue;
use crate::wire::User;

/// One registered bot.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bot {
    pub(crate) user: User,
    pub(crate) token: String,
    pub(crate) queue: UpdateQueue,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) profile: Profile,
    /// Messages in its private chats so far: the last id.
    pub(crate) private_messages: i64,
    /// Taps by callback query id.
    #[serde(skip)]
    pub(crate) callbacks: HashMap<String, Callback>,
    /// Which getUpdates request is the latest: an older one that still waits must give way.
    #[serde(skip)]
    pub(crate) latest_poll: u64,
    /// Wakes getUpdates: a new update, another getUpdates, or a webhook.
    #[serde(skip)]
    pub(crate) wake: Arc<Notify>,
}

impl Bot {
    pub(crate) fn new(token: String, id: i64, username: &str, first_name: &str) -> Self {
        Self {
            user: User {
                id,
                is_bot: true,
                first_name: first_name.to_owned(),
                last_name: None,
                username: Some(username.to_owned()),
                language_code: None,
            },
            token,
            queue: UpdateQueue::default(),
            webhook: None,
            profile: Profile::default(),
            private_messages: 0,
            callbacks: HashMap::new(),
            latest_poll: 0,
            wake: Arc::default(),
        }
    }
}

/// What a bot says about itself, per language ("" = every other language).
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// By scope, then by language.
    pub(crate) commands: BTreeMap<String, BTreeMap<String, Vec<Command>>>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) descriptions: BTreeMap<String, String>,
    pub(crate) short_descriptions: BTreeMap<String, String>,
    /// By chat; 0 = every other chat.
    pub(crate) menu_buttons: BTreeMap<i64, Value>,
}

/// One entry of the command menu (Bot API documentation, `BotCommand`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Command {
    pub(crate) command: String,
    pub(crate) description: String,
}

/// Where updates are posted to (Bot API documentation, setWebhook).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) secret_token: Option<String>,
    pub(crate) max_connections: usize,
    pub(crate) last_error: Option<(i64, String)>,
}

/// A tap that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Callback {
    /// What the bot answered; None while it has not.
    pub(crate) answer: Option<Value>,
}
