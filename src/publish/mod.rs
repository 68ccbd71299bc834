//! Due posts → publisher → outcome → event. The twin of delivery: one lane for each network, which claims what is
//! due under a lease, has so many requests in flight, and knows nothing of the other lanes. A network that hangs
//! delays no other.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

mod connected;
mod lane;
mod pace;
mod telegram;
mod webhook;

use crate::clock::Clock;
use crate::config::{self, Network, NetworkKind};
use crate::domain::channel::chat_of;
use crate::domain::post::{Outcome, Post, Reason};
use crate::health::Health;
use crate::outbox;
use crate::store::{Claims, Store};
use crate::telegram::{Api, Limits};
use lane::Lane;
use telegram::TelegramChannel;
use webhook::Webhook;

/// How often are claims looked through whose lease ended?
const RECOVER_EVERY: Duration = Duration::from_secs(5);

/// The wait after the database failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// What publishing works with.
pub struct Publishing {
    /// Where the posts are.
    pub store: Store,
    /// The way to Telegram; `None` without a token: posts for it wait.
    pub telegram: Option<(Api, Arc<Limits>)>,
    /// Who knows whether Telegram takes messages.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// How often and how long.
    pub settings: config::Publishing,
    /// Where posts can go.
    pub networks: Vec<Network>,
}

/// The way to one network.
enum Publisher {
    Telegram(TelegramChannel),
    Webhook(Webhook),
}

impl Publishing {
    /// Publishes until `stop`; returns when what was in flight is answered and written down, or at `cut`: then the next
    /// leader finds it and asks its authors.
    ///
    /// Only the leader runs it: what is claimed when it starts was claimed by somebody who is gone.
    pub async fn run(self, stop: CancellationToken, cut: CancellationToken) {
        self.take_over().await;
        self.name_what_waits().await;
        let publishing = Arc::new(self);
        let mut lanes = JoinSet::new();
        for network in &publishing.networks {
            if let Some(lane) = publishing.lane(network) {
                lanes.spawn(lane.run(stop.clone(), cut.clone()));
            }
        }
        if publishing.telegram.is_some() {
            lanes.spawn(connected::run(Arc::clone(&publishing), stop.clone(), cut.clone()));
        }
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(RECOVER_EVERY) => {
                    publishing.recover(Claims::Ended).await;
                }
                Some(ended) = lanes.join_next() => lane_ended(ended),
            }
        }
        while let Some(ended) = lanes.join_next().await {
            lane_ended(ended);
        }
    }

    fn lane(&self, network: &Network) -> Option<Lane> {
        let (publisher, concurrency) = match &network.kind {
            NetworkKind::Telegram(network) => {
                let (api, limits) = self.telegram.clone()?;
                let timeout = self.settings.request_timeout;
                // One after the other: the channel shows them in the order of their times, and Telegram may hold a
                // message for seconds.
                (Publisher::Telegram(TelegramChannel::new(network, api, limits, &self.health, timeout)), 1)
            }
            NetworkKind::Webhook(connector) => {
                match Webhook::new(&network.name, connector, self.settings.request_timeout) {
                    Ok(webhook) => (Publisher::Webhook(webhook), connector.concurrency),
                    Err(error) => {
                        log::error!(target: "publish", "posts for {} wait: {error}", network.name);
                        return None;
                    }
                }
            }
        };
        Some(Lane {
            network: network.name.clone(),
            is_connected: chat_of(&network.name).is_some(),
            publisher: Arc::new(publisher),
            concurrency,
            store: self.store.clone(),
            clock: self.clock.clone(),
            settings: self.settings.clone(),
        })
    }

    /// Deals with what a dead process was publishing.
    async fn take_over(&self) {
        while !self.recover(Claims::All).await {
            tokio::time::sleep(STORE_PAUSE).await;
        }
    }

    /// Deals with claims whose holder is gone; false when the database failed.
    async fn recover(&self, claims: Claims) -> bool {
        match outbox::recover_posts(&self.store, claims, self.clock.now()).await {
            Ok(recovered) => {
                if recovered.scheduled > 0 {
                    log::info!(target: "publish", "{} posts were claimed by somebody who is gone, they are \
                        published again", recovered.scheduled);
                }
                if recovered.unconfirmed > 0 {
                    log::warn!(target: "publish", "{} posts were interrupted while they went out: their authors \
                        are asked", recovered.unconfirmed);
                }
                true
            }
            Err(error) => {
                log::error!(target: "publish", "interrupted posts can't be dealt with: {error}");
                false
            }
        }
    }

    /// Says which posts wait for a change of the settings: nothing else would.
    async fn name_what_waits(&self) {
        let Ok(awaited) = self.store.awaited_networks().await else { return };
        for (name, posts) in awaited {
            let why = match self.networks.iter().find(|network| network.name == name) {
                None if chat_of(&name).is_some() => continue,
                None => "it is not among the settings: add [networks] for it, or cancel them",
                Some(Network { kind: NetworkKind::Telegram(_), .. }) if self.telegram.is_none() => {
                    "it needs TELEGRAM_BOT_TOKEN"
                }
                Some(_) => continue,
            };
            log::warn!(target: "publish", "{posts} posts wait for the network \"{name}\": {why}");
        }
    }
}

fn lane_ended(ended: Result<(), tokio::task::JoinError>) {
    // Whoever supervises starts all of it again, which deals with what the lane held.
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// What came of one request, before it is known how often it may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// This is what becomes of the post.
    Settled(Outcome),
    /// It is not out and may be tried again, not before `wait`; spends a try.
    TryAgain { wait: Duration, reason: Reason },
    /// The network took it on and tells later.
    Accepted,
}

impl Publisher {
    /// Returns when posting makes sense.
    async fn ready(&self) {
        match self {
            Self::Telegram(channel) => channel.ready().await,
            Self::Webhook(webhook) => tokio::time::sleep_until(webhook.pace.next()).await,
        }
    }

    /// How many posts may be claimed together.
    fn at_once(&self) -> usize {
        match self {
            Self::Telegram(_) => usize::MAX,
            Self::Webhook(webhook) => webhook.pace.at_once(),
        }
    }

    /// Waits for the place that the limits give; false when there is none now: a claim is not held for it.
    async fn place(&self) -> bool {
        match self {
            Self::Telegram(channel) => channel.place().await,
            Self::Webhook(webhook) => {
                tokio::time::sleep_until(webhook.pace.take(Instant::now())).await;
                true
            }
        }
    }

    /// Sends `post`, once.
    async fn send(&self, post: &Post, clock: &Clock) -> Verdict {
        match self {
            Self::Telegram(channel) => Verdict::Settled(channel.send(post, clock).await),
            Self::Webhook(webhook) => webhook.send(post, clock.now()).await,
        }
    }
}
