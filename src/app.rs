//! The composition root: build, start, supervise, drain, stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

mod leading;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::health::{Health, Telegram};
use crate::http;
use crate::metrics::{self, MetricsError};
use crate::store::{BackupFolder, Occasion, SqliteLock, Store, StoreError};
use crate::telegram::{Api, Inbox};
use leading::Leader;

/// How long may stopping take? `docker stop` kills after 10 s, so it has to be done before.
pub const STOP_LIMIT: Duration = Duration::from_millis(9_500);

/// Why the service can't start: one line that names the setting and the mend.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong or missing.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The port can't be used.
    #[error("HTTP_ADDR: can't listen on {addr}: {error}. Stop what uses it, or set another address")]
    Listen {
        /// The configured address.
        addr: SocketAddr,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The key to sign a token with can't be read.
    #[error("--private-key: {} can't be read: {error}", .path.display())]
    PrivateKey {
        /// The file that was named.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// No token can be made.
    #[error("a token can't be made: {0}")]
    Mint(#[from] http::MintError),
    /// The process can't hear when it has to stop.
    #[error("signals can't be received: {0}")]
    Signals(std::io::Error),
    /// The metrics can't be made.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The HTTPS client can't be set up.
    #[error("TELOXIDE_API_URL: no client for it: {0}")]
    Client(String),
}

/// The running service.
pub struct App {
    addr: SocketAddr,
    health: Health,
    stop: CancellationToken,
    http: JoinHandle<()>,
    leader: JoinHandle<()>,
    store: Store,
    _lock: Option<SqliteLock>,
}

impl App {
    /// Starts everything: the schema is brought up to date, the port listens, and where this instance leads it
    /// talks with Telegram. Telegram need not answer for that.
    ///
    /// # Errors
    /// When it can't go on without somebody changing something.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        config.require_jwt_key()?;
        if config.metrics.token.is_some() {
            metrics::switch_on()?;
        }
        let config = Arc::new(config);
        let lock = SqliteLock::take(&config.database)?;
        let store = Store::open(&config.database).await?;
        migrate(&store, &config, clock.now()).await?;
        let health = Health::default();
        let api = telegram_api(&config, &health)?;
        let listener = http::listen(config.http.addr)
            .map_err(|error| StartError::Listen { addr: config.http.addr, error })?;
        let addr =
            listener.local_addr().map_err(|error| StartError::Listen { addr: config.http.addr, error })?;
        let inbox = Inbox::default();
        let port =
            http::Port::new(store.clone(), health.clone(), Arc::clone(&config), clock.clone(), inbox.clone())
                .map_err(|error| StartError::Client(error.to_string()))?;
        let stop = CancellationToken::new();
        log::info!("listening on http://{addr}, database {}", config.database.describe());
        let leader = Leader { store: store.clone(), health: health.clone(), api, inbox, config, clock };
        Ok(Self {
            addr,
            health,
            http: tokio::spawn(http::serve(listener, port, stop.clone())),
            leader: tokio::spawn(leader.run(stop.clone())),
            stop,
            store,
            _lock: lock,
        })
    }

    /// Where the port listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How the parts do.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// The database, for tests and for who composes more.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns when a part ended that should not have: the process has to end then, and be started again.
    pub async fn failed(&mut self) {
        tokio::select! {
            _ = &mut self.http => log::error!("the HTTP port ended by itself"),
            _ = &mut self.leader => log::error!("the leader's tasks ended by themselves"),
        }
    }

    /// Stops: no new work, what is in flight ends and is written down. True when all of it did in time.
    pub async fn stop(self) -> bool {
        self.stop.cancel();
        let Self { http, leader, store, .. } = self;
        let drained = tokio::time::timeout(STOP_LIMIT, async {
            // A part that ended before has nothing left to drain.
            if !http.is_finished() {
                let _ = http.await;
            }
            if !leader.is_finished() {
                let _ = leader.await;
            }
            store.close().await;
        })
        .await
        .is_ok();
        if !drained {
            log::warn!("not everything ended in {} ms", STOP_LIMIT.as_millis());
        }
        drained
    }
}

/// Brings the schema up to date; a SQLite database that holds something is copied before. Returns how many migrations
/// that took.
///
/// # Errors
/// When it can't be copied: an upgrade without a way back is for somebody to decide.
pub(crate) async fn migrate(store: &Store, config: &Config, now: DateTime<Utc>) -> Result<usize, StoreError> {
    if let Some(folder) = BackupFolder::of(&config.database, &config.jobs)?
        && store.lacks_migrations().await?
    {
        let copy = folder.add(Occasion::Upgrade, now).await?;
        log::info!("the database as it was before the upgrade: {}", copy.display());
    }
    let applied = store.migrate().await?;
    if applied > 0 {
        log::info!("{applied} migrations applied to {}", config.database.describe());
    }
    Ok(applied)
}

/// Access to Telegram; `None` without a token, when everything else works and notifications wait.
fn telegram_api(config: &Config, health: &Health) -> Result<Option<Api>, StartError> {
    let Some(token) = config.telegram.token.clone() else {
        log::warn!(target: "TELEGRAM", "no TELEGRAM_BOT_TOKEN: the port runs, notifications wait");
        return Ok(None);
    };
    health.set_telegram(Telegram::Starting);
    log::info!(target: "TELEGRAM", "Telegram routes registered: 6");
    let api = Api::new(config.telegram.api_url.clone(), token)
        .map_err(|error| StartError::Client(error.to_string()))?;
    Ok(Some(api))
}
