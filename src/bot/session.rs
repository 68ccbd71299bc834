//! From sign-in to stop: who we are, polling, dispatching.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use teloxide::dispatching::Dispatcher;
use teloxide::error_handlers::{IgnoringErrorHandler, IgnoringErrorHandlerSafe};
use teloxide::payloads::GetMe;
use tokio_util::sync::CancellationToken;

use super::{Bot, tree};
use crate::config::UpdateMode;
use crate::health::Telegram;
use crate::store::BotIdentity;
use crate::telegram::{Answer, Intake, Poller, RefusalClass, UpdateQueue, Webhook};

/// How long may getMe take?
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// The waits between tries to sign in; the last one repeats.
const BACKOFF: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];

/// How long may handlers take to end when the bot stops? Less than the process has for all of stopping.
const DRAIN_LIMIT: Duration = Duration::from_secs(6);

impl Bot {
    /// Talks with people until `stop`; then lets handlers end and tells Telegram what was handled.
    ///
    /// Telegram being away is a normal state: signing in is tried until it answers.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.sign_in() => {}
            }
            self.session(&stop).await;
            if !stop.is_cancelled() {
                log::warn!(target: "TELEGRAM", "the conversation ended by itself, it begins again");
                tokio::time::sleep(BACKOFF[0]).await;
            }
        }
    }

    /// Returns when Telegram knows the token and the bot is the one that this database belongs to.
    async fn sign_in(&self) {
        let mut tries = 0;
        loop {
            match self.api.call(&GetMe::new(), CALL_LIMIT).await {
                Answer::Done(Some(me)) => {
                    let found = BotIdentity {
                        id: i64::try_from(me.user.id.0).unwrap_or(i64::MAX),
                        username: me.user.username.clone(),
                    };
                    if self.accept(found).await {
                        return;
                    }
                }
                Answer::Done(None) => {
                    self.health.note_telegram(Telegram::Unreachable, "getMe: an answer of unknown shape")
                }
                Answer::Refused(refusal) if refusal.class() == RefusalClass::TokenRefused => {
                    self.health.note_telegram(Telegram::TokenRefused, &refusal.description);
                }
                Answer::Refused(refusal) => {
                    self.health.note_telegram(Telegram::Unreachable, &refusal.description)
                }
                Answer::NotSent(why) | Answer::Unknown(why) => {
                    self.health.note_telegram(Telegram::Unreachable, &why)
                }
            }
            tokio::time::sleep(BACKOFF[tries.min(BACKOFF.len() - 1)]).await;
            tries += 1;
        }
    }

    /// Whether the bot of the token may use this database. Another bot's token would find every chat unknown
    /// and disable every link.
    async fn accept(&self, found: BotIdentity) -> bool {
        let stored = match self.store.bot_identity().await {
            Ok(stored) => stored,
            Err(error) => {
                log::error!(target: "TELEGRAM", "which bot this database belongs to can't be read: {error}");
                return false;
            }
        };
        if let Some(stored) = &stored
            && stored.id != found.id
            && self.telegram.accept_new_bot != Some(found.id)
        {
            self.health.note_telegram(
                Telegram::AnotherBot { stored: stored.id, found: found.id },
                "sending is paused",
            );
            return false;
        }
        if stored.as_ref() != Some(&found)
            && let Err(error) = self.store.keep_bot_identity(found.clone(), self.clock.now()).await
        {
            log::error!(target: "TELEGRAM", "which bot this is can't be stored: {error}");
            return false;
        }
        let username = found.username.unwrap_or_default();
        log::info!(target: "TELEGRAM", "signed in as @{username}, bot {}", found.id);
        self.health.signed_in(username);
        true
    }

    async fn session(self: &Arc<Self>, stop: &CancellationToken) {
        let (sender, mut queue) = UpdateQueue::new();
        let queue_stop = teloxide::update_listeners::UpdateListener::stop_token(&mut queue);
        let intake = Intake { queue: sender, acknowledgements: self.acknowledgements.clone() };
        let listening_stop = stop.child_token();
        let mut listening = tokio::spawn(self.listen(intake, listening_stop.clone()));
        let mut dispatching = tokio::spawn(Arc::clone(self).dispatch(queue));
        let menus = tokio::spawn({
            let bot = Arc::clone(self);
            async move { bot.set_menus().await }
        });
        tokio::select! {
            () = stop.cancelled() => {}
            _ = &mut listening => {}
            _ = &mut dispatching => {}
        }
        menus.abort();
        listening_stop.cancel();
        queue_stop.stop();
        if !dispatching.is_finished() && tokio::time::timeout(DRAIN_LIMIT, &mut dispatching).await.is_err() {
            log::warn!(target: "TELEGRAM", "handlers did not end in {} s", DRAIN_LIMIT.as_secs());
            dispatching.abort();
        }
        // Whoever leads now polls, and two that poll at once are a conflict. It comes to the same updates again.
        if self.telegram.update_mode == UpdateMode::Polling && self.health.leading() {
            Poller::confirm(&self.api, &self.acknowledgements).await;
        }
    }

    /// Lets updates in until `stop`, the way the settings say.
    fn listen(&self, intake: Intake, stop: CancellationToken) -> BoxFuture<'static, ()> {
        let (api, health, clock) = (self.api.clone(), self.health.clone(), self.clock.clone());
        match (&self.telegram.update_mode, self.telegram.webhook_secret()) {
            (UpdateMode::Webhook { url }, Some(secret)) => {
                let webhook = Webhook { api, health, clock, url: url.clone(), secret };
                let open = self.inbox.open(intake);
                Box::pin(async move {
                    webhook.run(stop).await;
                    drop(open);
                })
            }
            _ => {
                let poll_timeout = self.telegram.poll_timeout;
                Box::pin(Poller { api, intake, health, clock, poll_timeout }.run(stop))
            }
        }
    }

    async fn dispatch(self: Arc<Self>, queue: UpdateQueue) {
        let mut dispatcher = Dispatcher::builder(self.api.for_dispatcher(), tree::root())
            .dependencies(dptree::deps![Arc::clone(&self)])
            // The tree ends every update itself; teloxide's own handlers would log whole messages.
            .default_handler(|_| async {})
            .error_handler(IgnoringErrorHandler::new())
            .build();
        if let Err(error) =
            dispatcher.try_dispatch_with_listener(queue, Arc::new(IgnoringErrorHandlerSafe)).await
        {
            log::warn!(target: "TELEGRAM", "the dispatcher did not start: {error}");
        }
    }
}
