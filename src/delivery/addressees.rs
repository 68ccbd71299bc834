//! Where the messages of some accounts go at a moment: people unlink and move while rows wait.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::STORE_PAUSE;
use super::outcome::snooze;
use super::send::Sender;
use crate::domain::account::{DisabledReason, Settings};
use crate::domain::notification::{Claimed, Kind};
use crate::store::Outcome;

/// How long may it go unnoticed that somebody unlinked or moved? Rows that leave within it share a query.
const FRESH: Duration = Duration::from_millis(100);

/// Where the messages of some accounts go, as read a moment ago.
#[derive(Default)]
pub(super) struct Addressees {
    /// By account; `None` when the database did not say.
    settings: Option<HashMap<String, Settings>>,
    read_at: Option<Instant>,
}

impl Addressees {
    /// The settings of `account`, where they could be read.
    pub(super) fn settings_of(&self, account: &str) -> Option<&Settings> {
        self.settings.as_ref()?.get(account)
    }

    /// Whether people may have unlinked or moved since: then they are read again.
    pub(super) fn are_old(&self) -> bool {
        self.read_at.is_none_or(|read_at| read_at.elapsed() > FRESH)
    }

    /// Where the messages of the row's account go; what becomes of the row, and its class, when nowhere.
    pub(super) fn of(&self, row: &Claimed) -> Result<(i64, &Settings), (Outcome, &'static str)> {
        let Some(settings) = &self.settings else { return Err((snooze("database"), "database")) };
        let cancelled = |reason| (Outcome::Cancelled { reason }, "cancelled");
        let Some(settings) = settings.get(&row.account) else { return Err(cancelled("unknown_account")) };
        match (row.kind, settings.chat_id) {
            // The message stays where it is, and whoever reads that chat now has nothing to do with it.
            (Kind::NoticeEdit, chat_id) if chat_id != Some(row.chat_id) => {
                Err((Outcome::NothingToEdit, "cancelled"))
            }
            // It is the old chat that is told.
            (Kind::LinkMoved, _) => Ok((row.chat_id, settings)),
            // Unlinked or moved since the row was claimed: nobody else's chat gets it.
            (_, Some(chat_id)) => Ok((chat_id, settings)),
            (_, None) => Err(cancelled(DisabledReason::Unlinked.as_str())),
        }
    }
}

impl Sender {
    /// Reads where the messages of `rows` go at this moment, all in one query.
    pub(super) async fn addressees(&self, rows: &[Claimed]) -> Addressees {
        let accounts: BTreeSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
        let settings = match self.store.settings_of_accounts(&accounts).await {
            Ok(settings) => {
                Some(settings.into_iter().map(|settings| (settings.account.clone(), settings)).collect())
            }
            Err(error) => {
                log::error!(target: "delivery", "accounts can't be read: {error}");
                // Not at once again: the rows are due and would come back in a moment.
                tokio::time::sleep(STORE_PAUSE).await;
                None
            }
        };
        Addressees { settings, read_at: Some(Instant::now()) }
    }
}
