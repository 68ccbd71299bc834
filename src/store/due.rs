//! The wake-up of whoever claims: a word that a row may be due; or, better, a ride: its claim goes along in the
//! transaction that brings the row. So an idle service pays for one commit less before a message leaves, and a busy
//! one for a few hundred less a second.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::StoreError;
use super::write_queue::{Command, Envelope, Waiting};

/// Where whoever claims waits: one at a time.
#[derive(Default)]
pub(super) struct DueSignal {
    due: Notify,
    seat: Mutex<Option<Box<dyn Waiting>>>,
}

impl DueSignal {
    /// Tells whoever claims that a row may be due; kept when nobody waits now.
    pub(super) fn tell(&self) {
        self.due.notify_one();
    }

    /// Returns when a row may have become due since the last call.
    pub(super) async fn told(&self) {
        self.due.notified().await;
    }

    /// Lets `command` wait for a write that brings due rows. It takes the place of an earlier one, whose ride is over.
    pub(super) fn ride<C: Command>(&self, command: C) -> Ride<'_, C::Output> {
        let (passenger, answer) = Envelope::sealed(command);
        *self.seat() = Some(passenger);
        Ride { signal: self, answer }
    }

    /// The command that goes along with a write that brings due rows. Dropped, it has not been done, as far as whoever
    /// waits for it knows.
    pub(super) fn passenger(&self) -> Option<Box<dyn Waiting>> {
        self.seat().take()
    }

    fn seat(&self) -> MutexGuard<'_, Option<Box<dyn Waiting>>> {
        // Whoever panicked had only taken or set it.
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that waits for a write to go along with. Dropped, it waits no more; what it does by then is not heard of.
pub(super) struct Ride<'a, T> {
    signal: &'a DueSignal,
    answer: oneshot::Receiver<Result<T, StoreError>>,
}

impl<T> Ride<'_, T> {
    /// How it ended, when it was taken along; `None` when nobody can say. Can be given up and called again.
    pub(super) async fn end(&mut self) -> Option<Result<T, StoreError>> {
        (&mut self.answer).await.ok()
    }

    /// Waits no more for a write to go along with. True when that was in time: then nothing has been done.
    pub(super) fn leave(&mut self) -> bool {
        self.signal.passenger().is_some()
    }
}

impl<T> Drop for Ride<'_, T> {
    fn drop(&mut self) {
        self.leave();
    }
}
