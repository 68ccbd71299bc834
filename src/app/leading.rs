//! What only one instance does: poll, talk, deliver, publish, keep the timetable. Started when this instance
//! leads, stopped when it doesn't any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bot::{Attention, Bot};
use crate::clock::Clock;
use crate::config::{Config, Engine, UpdateMode};
use crate::delivery::Delivery;
use crate::health::Health;
use crate::jobs::Jobs;
use crate::publish::Publishing;
use crate::store::{LEADS_FOR, Leadership, RENEW_EVERY, Store};
use crate::telegram::{Acknowledgements, Api, Inbox, Limits, Pace};

/// How long before its lease ends does a leader stop that can't renew it?
const STOP_MARGIN: Duration = Duration::from_secs(2);

/// How soon after another's lease has ended is it asked for? By the database's clock, not by this one.
const JUST_AFTER: Duration = Duration::from_millis(20);

/// How long may what is in flight take to be answered, and written down, when a term ends? Less than the process has
/// for all of stopping.
const DRAIN_LIMIT: Duration = Duration::from_secs(7);

/// How often is a database asked that is away whether it is there again?
const ASK_EVERY: Duration = Duration::from_millis(500);

/// The wait before a part is started again that panicked.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Everything the leader's parts are made of.
pub(super) struct Leader {
    pub(super) store: Store,
    pub(super) health: Health,
    pub(super) api: Option<Api>,
    pub(super) inbox: Inbox,
    pub(super) config: Arc<Config>,
    pub(super) clock: Clock,
}

/// The parts while this instance leads.
struct Term {
    epoch: i64,
    tasks: TaskTracker,
    /// Cancelled when nothing may be begun any more.
    stop: CancellationToken,
    /// Cancelled when nobody can wait any longer for what is in flight.
    cut: CancellationToken,
}

impl Term {
    /// Ends it. As long as the database is away nobody else can lead, and what comes of what is in flight can't be
    /// written down: given up, it would be sent once more. So its time begins when the database is there, or when the
    /// process `stops`.
    async fn end(self, store: &Store, stops: &CancellationToken) {
        self.stop.cancel();
        let time_is_over = async {
            tokio::select! {
                () = until_it_answers(store) => {}
                () = stops.cancelled() => {}
            }
            tokio::time::sleep(DRAIN_LIMIT).await;
        };
        tokio::select! {
            () = self.tasks.wait() => return,
            () = time_is_over => {}
        }
        self.cut.cancel();
        self.tasks.wait().await;
    }
}

async fn until_it_answers(store: &Store) {
    while store.ping().await.is_err() {
        tokio::time::sleep(ASK_EVERY).await;
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
            let mut ask_again = asked + RENEW_EVERY;
            // A renewal that hangs is a renewal that failed.
            let limit = if term.is_some() { ask_again.min(lease_ends - STOP_MARGIN) } else { ask_again };
            match tokio::time::timeout_at(limit, self.store.lead(&holder)).await {
                Ok(Ok(Leadership::Leading { epoch })) => {
                    // A new epoch means that another instance led in between: begin anew, rescuing its rows.
                    if term.as_ref().is_some_and(|term| term.epoch != epoch) {
                        self.lose(term.take(), &stop).await;
                        continue;
                    }
                    lease_ends = asked + LEADS_FOR;
                    self.health.leads_until(lease_ends);
                    term.get_or_insert_with(|| self.begin(epoch));
                }
                Ok(Ok(Leadership::Following { expires_in })) => {
                    self.lose(term.take(), &stop).await;
                    ask_again = ask_again.min(Instant::now() + expires_in + JUST_AFTER);
                }
                Ok(Err(error)) => log::warn!("the leadership can't be renewed: {error}"),
                Err(_) => log::warn!("the leadership can't be renewed: the database does not answer"),
            }
            if term.is_some() {
                let must_stop = lease_ends - STOP_MARGIN;
                if Instant::now() >= must_stop {
                    self.lose(term.take(), &stop).await;
                }
                ask_again = ask_again.min(must_stop);
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep_until(ask_again) => {}
            }
        }
        if let Some(term) = term {
            self.lay_down(term, &holder, &stop).await;
        }
    }

    /// Ends the term of a leader that goes in order: it leads until what is in flight has ended, so that nobody
    /// takes over in the middle; then somebody may at once.
    async fn lay_down(&self, term: Term, holder: &str, stop: &CancellationToken) {
        let renewing = async {
            loop {
                tokio::time::sleep(RENEW_EVERY).await;
                let asked = Instant::now();
                if let Ok(Leadership::Leading { .. }) = self.store.lead(holder).await {
                    self.health.leads_until(asked + LEADS_FOR);
                }
            }
        };
        // Beside each other: a renewal may hang for longer than what is in flight may take.
        tokio::select! {
            () = term.end(&self.store, stop) => {}
            () = renewing => {}
        }
        self.health.follows();
        if let Err(error) = self.store.resign(holder).await {
            log::warn!("the leadership was not given up, it expires in {} s: {error}", LEADS_FOR.as_secs());
        }
    }

    fn begin(&self, epoch: i64) -> Term {
        if self.config.database.engine() == Engine::Postgres {
            log::info!("leading: this instance talks with Telegram and sends");
        }
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let term = Term { epoch, tasks: TaskTracker::new(), stop, cut };
        let (jobs, stop) = (Arc::new(self.jobs()), term.stop.clone());
        term.tasks
            .spawn(supervise("the timetable", stop.clone(), move || Arc::clone(&jobs).run(stop.clone())));
        let limits = Arc::new(Limits::new(self.pace()));
        self.begin_publishing(&term, &limits);
        if let Some(api) = &self.api {
            let bot = Arc::new(self.bot(api, &limits));
            let stop = term.stop.clone();
            term.tasks.spawn(supervise("the conversation", stop.clone(), move || {
                Arc::clone(&bot).run(stop.clone())
            }));
            self.begin_broadcasting(&term, api, &limits);
            let (stop, cut, api) = (term.stop.clone(), term.cut.clone(), api.clone());
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
                delivery.run(stop.clone(), cut.clone())
            }));
        }
        term.tasks.close();
        term
    }

    /// Beside the conversation, which no broadcast may delay.
    fn begin_broadcasting(&self, term: &Term, api: &Api, limits: &Arc<Limits>) {
        let (bot, stop) = (Arc::new(self.bot(api, limits)), term.stop.clone());
        term.tasks.spawn(supervise("broadcasting", stop.clone(), move || {
            Arc::clone(&bot).spread_broadcasts(stop.clone())
        }));
    }

    /// Posts go out with or without a bot: only those for Telegram need one.
    fn begin_publishing(&self, term: &Term, limits: &Arc<Limits>) {
        let (stop, cut) = (term.stop.clone(), term.cut.clone());
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
            publishing.run(stop.clone(), cut.clone())
        }));
    }

    /// Another instance leads, or may in a moment: from now on nothing is begun, whatever still ends.
    async fn lose(&self, term: Option<Term>, stop: &CancellationToken) {
        self.health.follows();
        if let Some(term) = term {
            log::warn!("following: another instance talks with Telegram, or soon will");
            term.end(&self.store, stop).await;
        }
    }

    fn bot(&self, api: &Api, limits: &Arc<Limits>) -> Bot {
        Bot {
            store: self.store.clone(),
            api: api.clone(),
            limits: Arc::clone(limits),
            attention: Attention::default(),
            acknowledgements: Acknowledgements::default(),
            inbox: self.inbox.clone(),
            health: self.health.clone(),
            clock: self.clock.clone(),
            telegram: self.config.telegram.clone(),
            platform: self.config.platform.clone(),
            networks: self.config.networks.clone(),
            digest: self.config.digest.clone(),
            messages_per_second: self.config.delivery.messages_per_second,
            backup_time: self.config.jobs.backup_time,
        }
    }

    fn jobs(&self) -> Jobs {
        Jobs {
            store: self.store.clone(),
            api: self.api.clone(),
            webhook_wanted: self.config.telegram.update_mode != UpdateMode::Polling,
            health: self.health.clone(),
            clock: self.clock.clone(),
            settings: self.config.jobs.clone(),
            admins: self.config.telegram.admins.clone(),
            alerts: self.config.alerts.clone(),
            database: self.config.database.clone(),
            max_attempts: self.config.delivery.max_attempts(),
            default_zone: self.config.digest.default_zone,
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
