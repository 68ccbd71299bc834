//! Our own update listener: polls, hands updates to teloxide's dispatcher one by one, and tells Telegram an
//! offset that never passes an update that is still being handled.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt as _};
use serde_json::value::RawValue;
use std::convert::Infallible;
use teloxide::payloads::{DeleteWebhook, GetUpdates, GetUpdatesSetters as _};
use teloxide::stop::{StopFlag, StopToken, mk_stop_token};
use teloxide::types::{AllowedUpdate, Update};
use teloxide::update_listeners::{AsUpdateStream, UpdateListener};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::inbox::{Came, Intake};
use super::{Acknowledgements, Answer, Api, RefusalClass};
use crate::clock::Clock;
use crate::health::{Health, Telegram};

/// The kinds of update we handle: the branches of the bot's tree. Telegram keeps the rest to itself.
pub(super) const ALLOWED: [AllowedUpdate; 4] = [
    AllowedUpdate::Message,
    AllowedUpdate::EditedMessage,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::MyChatMember,
];

/// How long may the answer to a long poll take beyond the poll's own time-out?
const POLL_MARGIN: Duration = Duration::from_secs(15);

/// How long may a call take that waits for nothing?
pub(super) const SHORT_CALL: Duration = Duration::from_secs(5);

/// How long may the last word before stopping take? What Telegram did not hear it sends again.
const CONFIRM_LIMIT: Duration = Duration::from_secs(2);

/// How many updates may wait between the poller and the dispatcher? One fetch's worth.
const QUEUE_BOUND: usize = 100;

/// How long is a poll put off while everything it would return is being handled?
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// The waits after failed polls; the last one repeats.
pub(super) const BACKOFF: [Duration; 5] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// The receiving end: what teloxide's dispatcher listens to.
pub struct UpdateQueue {
    updates: mpsc::Receiver<Update>,
    stop: StopToken,
    stopped: Option<StopFlag>,
}

impl UpdateQueue {
    /// A queue and the end that the poller fills.
    pub fn new() -> (mpsc::Sender<Update>, Self) {
        let (sender, updates) = mpsc::channel(QUEUE_BOUND);
        let (stop, stopped) = mk_stop_token();
        (sender, Self { updates, stop, stopped: Some(stopped) })
    }
}

impl UpdateListener for UpdateQueue {
    type Err = Infallible;

    fn stop_token(&mut self) -> StopToken {
        self.stop.clone()
    }
}

impl<'a> AsUpdateStream<'a> for UpdateQueue {
    type StreamErr = Infallible;
    type Stream = BoxStream<'a, Result<Update, Infallible>>;

    fn as_stream(&'a mut self) -> Self::Stream {
        let stopped = self.stopped.take();
        let updates = stream::unfold(&mut self.updates, |updates| async move {
            updates.recv().await.map(|update| (Ok(update), updates))
        });
        match stopped {
            Some(stopped) => updates.take_until(stopped).boxed(),
            None => updates.boxed(),
        }
    }
}

/// What polling needs.
pub struct Poller {
    /// Access to Telegram.
    pub api: Api,
    /// Where updates go.
    pub intake: Intake,
    /// Who wants to know how it goes.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// How long one poll waits for something to happen.
    pub poll_timeout: Duration,
}

impl Poller {
    /// Polls until `stop`; then waits for nothing.
    pub async fn run(self, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let polled = tokio::select! {
                () = stop.cancelled() => return,
                polled = self.poll() => polled,
            };
            let pause = match polled {
                Ok(news) => {
                    failures = 0;
                    if news { Duration::ZERO } else { self.busy_pause() }
                }
                Err(()) => {
                    failures += 1;
                    BACKOFF[(failures - 1).min(BACKOFF.len() - 1)]
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.handled_or_elapsed(pause, failures > 0) => {}
            }
        }
    }

    /// Tells Telegram what was handled since the last poll: the last word before stopping.
    pub async fn confirm(api: &Api, acknowledgements: &Acknowledgements) {
        let Some(offset) = acknowledgements.offset() else { return };
        let request = GetUpdates::new().offset(as_offset(offset)).limit(1).timeout(0);
        if let Answer::Done(_) = api.call_raw("GetUpdates", &request, CONFIRM_LIMIT).await {
            acknowledgements.told(Some(offset));
        }
    }

    /// One poll. `Ok(true)` when it brought something new; `Err` when it failed, logged and noted.
    async fn poll(&self) -> Result<bool, ()> {
        let offset = self.intake.acknowledgements.offset();
        let mut request = GetUpdates::new().limit(100).timeout(self.poll_seconds()).allowed_updates(ALLOWED);
        request.offset = offset.map(as_offset);
        match self.api.call_raw("GetUpdates", &request, self.poll_timeout + POLL_MARGIN).await {
            Answer::Done(result) => {
                self.health.note_telegram(Telegram::Up, "polling");
                self.health.polled(self.clock.now());
                self.intake.acknowledgements.told(offset);
                Ok(self.hand_over(result.as_deref()).await)
            }
            Answer::Refused(refusal) => {
                match refusal.class() {
                    RefusalClass::TokenRefused => {
                        self.health.note_telegram(Telegram::TokenRefused, &refusal.description)
                    }
                    RefusalClass::Conflict => {
                        self.health.note_telegram(Telegram::Conflict, &refusal.description)
                    }
                    RefusalClass::WebhookActive => self.remove_webhook().await,
                    _ => self.health.note_telegram(Telegram::Unreachable, &refusal.description),
                }
                Err(())
            }
            Answer::NotSent(why) | Answer::Unknown(why) => {
                self.health.note_telegram(Telegram::Unreachable, &why);
                Err(())
            }
        }
    }

    /// With something open a poll returns at once, and returns it again: it is asked not to wait.
    fn poll_seconds(&self) -> u32 {
        if self.intake.acknowledgements.open() > 0 {
            0
        } else {
            u32::try_from(self.poll_timeout.as_secs()).unwrap_or(30)
        }
    }

    fn busy_pause(&self) -> Duration {
        if self.intake.acknowledgements.open() > 0 { BUSY_PAUSE } else { Duration::ZERO }
    }

    /// Waits `pause`; while handlers are busy, their progress ends it early.
    async fn handled_or_elapsed(&self, pause: Duration, failed: bool) {
        if pause.is_zero() {
            return;
        }
        let elapsed = tokio::time::sleep(pause);
        if failed {
            return elapsed.await;
        }
        tokio::select! {
            () = elapsed => {}
            () = self.intake.acknowledgements.progress() => {}
        }
    }

    async fn hand_over(&self, result: Option<&RawValue>) -> bool {
        let updates: Vec<&RawValue> =
            result.and_then(|result| serde_json::from_str(result.get()).ok()).unwrap_or_default();
        let mut news = false;
        for raw in updates {
            match self.intake.take(raw.get()).await {
                Came::New(_) => news = true,
                Came::Again(_) | Came::Nameless => {}
                Came::Ended => return false,
            }
        }
        news
    }

    /// A webhook left by the old system makes every poll a conflict. What waits for it is kept.
    async fn remove_webhook(&self) {
        self.health.note_telegram(Telegram::Conflict, "a webhook is set: removing it");
        if let Answer::Refused(refusal) = self.api.call(&DeleteWebhook::new(), SHORT_CALL).await {
            log::warn!(target: "TELEGRAM", "the webhook can't be removed: {}", refusal.description);
        }
    }
}

/// Telegram's offsets are signed, its update numbers are not negative.
fn as_offset(update_id: u32) -> i32 {
    i32::try_from(update_id).unwrap_or(i32::MAX)
}
