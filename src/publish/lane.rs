//! One network's lane: finds what is due, claims it, sends it, writes down what became of it.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Publisher, STORE_PAUSE, Verdict};
use crate::clock::Clock;
use crate::config;
use crate::domain::failure_code::FailureCode;
use crate::domain::post::{ClaimedPost, Outcome, Reason};
use crate::outbox;
use crate::store::{Sent, Store, StoreError, until_taken};

/// How long does an idle lane sleep at most? What another instance accepted is found this late.
const IDLE_LIMIT: Duration = Duration::from_secs(1);

/// How soon is a post due that a lane stays for which people connected? Later ones are looked for again in time.
pub(super) const NEAR: Duration = Duration::from_secs(5);

/// One network's posts on their way.
pub(super) struct Lane {
    pub(super) network: String,
    /// Whether people connected it: then it takes posts only of those who still have, and ends when none is near.
    pub(super) is_connected: bool,
    pub(super) publisher: Arc<Publisher>,
    pub(super) concurrency: usize,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) settings: config::Publishing,
}

impl Lane {
    /// Publishes this network's posts until `stop`; one that people connected, as long as any are near. What was in
    /// flight then may end until `cut`.
    pub(super) async fn run(self, stop: CancellationToken, cut: CancellationToken) {
        let lane = Arc::new(self);
        let mut wakeups = lane.store.post_wakeups();
        let mut in_flight = JoinSet::new();
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                went_on = lane.round(&mut in_flight, &mut wakeups) => {
                    if went_on.is_break() {
                        break;
                    }
                }
            }
        }
        let drained = async { while in_flight.join_next().await.is_some() {} };
        if cut.run_until_cancelled(drained).await.is_none() {
            // What is dropped here stays claimed; the next leader finds it begun and asks its author.
            log::warn!(target: "publish", "{}: {} posts were still on their way", lane.network, in_flight.len());
        }
    }

    /// One round: claim what is due and send it; or wait for something to be due. A break, when there is nothing to
    /// stay for.
    async fn round(
        self: &Arc<Self>,
        in_flight: &mut JoinSet<()>,
        wakeups: &mut watch::Receiver<()>,
    ) -> ControlFlow<()> {
        self.publisher.ready().await;
        while in_flight.try_join_next().is_some() {}
        let free = self.concurrency.saturating_sub(in_flight.len()).min(self.publisher.at_once());
        if free == 0 {
            in_flight.join_next().await;
            return ControlFlow::Continue(());
        }
        // Before the look, so that what is written in between wakes.
        wakeups.mark_unchanged();
        let now = self.clock.now();
        let next = match self.store.next_post_due(&self.network).await {
            Ok(next) => next,
            Err(error) => {
                self.store_failed(&error).await;
                return ControlFlow::Continue(());
            }
        };
        let wait = next.map(|due| (due - now).to_std().unwrap_or_default());
        if wait.is_some_and(|wait| wait.is_zero()) {
            self.claim(free, in_flight).await;
            return ControlFlow::Continue(());
        }
        if self.is_connected && in_flight.is_empty() && wait.is_none_or(|wait| wait > NEAR) {
            return ControlFlow::Break(());
        }
        tokio::select! {
            () = tokio::time::sleep(wait.unwrap_or(IDLE_LIMIT).min(IDLE_LIMIT)) => {}
            _ = wakeups.changed() => {}
            Some(_) = in_flight.join_next() => {}
        }
        ControlFlow::Continue(())
    }

    /// Claims up to `free` posts and sends them.
    async fn claim(self: &Arc<Self>, free: usize, in_flight: &mut JoinSet<()>) {
        match self.store.claim_posts(&self.network, free, self.lease(), self.clock.now()).await {
            Ok(claimed) => {
                for post in claimed {
                    in_flight.spawn(Arc::clone(self).publish(post));
                }
            }
            Err(error) => self.store_failed(&error).await,
        }
    }

    /// Sends one claimed post and writes down what became of it.
    async fn publish(self: Arc<Self>, claimed: ClaimedPost) {
        if self.is_late(&claimed) {
            return self.settle(&claimed, Outcome::Late).await;
        }
        match self.may_go_there(&claimed).await {
            Ok(true) => {}
            Ok(false) => return self.settle(&claimed, Outcome::Failed(disconnected())).await,
            Err(error) => return self.not_yet(&claimed, &error).await,
        }
        if !self.publisher.place().await {
            return self.settle(&claimed, Outcome::PutBack { due_at: None }).await;
        }
        let (id, token) = (claimed.post.id, claimed.lease_token);
        match self.store.begin_post(id, token, self.lease(), self.clock.now()).await {
            Ok(true) => {}
            Ok(false) => {
                log::warn!(target: "publish", "post {id}: the lease was over before its request");
                return;
            }
            Err(error) => return self.not_yet(&claimed, &error).await,
        }
        let verdict = self.publisher.send(&claimed.post, &self.clock).await;
        let outcome = self.outcome(verdict, claimed.post.attempts);
        self.settle(&claimed, outcome).await;
    }

    /// The database failed before the request of a claimed post: it keeps its place.
    async fn not_yet(&self, claimed: &ClaimedPost, error: &StoreError) {
        log::error!(target: "publish", "post {} is not sent yet: {error}", claimed.post.id);
        // Not at once again: the row is due and would come back in a moment.
        tokio::time::sleep(STORE_PAUSE).await;
        self.settle(claimed, Outcome::PutBack { due_at: None }).await;
    }

    /// Whether the post's account may post here: anywhere in the settings, and where it is connected now.
    async fn may_go_there(&self, claimed: &ClaimedPost) -> Result<bool, StoreError> {
        if !self.is_connected {
            return Ok(true);
        }
        Ok(self.store.channel(&claimed.post.account, &self.network).await?.is_some())
    }

    /// Whether a post should have gone out so long ago that its author is asked first.
    fn is_late(&self, claimed: &ClaimedPost) -> bool {
        let limit = claimed.late_after.or(self.settings.ask_when_late);
        limit.is_some_and(|limit| self.clock.now() - claimed.post.due_at > limit)
    }

    /// What a verdict means for a post that has spent so many tries.
    fn outcome(&self, verdict: Verdict, spent: u32) -> Outcome {
        let now = self.clock.now();
        match verdict {
            Verdict::Settled(outcome) => outcome,
            Verdict::Accepted => Outcome::Accepted { until: now + self.lease() },
            Verdict::TryAgain { wait, reason } => {
                Outcome::again(reason, wait, spent, &self.settings.backoff, now)
            }
        }
    }

    /// Writes the outcome down: only this says what became of the post.
    async fn settle(&self, claimed: &ClaimedPost, outcome: Outcome) {
        let sent = Sent { target: "publish", what: "post", id: claimed.post.id };
        let write = || outbox::settle_post(&self.store, claimed, outcome.clone(), self.clock.now());
        if until_taken(sent, self.settings.lease, || true, write).await {
            self.log(claimed.post.id, &outcome);
        }
    }

    fn log(&self, id: i64, outcome: &Outcome) {
        let network = &self.network;
        match outcome {
            Outcome::Published { .. } => log::info!(target: "publish", "post {id} is out on {network}"),
            Outcome::Failed(reason) => {
                log::warn!(target: "publish", "post {id} failed on {network}: {}", reason.error);
            }
            Outcome::Unconfirmed(reason) => {
                log::warn!(target: "publish", "post {id} is unconfirmed on {network}: {}", reason.error);
            }
            Outcome::Retry { due_at, reason } => {
                log::info!(target: "publish", "post {id} is tried again on {network} at {due_at}: {}", reason.error);
            }
            Outcome::Late => {
                log::info!(target: "publish", "post {id} for {network} is late: its author is asked")
            }
            Outcome::PutBack { .. } | Outcome::Accepted { .. } => {}
        }
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::minutes(2))
    }

    async fn store_failed(&self, error: &StoreError) {
        log::error!(target: "publish", "posts for {} can't be claimed: {error}", self.network);
        tokio::time::sleep(STORE_PAUSE).await;
    }
}

/// The channel was taken away since the post was scheduled.
fn disconnected() -> Reason {
    Reason::new(
        "The channel is not connected any more",
        "Make the bot an administrator of the channel that may post, connect it again, then retry",
    )
    .of_class(FailureCode::ChannelDisconnected)
}
