//! Where updates come in, however they reach us: each is handed to teloxide's dispatcher once, and acknowledged when
//! its handler has ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use teloxide::types::Update;
use tokio::sync::mpsc;

use super::Acknowledgements;
use super::reading::read;

/// How many handled updates are remembered in webhook mode? Telegram sends one again when our answer got lost.
const REMEMBERED: u32 = 1_000;

/// The way from the wire to the dispatcher.
#[derive(Clone)]
pub struct Intake {
    /// Where updates go.
    pub queue: mpsc::Sender<Update>,
    /// Which of them are being handled.
    pub acknowledgements: Acknowledgements,
}

/// What became of an update that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new: it is being handled, or was skipped because nobody can read it.
    New(u32),
    /// It is being handled, or was.
    Again(u32),
    /// It has no number.
    Nameless,
    /// Nobody handles updates any more.
    Ended,
}

/// Only the number: an update we can't read has to be acknowledged too.
#[derive(Deserialize)]
struct Numbered {
    update_id: u32,
}

impl Intake {
    /// Hands `raw`, an update as Telegram sends it, to the dispatcher.
    pub(super) async fn take(&self, raw: &str) -> Came {
        let Ok(Numbered { update_id }) = serde_json::from_str(raw) else { return Came::Nameless };
        if !self.acknowledgements.fetched(update_id) {
            return Came::Again(update_id);
        }
        match read(raw) {
            // The wrapper at the root of the handler tree acknowledges it.
            Some(update) => {
                if let Some(chat) = update.chat() {
                    self.acknowledgements.is_from(update_id, chat.id.0);
                }
                if self.queue.send(update).await.is_err() {
                    return Came::Ended;
                }
            }
            // The dispatcher would return before any handler, so it is acknowledged here.
            None => {
                log::warn!(target: "TELEGRAM", "skipping update {update_id}: of a kind we can't read");
                drop(self.acknowledgements.guard(update_id));
            }
        }
        Came::New(update_id)
    }
}

/// Where Telegram's webhook calls arrive. Cheap to clone; clones share it. It is open while this instance talks with
/// people.
#[derive(Clone, Default)]
pub struct Inbox {
    // A std mutex: held for a copy, never across an await.
    intake: Arc<Mutex<Option<Intake>>>,
}

/// What became of an update that Telegram handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedOver {
    /// Its handler has ended, now or before: Telegram may forget it.
    Handled,
    /// It is no update.
    Unreadable,
    /// This instance does not talk with people now: Telegram has to come again.
    NotNow,
}

impl Inbox {
    /// From now on updates go to `intake`, until what this returns is dropped.
    pub fn open(&self, intake: Intake) -> OpenInbox {
        *self.lock() = Some(intake);
        OpenInbox(self.clone())
    }

    /// Hands over `body`, one update, and returns when its handler has ended.
    pub async fn hand_over(&self, body: &str) -> HandedOver {
        let Some(intake) = self.lock().clone() else { return HandedOver::NotNow };
        match intake.take(body).await {
            Came::New(update_id) | Came::Again(update_id) => {
                intake.acknowledgements.until_handled(update_id).await;
                // There is no offset that Telegram could be told: what lies far behind does not come again.
                intake.acknowledgements.told(Some(update_id.saturating_sub(REMEMBERED)));
                HandedOver::Handled
            }
            Came::Nameless => HandedOver::Unreadable,
            Came::Ended => HandedOver::NotNow,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Intake>> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An inbox that is open; dropping this closes it.
pub struct OpenInbox(Inbox);

impl Drop for OpenInbox {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}
