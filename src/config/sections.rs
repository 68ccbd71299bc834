//! The sections of the settings, as the rest of the program sees them: checked values with their units in
//! the type. Where a number comes from is said beside its default, in `config/default.toml`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use super::PublicKey;

/// `[telegram]`: which bot we are and how we hear from Telegram.
#[derive(Clone, Debug)]
pub struct Telegram {
    /// The bot's token; without one everything but Telegram works, and notifications wait.
    pub token: Option<SecretString>,
    /// Where the Bot API answers.
    pub api_url: Url,
    /// The Telegram user ids that may use the admin commands, in their private chats only.
    pub admins: BTreeSet<i64>,
    /// How updates reach us.
    pub update_mode: UpdateMode,
    /// How long one `getUpdates` waits for something to happen.
    pub poll_timeout: Duration,
    /// How long one update may be worked on before it counts as handled.
    pub handler_timeout: Duration,
    /// The id of a bot that may take the place of the one this database belongs to.
    pub accept_new_bot: Option<i64>,
}

impl Telegram {
    /// What Telegram has to show with every update it brings, so that nobody else can; `None` without a token.
    ///
    /// An HMAC of the token: as secret as that, the same in every instance, and another one when the token is changed.
    pub fn webhook_secret(&self) -> Option<SecretString> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.token.as_ref()?.expose_secret().as_bytes()).ok()?;
        mac.update(b"telegram-bot-scheduler webhook");
        Some(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into())
    }

    /// The bot's own user id, the digits before the colon of its token; `None` without a token.
    pub fn bot_id(&self) -> Option<i64> {
        self.token.as_ref()?.expose_secret().split(':').next()?.parse().ok()
    }
}

/// How updates reach us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateMode {
    /// We ask with `getUpdates`; nothing needs to reach us from the internet.
    Polling,
    /// Telegram calls `POST /api/telegram/webhook`.
    Webhook {
        /// Where that can be reached from the internet.
        url: Url,
    },
}

/// `[database]`: where everything that was accepted is kept.
#[derive(Clone, Debug)]
pub struct Database {
    /// A `sqlite:`, `postgres://` or `postgresql://` URL; it may hold a password.
    pub url: SecretString,
    /// Connections at most: all of them with PostgreSQL, the readers beside the one writer with SQLite.
    pub max_connections: u32,
    /// How long a statement waits for a lock before it fails (SQLite).
    pub busy_timeout: Duration,
}

impl Database {
    /// Which database the URL names.
    pub fn engine(&self) -> Engine {
        Engine::of(self.url.expose_secret()).unwrap_or(Engine::Sqlite)
    }

    /// The URL for messages and logs: without its password.
    pub fn describe(&self) -> String {
        super::database_url::without_password(self.url.expose_secret())
    }
}

/// The databases we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file, nothing to install: the default.
    Sqlite,
    /// For when one machine is not enough.
    Postgres,
}

impl Engine {
    /// The engine that a database URL names by its scheme; `None` for a scheme we do not know.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        match scheme {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" if rest.starts_with("//") => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// `[http]`: the one port we serve, and what a caller may cost us.
#[derive(Clone, Debug)]
pub struct Http {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// Connections at the same time.
    pub max_connections: usize,
    /// How long the head of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// How long a request may take from its first byte to its answer.
    pub request_timeout: Duration,
    /// The largest body in bytes, for every route but `POST /api/events`.
    pub body_limit: usize,
    /// The largest body in bytes of `POST /api/events`, which takes a batch.
    pub events_body_limit: usize,
    /// Headers in one request.
    pub max_headers: usize,
    /// How often one person's tokens may call.
    pub person: Rate,
    /// How often one back end's tokens may call: those with `events`, `posts:any` or `admin`.
    pub back_end: Rate,
    /// How often one address may call without a valid token.
    pub stranger: Rate,
}

/// How often somebody may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second; 0 = no limit.
    pub per_second: u32,
    /// How many may come at once after a pause.
    pub burst: u32,
}

/// `[jwt]`: whose word we take about who is calling.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// The HS256 key shared with the platform, 32 bytes or more. `run` needs it or a public key
    /// (see [`Config::require_jwt_key`](super::Config::require_jwt_key)); there are never both.
    pub secret: Option<SecretString>,
    /// The HS256 key before, while the platform changes over to the new one.
    pub previous_secret: Option<SecretString>,
    /// The public half of the platform's own key.
    pub public_key: Option<PublicKey>,
    /// The one before, of the same algorithm.
    pub previous_public_key: Option<PublicKey>,
    /// The `kid` of tokens that the key signed; without one any token is tried with it.
    pub key_id: Option<String>,
    /// The same of the key before.
    pub previous_key_id: Option<String>,
    /// The `iss` that a token must name.
    pub issuer: String,
    /// The `aud` that a token must name.
    pub audience: String,
    /// How far the platform's clock may be off from ours.
    pub leeway: Duration,
    /// The longest life (`exp` − `iat`) a token may have.
    pub max_lifetime: Duration,
}

/// `[metrics]`: who may read the numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// What `GET /metrics` wants as bearer token; without one nothing is counted.
    pub token: Option<SecretString>,
}

/// `[delivery]`: how fast, how often and how long we try to deliver.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Messages in any one second, over all chats; 0 = no limit.
    pub messages_per_second: u32,
    /// How many may go at once after idling.
    pub burst: u32,
    /// Messages per second to one chat; 0 = no limit.
    pub per_chat_per_second: u32,
    /// How many may go at once to a chat after idling.
    pub per_chat_burst: u32,
    /// Messages to one group in any 60 seconds; 0 = no limit.
    pub per_group_per_minute: u32,
    /// Messages on their way to Telegram at the same time.
    pub max_in_flight: usize,
    /// How long a claimed row is ours; always longer than `request_timeout`.
    pub lease: Duration,
    /// How long one request to Telegram may take.
    pub request_timeout: Duration,
    /// The waits after the first, second, … failed attempt; after the last one the row is dead. Never empty.
    pub backoff: Vec<Duration>,
    /// How old news of a published post may be and still be told on its own.
    pub max_age_published: Duration,
    /// How old news of a failed post may be and still be told on its own.
    pub max_age_failed: Duration,
    /// How long after one another failures with one cause may come and be told by one message; zero: each comes alone.
    pub merge_window: Duration,
}

/// `[publishing]`: how posts are published, whatever the network.
#[derive(Clone, Debug)]
pub struct Publishing {
    /// How long a claimed post is ours; always longer than `request_timeout`.
    pub lease: Duration,
    /// How long one request to a network may take, from its first byte to the end of the answer.
    pub request_timeout: Duration,
    /// How late a post may be and still go out without its author being asked; `None`: however late.
    pub ask_when_late: Option<TimeDelta>,
    /// The waits after the first, second, … try that failed and may be repeated; after the last one the post has
    /// failed. Never empty.
    pub backoff: Vec<Duration>,
}

impl Delivery {
    /// How many attempts a message has in all: the first one, and one after each wait.
    pub fn max_attempts(&self) -> u32 {
        u32::try_from(self.backoff.len()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// `[digest]`: when a person who has not chosen gets the daily digest.
#[derive(Clone, Debug)]
pub struct Digest {
    /// The hour of the day, in the person's zone.
    pub default_time: NaiveTime,
    /// The zone of a person whose zone is not known.
    pub default_zone: Tz,
}

/// `[jobs]`: backups, and how long things are kept.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// Where copies of the SQLite database go; `None`: beside it.
    pub backup_folder: Option<PathBuf>,
    /// When it is copied, UTC.
    pub backup_time: NaiveTime,
    /// How many copies are kept.
    pub backups_kept: usize,
    /// How long a notification is kept after it was finished.
    pub notifications_kept_for: Duration,
    /// How long a post is kept after it was finished.
    pub posts_kept_for: Duration,
    /// How long an attempt to send a notification is kept.
    pub attempts_kept_for: Duration,
    /// How long a run of a job is kept.
    pub runs_kept_for: Duration,
    /// How long it is kept what admins did.
    pub audit_kept_for: Duration,
}

/// `[alerts]`: from when on admins are told of trouble.
#[derive(Clone, Debug)]
pub struct Alerts {
    /// For how long may a notification be due?
    pub queue_age: Duration,
    /// How much room has there to be where the SQLite file is, in MiB?
    pub disk_free_mib: u64,
}

/// `[platform]`: what messages say about the platform, and where their buttons lead. Unset → no button.
#[derive(Clone, Debug)]
pub struct Platform {
    /// What people call the platform.
    pub name: String,
    /// Where a person sets up notifications.
    pub settings_url: Option<Url>,
    /// Where a person sees one post; `{post_id}` stands for its id (see [`Platform::post_link`]).
    pub post_url: Option<String>,
    /// Where a person has the platform try one of its posts again; `{post_id}` as in `post_url`.
    pub retry_url: Option<String>,
    /// Where a person sees what is planned.
    pub calendar_url: Option<Url>,
    /// Where a person connects a network again.
    pub reconnect_url: Option<Url>,
    /// Where a person gets help.
    pub support: Option<Url>,
}

impl Platform {
    /// What stands for the post's id in `post_url`.
    pub const POST_ID: &'static str = "{post_id}";

    /// The page of one post; `None` when `post_url` is not set. The id may hold any characters.
    pub fn post_link(&self, post_id: &str) -> Option<Url> {
        link(self.post_url.as_deref()?, post_id)
    }

    /// The page that tries one post again; `None` when `retry_url` is not set.
    pub fn retry_link(&self, post_id: &str) -> Option<Url> {
        link(self.retry_url.as_deref()?, post_id)
    }
}

/// `template` with the id in its place.
fn link(template: &str, post_id: &str) -> Option<Url> {
    // Dots alone mean "this folder" and "the one above" in a path, escaped or not.
    if matches!(post_id, "" | "." | "..") {
        return None;
    }
    // Everything but unreserved characters is escaped, so that an id cannot lead to another page.
    let escaped: String = post_id
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    Url::parse(&template.replace(Platform::POST_ID, &escaped)).ok()
}
