//! Where the messages of some accounts go at a moment: people unlink and move while rows wait.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::STORE_PAUSE;
use super::outcome::snooze;
use super::send::Sender;
use crate::domain::account::{Disabled, DisabledReason, Settings};
use crate::domain::notification::{Claimed, Kind};
use crate::domain::place::Place;
use crate::store::{Outcome, PLACE_REMOVED, StoreError};

/// How long may it go unnoticed that somebody unlinked or moved? Rows that leave within it share a query.
const FRESH: Duration = Duration::from_millis(100);

/// Where the messages of some accounts go, as read a moment ago.
pub(super) struct Addressees {
    /// By account; `None` when the database did not say.
    settings: Option<HashMap<String, Settings>>,
    /// By number: those of the rows that are for one.
    places: HashMap<i64, Place>,
    read_at: Instant,
}

impl Addressees {
    /// The settings of `account`, where they could be read.
    pub(super) fn settings_of(&self, account: &str) -> Option<&Settings> {
        self.settings.as_ref()?.get(account)
    }

    /// Whether people may have unlinked or moved since: then they are read again.
    pub(super) fn are_old(&self) -> bool {
        self.read_at.elapsed() > FRESH
    }

    /// Where the row goes: to its place, else to the chat of its account; what becomes of the row, and its class, when nowhere.
    pub(super) fn of(&self, row: &Claimed) -> Result<(i64, &Settings), (Outcome, &'static str)> {
        let Some(settings) = &self.settings else { return Err((snooze("database"), "database")) };
        let cancelled = |reason| (Outcome::Cancelled { reason }, "cancelled");
        let Some(settings) = settings.get(&row.account) else { return Err(cancelled("unknown_account")) };
        if let Some(place_id) = row.place_id {
            return match self.places.get(&place_id) {
                Some(Place { disabled: Some(_), .. }) if row.kind == Kind::NoticeEdit => {
                    Err((Outcome::NothingToEdit, "cancelled"))
                }
                Some(Place { disabled: Some(Disabled { reason, .. }), .. }) => {
                    Err((Outcome::Dead { reason: reason.as_str() }, "gone"))
                }
                Some(place) => Ok((place.chat_id, settings)),
                None => Err(cancelled(PLACE_REMOVED)),
            };
        }
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
    /// Where the messages of `rows` go by the `settings` that were read `read_at`, and by their places of this moment.
    pub(super) async fn addressees_by(
        &self,
        settings: HashMap<String, Settings>,
        read_at: Instant,
        rows: &[Claimed],
    ) -> Addressees {
        match self.places(rows).await {
            Ok(places) => Addressees { settings: Some(settings), places, read_at },
            Err(error) => not_read(&error).await,
        }
    }

    /// Reads where the messages of `rows` go at this moment, all in one query.
    pub(super) async fn addressees(&self, rows: &[Claimed]) -> Addressees {
        let read_at = Instant::now();
        let accounts: BTreeSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
        match futures::try_join!(self.store.settings_of_accounts(&accounts), self.places(rows)) {
            Ok((settings, places)) => {
                let by_account = settings.into_iter().map(|settings| (settings.account.clone(), settings));
                Addressees { settings: Some(by_account.collect()), places, read_at }
            }
            Err(error) => not_read(&error).await,
        }
    }

    /// The places that `rows` are for; few are for any.
    async fn places(&self, rows: &[Claimed]) -> Result<HashMap<i64, Place>, StoreError> {
        let ids: BTreeSet<i64> = rows.iter().filter_map(|row| row.place_id).collect();
        if ids.is_empty() { Ok(HashMap::new()) } else { self.store.places(&ids).await }
    }
}

/// What is known when the database did not say: nothing.
async fn not_read(error: &StoreError) -> Addressees {
    log::error!(target: "delivery", "accounts can't be read: {error}");
    // Not at once again: the rows are due and would come back in a moment.
    tokio::time::sleep(STORE_PAUSE).await;
    Addressees { settings: None, places: HashMap::new(), read_at: Instant::now() }
}
