//! A local Telegram and the bot beside it, in one command: no token, no internet. State is kept between starts
//! in `sandbox/state`.

mod settings;
mod tour;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use bot_api::{BotApi, NewPerson, Options};
use telegram_bot_scheduler::app::App;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::config::Environment;
use telegram_bot_scheduler::logging::{self, Redactor};

use settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
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

async fn run() -> anyhow::Result<()> {
    let settings = Settings::of_this_machine()?;
    // Without the redactor's secrets: the tour prints tokens on purpose, and they are good for nothing else.
    logging::init(&Environment::of_process(), Redactor::new([]))?;
    let telegram = BotApi::start(Options {
        address: settings.telegram,
        control_address: Some(settings.control),
        state_file: Some(settings.folder.join("telegram.json")),
        ..Options::default()
    })
    .context("the local Telegram does not start")?;
    if telegram.known_person(tour::MINA.0).is_none() {
        let (id, first_name, username) = tour::MINA;
        telegram.person(NewPerson::new(id, first_name).username(username).language("en"));
    }
    let config = settings.config(&telegram)?;
    let mut app = App::start(config.clone(), Clock::system()).await?;
    tour::print(&telegram, &app, &config).await?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = app.failed() => bail!("the service ended by itself"),
    }
    app.stop().await;
    telegram.stop();
    Ok(())
}
