//! What only one instance does: poll, talk, deliver, publish. Started when this instance leads, stopped when it doesn't
//! any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bot::Bot;
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::health::Health;
use crate::publish::Publishing;
use crate::store::{LEADS_FOR, Leadership, RENEW_EVERY, Store};
use crate::telegram::{Acknowledgements, Api, Limits, Pace};

/// How long before its lease ends does a leader stop that can't renew it?
const STOP_MARGIN: Duration = Duration::from_secs(2);

/// The wait before a part is started again that panicked.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Everything the leader's parts are made of.
pub(super) struct Leader {
    pub(super) store: Store,
    pub(super) health: Health,
    pub(super) api: Option<Api>,
    pub(super) config: Arc<Config>,
    pub(super) clock: Clock,
}

/// The parts while this instance leads.
struct Term {
    epoch: i64,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Term {
    async fn end(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Leader {
    /// Leads whenever it can, until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let holder = format!("{:016x}", rand::random::<u64>());
        let mut term: Option<Term> = None;
        let mut lease_ends = Instant::now();
        while !stop.is_cancelled() {
            let asked = Instant::now();
            // A renewal that hangs is a renewal that failed.
            let answer = tokio::time::timeout(RENEW_EVERY, self.store.lead(&holder)).await;
            match answer {
                Ok(Ok(Leadership::Leading { epoch })) => {
                    lease_ends = asked + LEADS_FOR;
                    // A new epoch means that another instance led in between: begin anew, rescuing its rows.
                    if term.as_ref().is_some_and(|term| term.epoch != epoch) {
                        self.end(term.take()).await;
                    }
                    term.get_or_insert_with(|| self.begin(epoch));
                }
                Ok(Ok(Leadership::Following)) => self.end(term.take()).await,
                Ok(Err(error)) => log::warn!("the leadership can't be renewed: {error}"),
                Err(_) => log::warn!("the leadership can't be renewed: the database does not answer"),
            }
            if Instant::now() + STOP_MARGIN >= lease_ends {
                self.end(term.take()).await;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep_until(asked + RENEW_EVERY) => {}
            }
        }
        let led = term.is_some();
        self.end(term.take()).await;
        if led && let Err(error) = self.store.resign(&holder).await {
            log::warn!("the leadership was not given up, it expires in {} s: {error}", LEADS_FOR.as_secs());
        }
    }

    fn begin(&self, epoch: i64) -> Term {
        self.health.set_leading(true);
        let term = Term { epoch, tasks: TaskTracker::new(), stop: CancellationToken::new() };
        let limits = Arc::new(Limits::new(self.pace()));
        self.begin_publishing(&term, &limits);
        if let Some(api) = &self.api {
            let bot = Arc::new(self.bot(api, &limits));
            let stop = term.stop.clone();
            term.tasks.spawn(supervise("the conversation", stop.clone(), move || {
                Arc::clone(&bot).run(stop.clone())
            }));
            let (stop, api) = (term.stop.clone(), api.clone());
            let (store, health, config, clock) =
                (self.store.clone(), self.health.clone(), Arc::clone(&self.config), self.clock.clone());
            term.tasks.spawn(supervise("delivery", stop.clone(), move || {
                let delivery = Delivery {
                    store: store.clone(),
                    api: api.clone(),
                    limits: Arc::clone(&limits),
                    health: health.clone(),
                    clock: clock.clone(),
                    settings: config.delivery.clone(),
                    platform: config.platform.clone(),
                    default_zone: config.digest.default_zone,
                };
                delivery.run(stop.clone())
            }));
        }
        term.tasks.close();
        term
    }

    /// Posts go out with or without a bot: only those for Telegram need one.
    fn begin_publishing(&self, term: &Term, limits: &Arc<Limits>) {
        let stop = term.stop.clone();
        let telegram = self.api.clone().map(|api| (api, Arc::clone(limits)));
        let (store, health, config, clock) =
            (self.store.clone(), self.health.clone(), Arc::clone(&self.config), self.clock.clone());
        term.tasks.spawn(supervise("publishing", stop.clone(), move || {
            let publishing = Publishing {
                store: store.clone(),
                telegram: telegram.clone(),
                health: health.clone(),
                clock: clock.clone(),
                settings: config.publishing.clone(),
                networks: config.networks.values().cloned().collect(),
            };
            publishing.run(stop.clone())
        }));
    }

    async fn end(&self, term: Option<Term>) {
        self.health.set_leading(false);
        if let Some(term) = term {
            term.end().await;
        }
    }

    fn bot(&self, api: &Api, limits: &Arc<Limits>) -> Bot {
        Bot {
            store: self.store.clone(),
            api: api.clone(),
            limits: Arc::clone(limits),
            acknowledgements: Acknowledgements::default(),
            health: self.health.clone(),
            clock: self.clock.clone(),
            telegram: self.config.telegram.clone(),
            platform: self.config.platform.clone(),
            digest: self.config.digest.clone(),
        }
    }

    fn pace(&self) -> Pace {
        let delivery = &self.config.delivery;
        Pace {
            per_second: delivery.messages_per_second,
            burst: delivery.burst,
            per_chat_per_second: delivery.per_chat_per_second,
            per_chat_burst: delivery.per_chat_burst,
            per_group_per_minute: delivery.per_group_per_minute,
        }
    }
}

/// Runs a part until it ends because of `stop`; starts it again when it panicked.
async fn supervise<F>(name: &str, stop: CancellationToken, mut start: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while !stop.is_cancelled() {
        match tokio::spawn(start()).await {
            Ok(()) if stop.is_cancelled() => return,
            Ok(()) => log::error!("{name} ended by itself, it is started again"),
            Err(_) => log::error!("{name} panicked, it is started again"),
        }
        tokio::time::sleep(RESTART_PAUSE).await;
    }
}
