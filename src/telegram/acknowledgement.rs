//! An update is acknowledged when it is handled, not when it is fetched.
//!
//! Telegram forgets every update below the `offset` of a getUpdates. So the offset may only pass what handlers
//! have finished: after a crash Telegram then sends the rest again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::metrics;

/// The updates that are being handled. Cheap to clone; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Acknowledgements {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    // A std mutex: held for a few set operations, never across an await.
    state: Mutex<State>,
    progress: Notify,
    /// The same for everybody who waits for one of them.
    handled: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Fetched and not handled, with the chat it is from.
    open: BTreeMap<u32, Option<i64>>,
    /// Handled, and Telegram was not told: it may send them again.
    done: BTreeSet<u32>,
    /// Everything fetched since Telegram last heard an offset lies at or below it.
    fetched_up_to: Option<u32>,
}

/// Marks an update as handled when it is dropped, however the handler ended.
#[derive(Debug)]
pub struct HandledGuard {
    update_id: u32,
    acknowledgements: Acknowledgements,
}

impl Drop for HandledGuard {
    fn drop(&mut self) {
        self.acknowledgements.handled(self.update_id);
    }
}

impl Acknowledgements {
    /// Notes that `update_id` was fetched. False when it is being handled or was: Telegram sends everything from
    /// the offset on again, and a handler may end while the answer is on its way.
    pub fn fetched(&self, update_id: u32) -> bool {
        let mut state = self.lock();
        state.fetched_up_to = state.fetched_up_to.max(Some(update_id));
        if state.done.contains(&update_id) || state.open.contains_key(&update_id) {
            return false;
        }
        state.open.insert(update_id, None);
        metrics::update_arrived();
        true
    }

    /// Notes which chat the open update `update_id` is from.
    pub fn is_from(&self, update_id: u32, chat_id: i64) {
        if let Some(chat) = self.lock().open.get_mut(&update_id) {
            *chat = Some(chat_id);
        }
    }

    /// The guard of an update that was fetched.
    pub fn guard(&self, update_id: u32) -> HandledGuard {
        HandledGuard { update_id, acknowledgements: self.clone() }
    }

    /// The offset to ask with: the first update that is not handled, else the one after the last fetched.
    /// `None` when Telegram has heard all there is to say: asking without an offset then also finds updates
    /// whose numbers start anew, as they do after an idle week.
    pub fn offset(&self) -> Option<u32> {
        let state = self.lock();
        state.open.keys().next().copied().or(state.fetched_up_to.map(|last| last.saturating_add(1)))
    }

    /// Notes that Telegram answered a getUpdates with `offset`.
    pub fn told(&self, offset: Option<u32>) {
        let Some(offset) = offset else { return };
        let mut state = self.lock();
        // It never sends these again: should the numbers start anew, they are other updates.
        state.done.retain(|update_id| *update_id >= offset);
        if state.open.is_empty() && state.fetched_up_to.is_some_and(|last| offset > last) {
            state.fetched_up_to = None;
        }
    }

    /// How many updates are being handled.
    pub fn open(&self) -> usize {
        self.lock().open.len()
    }

    /// How many updates from the chat are being handled, or wait for it.
    pub fn open_in(&self, chat_id: i64) -> usize {
        self.lock().open.values().filter(|chat| **chat == Some(chat_id)).count()
    }

    /// Returns when an update was handled since the last call.
    pub async fn progress(&self) {
        self.inner.progress.notified().await;
    }

    /// Returns when `update_id` is not being handled, or not any more.
    pub async fn until_handled(&self, update_id: u32) {
        loop {
            let handled = self.inner.handled.notified();
            tokio::pin!(handled);
            // Before the look: what ends in between is heard.
            handled.as_mut().enable();
            if !self.lock().open.contains_key(&update_id) {
                return;
            }
            handled.await;
        }
    }

    fn handled(&self, update_id: u32) {
        let mut state = self.lock();
        state.open.remove(&update_id);
        state.done.insert(update_id);
        drop(state);
        metrics::update_handled();
        self.inner.progress.notify_one();
        self.inner.handled.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_never_passes_an_update_that_is_still_handled() {
        let acknowledgements = Acknowledgements::default();
        assert_eq!(acknowledgements.offset(), None);
        let guards: Vec<_> = [10, 11, 12]
            .into_iter()
            .map(|id| {
                assert!(acknowledgements.fetched(id));
                acknowledgements.guard(id)
            })
            .collect();
        let [ten, eleven, twelve] = <[_; 3]>::try_from(guards).unwrap();
        drop(twelve);
        assert_eq!(acknowledgements.offset(), Some(10), "12 is done, 10 is not");
        assert!(!acknowledgements.fetched(11), "11 comes again and is not handled twice");
        drop(ten);
        assert_eq!(acknowledgements.offset(), Some(11));
        drop(eleven);
        assert_eq!(acknowledgements.offset(), Some(13));
    }

    #[test]
    fn an_update_that_was_handled_while_it_was_sent_again_is_not_handled_twice() {
        let acknowledgements = Acknowledgements::default();
        acknowledgements.fetched(500);
        let asked_with = acknowledgements.offset();
        assert_eq!(asked_with, Some(500));
        drop(acknowledgements.guard(500));
        acknowledgements.told(asked_with);
        assert!(!acknowledgements.fetched(500), "the answer to the offset 500 holds 500 again");
        assert_eq!(acknowledgements.offset(), Some(501));
        acknowledgements.told(Some(501));
        assert!(acknowledgements.fetched(500), "after 501 was told, a 500 is another update");
    }

    #[test]
    fn numbers_that_start_anew_are_found() {
        let acknowledgements = Acknowledgements::default();
        acknowledgements.fetched(900_000);
        drop(acknowledgements.guard(900_000));
        let offset = acknowledgements.offset();
        assert_eq!(offset, Some(900_001));
        acknowledgements.told(offset);
        assert_eq!(acknowledgements.offset(), None, "everything is confirmed: ask for whatever there is");
        assert!(acknowledgements.fetched(5));
        assert_eq!(acknowledgements.offset(), Some(5));
    }

    #[test]
    fn what_was_fetched_while_telegram_was_told_is_told_next_time() {
        let acknowledgements = Acknowledgements::default();
        acknowledgements.fetched(1);
        drop(acknowledgements.guard(1));
        let offset = acknowledgements.offset();
        acknowledgements.fetched(2);
        acknowledgements.told(offset);
        assert_eq!(acknowledgements.offset(), Some(2));
        drop(acknowledgements.guard(2));
        assert_eq!(acknowledgements.offset(), Some(3));
    }
}
