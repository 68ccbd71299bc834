//! The links of the Flask system: read out of its database, which is only looked at, and written into ours.

use std::str::FromStr as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Row as _};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait as _};
use secrecy::ExposeSecret as _;

use super::write_queue::Command;
use super::{Store, StoreError, config, digests, ms, settings};
use crate::domain::account::DisabledReason;
use crate::domain::import::{OldLink, OldRow};
use crate::entity::sns_settings::{ActiveModel, Entity};

/// How long may reading the old system's table take?
const READ_LIMIT: Duration = Duration::from_secs(60);

/// How many links are written in one transaction?
const BATCH: usize = 500;

/// Both databases cast whatever type a column has to text. In an order of which nothing is left to the database: of two
/// rows for one account the first counts.
const QUERY: &str = "SELECT CAST(user_id AS TEXT), CAST(telegram_chat_id AS TEXT), CAST(telegram_enabled AS TEXT) \
                     FROM sns_settings ORDER BY user_id, telegram_chat_id, telegram_enabled";

/// What became of an old link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is ours now.
    New,
    /// It was ours already.
    There,
    /// The account has another chat here, which is newer.
    HasAnotherChat,
    /// The account was here and has left: it is not brought back.
    HasLeft,
    /// The chat belongs to another account here.
    ChatTaken,
}

/// How links are written.
#[derive(Clone, Copy, Debug)]
pub struct Importing {
    /// When the digest comes, in minutes after local midnight.
    pub digest_minute: i16,
    /// Where people are whose zone is not known.
    pub default_zone: Tz,
    /// Only look what would be.
    pub dry_run: bool,
}

/// The rows of the `sns_settings` of the Flask system's database `old`.
///
/// # Errors
/// [`StoreError::Unusable`] that names `--from` and what is wrong with it.
pub async fn old_settings(old: &config::Database) -> Result<Vec<OldRow>, StoreError> {
    let wrong = |what: String| {
        let shown = what.replace(old.url.expose_secret(), &old.describe());
        StoreError::Unusable(format!(
            "--from: {}: {shown}. It has to be the old system's database, with its table sns_settings (user_id, \
             telegram_chat_id, telegram_enabled)",
            old.describe()
        ))
    };
    match tokio::time::timeout(READ_LIMIT, rows_of(old)).await {
        Ok(rows) => rows.map_err(|error| wrong(error.to_string())),
        Err(_) => Err(wrong(format!("no answer within {} s", READ_LIMIT.as_secs()))),
    }
}

async fn rows_of(old: &config::Database) -> Result<Vec<OldRow>, sqlx::Error> {
    let url = old.url.expose_secret();
    match old.engine() {
        config::Engine::Sqlite => {
            let options = SqliteConnectOptions::from_str(url)?.read_only(true).create_if_missing(false);
            let mut connection = options.disable_statement_logging().connect().await?;
            let rows = sqlx::query(QUERY).fetch_all(&mut connection).await?;
            Ok(rows.iter().map(|row| old_row(|column| row.try_get(column))).collect())
        }
        config::Engine::Postgres => {
            let options = PgConnectOptions::from_str(url)?.options([("default_transaction_read_only", "on")]);
            let mut connection = options.disable_statement_logging().connect().await?;
            let rows = sqlx::query(QUERY).fetch_all(&mut connection).await?;
            Ok(rows.iter().map(|row| old_row(|column| row.try_get(column))).collect())
        }
    }
}

fn old_row(get: impl Fn(usize) -> Result<Option<String>, sqlx::Error>) -> OldRow {
    // What can't be read as text becomes what no id may hold, and is told with its row.
    let text = |column| get(column).unwrap_or_else(|_| Some("\0".to_owned()));
    OldRow { user_id: text(0), chat_id: text(1), enabled: text(2) }
}

impl Store {
    /// Writes `links`, each account and each chat once among them, where ours knows neither of the two. Returns what
    /// became of each, in their order.
    pub async fn import_links(
        &self,
        links: &[OldLink],
        importing: Importing,
        now: DateTime<Utc>,
    ) -> Result<Vec<Imported>, StoreError> {
        let mut outcomes = Vec::with_capacity(links.len());
        for batch in links.chunks(BATCH) {
            outcomes.extend(self.writer.write(ImportLinks { links: batch.to_vec(), importing, now }).await?);
        }
        Ok(outcomes)
    }
}

struct ImportLinks {
    links: Vec<OldLink>,
    importing: Importing,
    now: DateTime<Utc>,
}

impl Command for ImportLinks {
    type Output = Vec<Imported>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Vec<Imported>, StoreError> {
        let mut outcomes = Vec::with_capacity(self.links.len());
        for link in &self.links {
            let outcome = standing(transaction, link).await?;
            if outcome == Imported::New && !self.importing.dry_run {
                self.write(transaction, link).await?;
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

/// How it stands here with an old link.
async fn standing(transaction: &DatabaseTransaction, link: &OldLink) -> Result<Imported, StoreError> {
    if let Some(account) = Entity::find_by_id(link.account.as_str()).one(transaction).await? {
        return Ok(match account.telegram_chat_id {
            Some(chat_id) if chat_id == link.chat_id => Imported::There,
            Some(_) => Imported::HasAnotherChat,
            None => Imported::HasLeft,
        });
    }
    let taken = settings::by_chat(transaction, link.chat_id).await?.is_some();
    Ok(if taken { Imported::ChatTaken } else { Imported::New })
}

impl ImportLinks {
    async fn write(&self, transaction: &DatabaseTransaction, link: &OldLink) -> Result<(), StoreError> {
        let now = ms(self.now);
        // The old system did not say why it had stopped; connecting the chat again makes it right.
        let off = (!link.enabled).then(|| DisabledReason::Unreachable.as_str().to_owned());
        let row = ActiveModel {
            account: Set(link.account.clone()),
            account_name: Set(link.account.clone()),
            telegram_chat_id: Set(Some(link.chat_id)),
            telegram_enabled: Set(link.enabled),
            disabled_at_ms: Set(off.is_some().then_some(now)),
            disabled_reason: Set(off),
            digest_minute: Set(self.importing.digest_minute),
            linked_at_ms: Set(Some(now)),
            created_at_ms: Set(now),
            updated_at_ms: Set(now),
            ..Default::default()
        };
        Entity::insert(row).exec_without_returning(transaction).await?;
        digests::reschedule(transaction, &link.account, self.importing.default_zone, self.now).await
    }
}
