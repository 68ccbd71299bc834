//! Tells people what a broadcast says: writes its rows a few seconds ahead of their delivery, and edits one message
//! that shows how far it is.
//!
//! The outbox never holds more of a broadcast than leaves in [`AHEAD`]: whatever happens to somebody meanwhile waits
//! behind a few announcements, not behind a hundred thousand, and a stop has little to take back.

use std::sync::Arc;
use std::time::Duration;

use teloxide::types::MessageId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Bot;
use super::reply::Reply;
use super::tap::Tap;
use crate::domain::broadcast::{Broadcast, State};
use crate::outbox;
use crate::store::StoreError;
use crate::text::Button;
use crate::text::broadcast::{Report, Stage};

/// How far ahead of delivery are rows written?
const AHEAD: Duration = Duration::from_secs(5);

/// How many rows may that be? At most what one transaction writes in some ten ms.
const ROWS_AHEAD: std::ops::RangeInclusive<u64> = 50..=500;

/// How often are more of them written?
const STEP: Duration = Duration::from_millis(500);

/// How often is it looked whether there is a broadcast? One that begins here wakes us.
const IDLE: Duration = Duration::from_secs(60);

/// The wait after the database failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How often may the message that shows how far it is be edited? A reader sees that it moves, and the limits that it
/// shares with messages to people are hardly touched.
const REPORT_EVERY: Duration = Duration::from_secs(5);

impl Bot {
    /// Works on broadcasts until `stop`, one after the other, from where each of them stands.
    ///
    /// Only the leader does: it is the one who sends.
    pub async fn spread_broadcasts(self: Arc<Self>, stop: CancellationToken) {
        let mut reported_at = None;
        while !stop.is_cancelled() {
            let step = tokio::select! {
                () = stop.cancelled() => return,
                step = self.step(&mut reported_at) => step,
            };
            let wait = match step {
                Ok(true) => STEP,
                Ok(false) => IDLE,
                Err(error) => {
                    log::error!(target: "bot", "a broadcast waits for the database: {error}");
                    STORE_PAUSE
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.store.wait_for_broadcast(wait) => {}
            }
        }
    }

    /// Takes the broadcast under way a step further; false when there is none.
    async fn step(&self, reported_at: &mut Option<Instant>) -> Result<bool, StoreError> {
        let Some(broadcast) = self.store.broadcast_under_way().await? else { return Ok(false) };
        match self.after_step(&broadcast).await? {
            None => {
                let due = reported_at.is_none_or(|at: Instant| at.elapsed() >= REPORT_EVERY);
                if due {
                    *reported_at = Some(Instant::now());
                    self.tell_progress(&broadcast).await?;
                }
            }
            Some(end) => {
                *reported_at = None;
                // Shown before it is written down: after a crash in between it is shown again.
                self.tell_progress(&Broadcast { state: end, ..broadcast.clone() }).await?;
                self.store.finish_broadcast(broadcast.id, end, self.clock.now()).await?;
                log::info!(target: "bot", "broadcast {} is {}", broadcast.id, end.as_str());
            }
        }
        Ok(true)
    }

    /// The last state of `broadcast`, when it has come to it.
    async fn after_step(&self, broadcast: &Broadcast) -> Result<Option<State>, StoreError> {
        let (id, now) = (broadcast.id, self.clock.now());
        if broadcast.state == State::Stopping {
            let cancelled = self.store.cancel_broadcast_rows(id, now).await?;
            return Ok((cancelled == 0).then_some(State::Stopped));
        }
        let waiting = self.store.broadcast_rows_waiting(id, now).await?;
        let room = self.rows_ahead().saturating_sub(waiting);
        if broadcast.all_written {
            return Ok((waiting == 0).then_some(State::Done));
        }
        if room > 0 {
            outbox::spread_broadcast(&self.store, id, room, now).await?;
        }
        Ok(None)
    }

    fn rows_ahead(&self) -> u64 {
        match u64::from(self.messages_per_second) * AHEAD.as_secs() {
            // No limit but the database's.
            0 => *ROWS_AHEAD.end(),
            rows => rows.clamp(*ROWS_AHEAD.start(), *ROWS_AHEAD.end()),
        }
    }

    /// Edits the message that shows how far `broadcast` is. Where it is gone, only the end is told, by a new one.
    async fn tell_progress(&self, broadcast: &Broadcast) -> Result<(), StoreError> {
        let ended = matches!(broadcast.state, State::Done | State::Stopped);
        let chat_id = broadcast.admin_id;
        match broadcast.message_id {
            Some(message_id) => {
                let reply = report(self, broadcast).await?;
                if self.edit_in_place(chat_id, MessageId(message_id), &reply).await {
                    return Ok(());
                }
                self.store.forget_broadcast_message(broadcast.id).await?;
                if ended {
                    self.say(chat_id, reply).await;
                }
            }
            None if ended => {
                let reply = report(self, broadcast).await?;
                self.say(chat_id, reply).await;
            }
            None => {}
        }
        Ok(())
    }
}

/// How far `broadcast` is, with [Stop] where that does something.
pub(super) async fn report(bot: &Bot, broadcast: &Broadcast) -> Result<Reply, StoreError> {
    let progress = bot.store.broadcast_progress(broadcast.id).await?;
    let stage = match broadcast.state {
        State::Done => Stage::Done,
        State::Stopped | State::Stopping => Stage::Stopped,
        _ if bot.store.sending_is_paused() => Stage::Paused,
        _ => Stage::Sending,
    };
    let language = broadcast.language;
    let text =
        Report { stage, text: &broadcast.text, audience: broadcast.audience, progress }.render(language);
    Ok(match stage {
        Stage::Sending | Stage::Paused => {
            Reply::from(text).tap_row([(Button::Stop, Tap::StopBroadcast(broadcast.id))], language)
        }
        Stage::Stopped | Stage::Done => text.into(),
    })
}
