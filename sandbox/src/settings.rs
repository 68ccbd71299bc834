//! Where the sandbox listens and keeps its state, and how it sets the service up. Every port is on loopback only.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bot_api::BotApi;
use telegram_bot_scheduler::config::{Config, Environment};
use telegram_bot_scheduler::domain::link::LinkToken;

use crate::demo;

/// The ports that are tried first, so that the tour's commands stay the same from start to start.
const TELEGRAM_PORT: u16 = 8081;
const CONTROL_PORT: u16 = 8082;
const HTTP_PORT: u16 = 8000;
const WEB_PORT: u16 = 8080;

/// The pretend platform's address in the buttons of messages. No such host exists: the page knows it and opens
/// the right part of itself. Telegram takes no addresses without a dot, so that it can't be the page's own.
const PLATFORM: &str = "https://platform.example";

/// What requests to the pretend connectors are signed with; they look at no signature.
const CONNECTOR_SECRET: &str = "whsec_c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveA==";

/// A local Telegram, the bot beside it and a page to use both: no token, no internet.
#[derive(Debug, clap::Parser)]
#[command(name = "sandbox")]
pub(crate) struct Arguments {
    /// Also print the tour as curl commands to paste.
    #[arg(long)]
    pub(crate) curl: bool,
    /// Keep the chats and the database in this folder instead of sandbox/state.
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Take any free ports instead of the usual ones.
    #[arg(long)]
    any_ports: bool,
}

/// Where everything is.
pub(crate) struct Settings {
    /// The state of the local Telegram, the database, the key of the tokens.
    pub(crate) folder: PathBuf,
    /// The local Bot API.
    pub(crate) telegram: SocketAddr,
    /// Its control port.
    pub(crate) control: SocketAddr,
    /// The page.
    pub(crate) web: SocketAddr,
    http: SocketAddr,
    jwt_secret: String,
}

impl Settings {
    /// The usual ports where they are free, and the folder beside the sandbox's sources, unless told otherwise.
    pub(crate) fn of_this_machine(arguments: &Arguments) -> anyhow::Result<Self> {
        let usual_folder = || Path::new(env!("CARGO_MANIFEST_DIR")).join("state");
        let folder = arguments.state.clone().unwrap_or_else(usual_folder);
        let port = |usual| free_or_any(if arguments.any_ports { 0 } else { usual });
        std::fs::create_dir_all(&folder).with_context(|| format!("can't create {}", folder.display()))?;
        Ok(Self {
            telegram: port(TELEGRAM_PORT),
            control: port(CONTROL_PORT),
            web: port(WEB_PORT),
            http: port(HTTP_PORT),
            jwt_secret: kept_secret(&folder.join("jwt-secret"))?,
            folder,
        })
    }

    /// Where the page's server plays the connector of a network.
    fn connector(&self, network: &str) -> String {
        format!("http://{}/connectors/{network}", self.web)
    }

    /// The service's settings: as anybody would set them, in front of the local Telegram.
    pub(crate) fn config(&self, telegram: &BotApi) -> anyhow::Result<Config> {
        let database = format!("sqlite://{}?mode=rwc", self.folder.join("scheduler.db").display());
        let variables = [
            ("TELEGRAM_BOT_TOKEN", telegram.token()),
            ("TELOXIDE_API_URL", telegram.url()),
            ("DATABASE_URL", database),
            ("HTTP_ADDR", self.http.to_string()),
            ("JWT_SECRET", self.jwt_secret.clone()),
            ("SCHEDULER_NETWORKS__NEWS__KIND", "telegram".to_owned()),
            ("SCHEDULER_NETWORKS__NEWS__CHAT", format!("@{}", demo::CHANNEL.1)),
            ("SCHEDULER_NETWORKS__INSTAGRAM__KIND", "webhook".to_owned()),
            ("SCHEDULER_NETWORKS__INSTAGRAM__URL", self.connector(demo::REFUSES_FIRST)),
            ("SCHEDULER_NETWORKS__INSTAGRAM__SECRET", CONNECTOR_SECRET.to_owned()),
            ("SCHEDULER_NETWORKS__INSTAGRAM__ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
            ("SCHEDULER_NETWORKS__X__KIND", "webhook".to_owned()),
            ("SCHEDULER_NETWORKS__X__URL", self.connector(demo::SILENT_FIRST)),
            ("SCHEDULER_NETWORKS__X__SECRET", CONNECTOR_SECRET.to_owned()),
            ("SCHEDULER_NETWORKS__X__ALLOW_PRIVATE_ADDRESSES", "true".to_owned()),
            ("SCHEDULER_PLATFORM__SETTINGS_URL", format!("{PLATFORM}/settings/telegram")),
            ("SCHEDULER_PLATFORM__POST_URL", format!("{PLATFORM}/posts/{{post_id}}")),
            ("SCHEDULER_PLATFORM__CALENDAR_URL", format!("{PLATFORM}/calendar")),
            ("SCHEDULER_PLATFORM__RECONNECT_URL", format!("{PLATFORM}/networks")),
        ];
        let environment: Environment = variables.into_iter().collect();
        Ok(Config::load(&environment, None)?)
    }
}

/// The port on loopback, or any other that is free when somebody listens there.
fn free_or_any(port: u16) -> SocketAddr {
    let free = TcpListener::bind(loopback(port)).or_else(|_| TcpListener::bind(loopback(0)));
    free.and_then(|listener| listener.local_addr()).unwrap_or_else(|_| loopback(port))
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The key of the tokens, made at the first start, so that tokens of an earlier start still work.
fn kept_secret(path: &Path) -> anyhow::Result<String> {
    if let Ok(secret) = std::fs::read_to_string(path) {
        return Ok(secret);
    }
    // Two of the service's own random tokens: 384 bits.
    let secret = format!("{}{}", LinkToken::generate().expose(), LinkToken::generate().expose());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(secret.as_bytes()));
    written.with_context(|| format!("can't write {}", path.display()))?;
    Ok(secret)
}
