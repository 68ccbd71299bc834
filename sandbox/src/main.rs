//! A local Telegram, the bot beside it and a page to use both, in one command: no token, no internet. State is
//! kept between starts in `sandbox/state`.

mod curl_tour;
mod demo;
mod settings;
mod web;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use bot_api::{BotApi, Options};
use clap::Parser as _;
use telegram_bot_scheduler::app::App;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config::Environment;
use telegram_bot_scheduler::logging::{self, Redactor};
use tokio::signal::unix::{SignalKind, signal};

use settings::{Arguments, Settings};
use web::Web;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr)] // the log may not exist yet
            {
                eprintln!("sandbox: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Before anything is started, so that no signal finds half of it running.
    let stop = stop_signal()?;
    let settings = Settings::of_this_machine(&arguments)?;
    // Without the redactor's secrets: the tour prints tokens on purpose, and they are good for nothing else.
    logging::init(&Environment::of_process(), Redactor::new([]))?;
    let telegram = BotApi::start(Options {
        address: settings.telegram,
        control_address: Some(settings.control),
        state_file: Some(settings.folder.join("telegram.json")),
        ..Options::default()
    })
    .context("the local Telegram does not start")?;
    demo::furnish(&telegram)?;
    let config = settings.config(&telegram)?;
    let mut app = App::start(config.clone(), Clock::system()).await?;
    let mut web = Web::start(settings.web, &telegram, app.addr(), config.jwt.clone()).await?;
    say_where(&web, &app, &telegram);
    if arguments.curl {
        curl_tour::print(&telegram, &app, &config).await?;
    }
    let ended = tokio::select! {
        () = stop => Ok(()),
        () = app.failed() => bail_with("the service ended by itself"),
        () = web.failed() => bail_with("the page's server ended by itself"),
    };
    // The page first: it asks the others. Telegram last: the service says its last words to it.
    web.stop().await;
    app.stop().await;
    tokio::task::spawn_blocking(move || telegram.stop()).await?;
    ended
}

fn bail_with(words: &'static str) -> anyhow::Result<()> {
    bail!(words)
}

/// Ends at Ctrl-C or SIGTERM.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[allow(clippy::print_stdout)] // this is what the sandbox is for
fn say_where(web: &Web, app: &App, telegram: &BotApi) {
    println!(
        r"
Telegram Bot Scheduler, with a Telegram of its own. Ctrl-C stops all; what happened is kept.

  Open  {page}

  the service          http://{service}/health
  the local Telegram   {api}   (control: {control}/chats)
  the same as commands to paste: --curl
",
        page = web.url(),
        service = app.addr(),
        api = telegram.url(),
        control = telegram.control_url().unwrap_or_default(),
    );
}
