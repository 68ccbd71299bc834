//! `import`: the links of the Flask system, out of its database.

use std::process::ExitCode;

use chrono::{DateTime, Timelike as _, Utc};

use super::say;
use crate::app::{self, StartError};
use crate::config::{self, Config, Engine};
use crate::domain::import::{LeftOut, OldLink, OldLinks};
use crate::store::{Imported, Importing, SqliteLock, Store, StoreError, old_settings};

#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    /// The old system's database: sqlite:///path/app.db or postgres://user:password@host/name. It is only read.
    #[arg(long, value_name = "URL")]
    from: String,
    /// Only tell what would be imported.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn import(
    config: &Config,
    arguments: &ImportArguments,
    now: DateTime<Utc>,
) -> Result<ExitCode, StartError> {
    if Engine::of(&arguments.from).is_none() {
        let problem = "--from: must be a database URL that starts with sqlite: or postgres://";
        return Err(StoreError::Unusable(problem.into()).into());
    }
    let old = config::Database { url: arguments.from.as_str().into(), ..config.database.clone() };
    let OldLinks { links, mut left_out, without_chat } = OldLinks::of(old_settings(&old).await?);
    let _lock = SqliteLock::take(&config.database)?;
    let store = Store::open(&config.database).await?;
    app::migrate(&store, config, now).await?;
    let importing = Importing {
        digest_minute: minute_of(config.digest.default_time),
        default_zone: config.digest.default_zone,
        dry_run: arguments.dry_run,
    };
    let outcomes = store.import_links(&links, importing, now).await;
    store.close().await;
    let outcomes = outcomes?;
    left_out.extend(links.iter().zip(&outcomes).filter_map(|(link, outcome)| not_imported(link, outcome)));
    let count = |wanted: Imported| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let verb = if arguments.dry_run { "would be imported" } else { "imported" };
    let mut lines: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    lines.push(format!(
        "{} links {verb}, {} were there already, {without_chat} rows have no chat, {} left out",
        count(Imported::New),
        count(Imported::There),
        left_out.len()
    ));
    Ok(say(&lines.join("\n")))
}

/// Why a good link of the old system is not taken over, where it is not.
fn not_imported(link: &OldLink, outcome: &Imported) -> Option<LeftOut> {
    let why = match outcome {
        Imported::New | Imported::There => return None,
        Imported::HasAnotherChat => "is connected to another chat here".to_owned(),
        Imported::HasLeft => "has disconnected here since".to_owned(),
        Imported::ChatTaken => format!("chat {} belongs to another account here", link.chat_id),
    };
    Some(LeftOut { user_id: link.account.clone(), why })
}

fn minute_of(time: chrono::NaiveTime) -> i16 {
    i16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}
