//! The command line: `run | migrate | check-config | token | healthcheck | backup | restore | import`.

use std::fmt::Display;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

mod import;
mod restore;

use crate::app::{self, App, StartError};
use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::http::{NewToken, Scope, mint, mint_with};
use crate::logging::{self, Redactor};
use crate::store::{BackupFolder, Occasion, SqliteLock, Store, StoreError};

/// It can't go on until somebody changes a setting.
const EXIT_MEND: u8 = 2;

/// What whoever is given the program has to be given, too: in the image there is nothing but the program.
const LICENCES: [&str; 4] = [
    "This program is licensed under MIT or Apache-2.0, at your option. The font inside it is Noto Sans KR.",
    include_str!("../LICENSE-MIT"),
    include_str!("../LICENSE-APACHE"),
    include_str!("chart/font/OFL.txt"),
];

/// How long may the health check wait for an answer?
const HEALTHCHECK_LIMIT: Duration = Duration::from_secs(3);

/// Publishes scheduled posts, tells people in Telegram how they went, and loses nothing.
#[derive(Debug, Parser)]
#[command(name = "telegram-bot-scheduler", version, about, disable_help_subcommand = true)]
struct Cli {
    /// A TOML file laid over the defaults (also: CONFIG_FILE).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service; what happens without a command.
    Run,
    /// Bring the database's schema up to date, and end.
    Migrate,
    /// Check the settings and show where each comes from, secrets hidden.
    CheckConfig,
    /// Print a JWT for trying the HTTP port.
    Token(TokenArguments),
    /// Ask a running service whether it is alive: exit code 0 when it is.
    Healthcheck,
    /// Copy the SQLite database into the backup folder, also while the service runs.
    Backup,
    /// Put a backup in the database's place. What it can't know is settled: no post goes out twice.
    Restore(restore::RestoreArguments),
    /// Print the licences of the program and of what is inside it.
    Licences,
    /// Take the links over from the Flask system's database.
    Import(import::ImportArguments),
}

#[derive(Debug, clap::Args)]
struct TokenArguments {
    /// Whose token: its `sub`.
    #[arg(long)]
    account: String,
    /// What it allows: telegram, posts, events, posts:any, admin; comma-separated or repeated.
    #[arg(long, value_delimiter = ',', default_value = "telegram", value_parser = scope)]
    scope: Vec<Scope>,
    /// What the bot calls the account.
    #[arg(long)]
    name: Option<String>,
    /// Shown masked when the person is asked to connect.
    #[arg(long)]
    email: Option<String>,
    /// A PEM file with the private half of JWT_PUBLIC_KEY, to sign with; the service never needs it.
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// How long it is valid.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("no such scope; there are {}", known.join(", "))
    })
}

/// What `main` does: reads the arguments and the environment, does the command, tells how it went.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::of_process();
    let config = match Config::load(&environment, cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    // The log is needed before anything can go wrong that holds a secret.
    let redactor = Redactor::new(config.secrets());
    if let Err(error) = logging::init(&environment, redactor.clone()) {
        return refuse(&error);
    }
    log_panics();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    let code = match cli.command.unwrap_or(Command::Run) {
        Command::Run => runtime.block_on(run(config)),
        Command::Migrate => runtime.block_on(migrate(&config)),
        Command::CheckConfig => check_config(&config),
        Command::Token(arguments) => token(&config, &arguments),
        Command::Healthcheck => Ok(runtime.block_on(healthcheck(&config))),
        Command::Backup => runtime.block_on(backup(&config)),
        Command::Restore(arguments) => {
            runtime.block_on(restore::restore(&config, &arguments, Clock::system().now()))
        }
        Command::Licences => Ok(say(&LICENCES.join("\n\n"))),
        Command::Import(arguments) => {
            runtime.block_on(import::import(&config, &arguments, Clock::system().now()))
        }
    };
    // A library's error may quote what it was given.
    let code = code.unwrap_or_else(|error| refuse(&redactor.redact(&error.to_string())));
    // What did not end in time must not keep the process.
    runtime.shutdown_background();
    code
}

async fn run(config: Config) -> Result<ExitCode, StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    log::info!("telegram-bot-scheduler {}", env!("CARGO_PKG_VERSION"));
    // A start may take long: a large migration, or another instance's, or a database that does not answer.
    let mut app = tokio::select! {
        started = App::start(config, Clock::system()) => started?,
        _ = terminate.recv() => return Ok(stopped_at_the_start()),
        _ = interrupt.recv() => return Ok(stopped_at_the_start()),
    };
    let stopped_on_request = tokio::select! {
        _ = terminate.recv() => true,
        _ = interrupt.recv() => true,
        () = app.failed() => false,
    };
    log::info!("stopping");
    let drained = app.stop().await;
    Ok(if stopped_on_request && drained {
        log::info!("stopped");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn stopped_at_the_start() -> ExitCode {
    log::info!("stopped before the start was complete");
    ExitCode::SUCCESS
}

async fn migrate(config: &Config) -> Result<ExitCode, StartError> {
    let _lock = SqliteLock::take(&config.database)?;
    let store = Store::open(&config.database).await?;
    let applied = app::migrate(&store, config, Clock::system().now()).await?;
    store.close().await;
    Ok(say(&format!("{}: {applied} migrations applied, up to date", config.database.describe())))
}

async fn backup(config: &Config) -> Result<ExitCode, StartError> {
    let folder = BackupFolder::of(&config.database, &config.jobs)?.ok_or_else(|| {
        let mend = "DATABASE_URL: PostgreSQL is backed up by its own tools: pg_dump, pg_basebackup";
        StoreError::Unusable(mend.into())
    })?;
    let copy = folder.add(Occasion::ByHand, Clock::system().now()).await?;
    Ok(say(&copy.display().to_string()))
}

fn check_config(config: &Config) -> Result<ExitCode, StartError> {
    let shown = say(&config.explain().join("\n"));
    config.require_jwt_key()?;
    Ok(shown)
}

fn token(config: &Config, arguments: &TokenArguments) -> Result<ExitCode, StartError> {
    config.require_jwt_key()?;
    let token = NewToken {
        account: &arguments.account,
        scopes: &arguments.scope,
        name: arguments.name.as_deref(),
        email: arguments.email.as_deref(),
        lifetime: Duration::from_secs(arguments.minutes.saturating_mul(60)),
    };
    let now = Clock::system().now();
    let signed = match &arguments.private_key {
        None => mint(&config.jwt, &token, now)?,
        Some(path) => {
            let key = std::fs::read_to_string(path)
                .map_err(|error| StartError::PrivateKey { path: path.clone(), error })?;
            mint_with(&key, &config.jwt, &token, now)?
        }
    };
    Ok(say(&signed))
}

async fn healthcheck(config: &Config) -> ExitCode {
    let url = format!("http://{}/healthz", reachable(config.http.addr));
    let client = reqwest::Client::builder().timeout(HEALTHCHECK_LIMIT).no_proxy().build();
    let answer = match client {
        Ok(client) => client.get(&url).send().await.and_then(reqwest::Response::error_for_status),
        Err(error) => Err(error),
    };
    match answer {
        Ok(_) => say("alive"),
        Err(error) => {
            log::error!("{url}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where a service is asked that listens on every address.
fn reachable(mut addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        addr.set_ip(if addr.is_ipv4() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V6(Ipv6Addr::LOCALHOST)
        });
    }
    addr
}

/// A panic is logged like any failure, through the redacting log.
fn log_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!("{}:{}", location.file(), location.line()));
        log::error!(
            "panic at {}: {}",
            place.unwrap_or_default(),
            info.payload_as_str().unwrap_or("no message")
        );
    }));
}

/// What was asked for goes to standard output, the log to standard error. A reader that went away is no panic.
fn say(text: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[allow(clippy::print_stderr)] // before the log exists, and without its decoration
fn refuse(error: &dyn Display) -> ExitCode {
    for line in error.to_string().lines() {
        eprintln!("telegram-bot-scheduler: {line}");
    }
    ExitCode::from(EXIT_MEND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_service_on_every_address_is_asked_on_loopback() {
        assert_eq!(reachable("0.0.0.0:8000".parse().unwrap()).to_string(), "127.0.0.1:8000");
        assert_eq!(reachable("[::]:8000".parse().unwrap()).to_string(), "[::1]:8000");
        assert_eq!(reachable("10.0.0.7:80".parse().unwrap()).to_string(), "10.0.0.7:80");
    }
}
