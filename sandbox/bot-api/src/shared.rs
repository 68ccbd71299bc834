//! What all requests and handles of one server share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::answer::json;
use crate::control::Event;
use crate::faults::Faults;
use crate::limits::FloodControl;
use crate::log::RequestLog;
use crate::options::{Limits, Options};
use crate::world::World;

/// How many events a slow listener of the event stream may lag behind before it misses some.
const EVENT_BACKLOG: usize = 4096;

/// How long a change of [`Reach`] may take before its caller goes on regardless.
const REACH_PATIENCE: Duration = Duration::from_secs(5);

/// Whether and how connections are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Connections are served.
    #[default]
    Up,
    /// Connecting is refused, as if no such server existed. The port stays reserved.
    Refusing,
    /// Connections are accepted and closed at once, without an answer.
    Closing,
}

/// The server's state. Locks are std mutexes held for microseconds, never across an await.
pub(crate) struct Shared {
    pub(crate) options: Options,
    started: Instant,
    world: Mutex<World>,
    flood: Mutex<HashMap<i64, FloodControl>>,
    faults: Mutex<Faults>,
    log: Mutex<RequestLog>,
    limits: Mutex<Limits>,
    latency_micros: AtomicU64,
    unauthorized: AtomicBool,
    reach: watch::Sender<Reach>,
    /// What the listener has really done about `reach`.
    reached: (Mutex<Option<Reach>>, Condvar),
    /// Counts changes of the world: who waits for one never misses it.
    changed: watch::Sender<u64>,
    /// Counts logged requests.
    requested: watch::Sender<u64>,
    events: broadcast::Sender<Event>,
    /// Wakes the webhook deliverer.
    pub(crate) webhook_wake: Notify,
    /// Ends everything the server runs.
    pub(crate) stop: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A test that panics while holding a lock must not turn every later look at the server into a second panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(options: Options, world: World) -> Self {
        let reach = if options.start_down { Reach::Refusing } else { Reach::Up };
        let latency = options.send_latency;
        Self {
            started: Instant::now(),
            world: Mutex::new(world),
            flood: Mutex::default(),
            faults: Mutex::new(Faults::new(options.seed)),
            log: Mutex::new(RequestLog::new(options.log_capacity)),
            limits: Mutex::new(options.limits),
            latency_micros: AtomicU64::new(micros(latency)),
            unauthorized: AtomicBool::new(false),
            reach: watch::Sender::new(reach),
            reached: (Mutex::new(None), Condvar::new()),
            changed: watch::Sender::new(0),
            requested: watch::Sender::new(0),
            events: broadcast::Sender::new(EVENT_BACKLOG),
            webhook_wake: Notify::new(),
            stop: CancellationToken::new(),
            options,
        }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.log)
    }

    /// Works on the flood control of one bot.
    pub(crate) fn flood<T>(&self, bot: i64, work: impl FnOnce(&mut FloodControl) -> T) -> T {
        let mut all = lock(&self.flood);
        work(all.entry(bot).or_insert_with(|| FloodControl::new(*lock(&self.limits))))
    }

    /// Sets the limits of every bot, those to come included.
    pub(crate) fn set_limits(&self, limits: Limits) {
        let mut all = lock(&self.flood);
        *lock(&self.limits) = limits;
        all.values_mut().for_each(|flood| flood.set(limits));
    }

    /// Since the server started, by the monotonic clock.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency_micros.load(Ordering::Relaxed))
    }

    pub(crate) fn set_latency(&self, latency: Duration) {
        self.latency_micros.store(micros(latency), Ordering::Relaxed);
    }

    pub(crate) fn is_unauthorized(&self) -> bool {
        self.unauthorized.load(Ordering::Relaxed)
    }

    pub(crate) fn set_unauthorized(&self, unauthorized: bool) {
        self.unauthorized.store(unauthorized, Ordering::Relaxed);
    }

    /// What is wanted of the listener, and changes of it.
    pub(crate) fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    pub(crate) fn set_reach(&self, reach: Reach) {
        self.reach.send_replace(reach);
    }

    /// The listener has done what was wanted.
    pub(crate) fn set_reached(&self, reach: Reach) {
        *lock(&self.reached.0) = Some(reach);
        self.reached.1.notify_all();
    }

    /// Blocks until the listener is in the wanted state: callers rely on it in their very next line. Must not be
    /// called on the server's own thread.
    pub(crate) fn wait_reached(&self) {
        let wanted = *self.reach.borrow();
        let is_pending = |reached: &mut Option<Reach>| *reached != Some(wanted);
        // An error is poison only; the state is plain data.
        let _ = self.reached.1.wait_timeout_while(lock(&self.reached.0), REACH_PATIENCE, is_pending);
    }

    /// The world has changed: wakes whoever waits for something in it.
    pub(crate) fn touch(&self) {
        self.changed.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// Changes of the world from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A request was logged: wakes whoever waits for one.
    pub(crate) fn touch_requests(&self) {
        self.requested.send_modify(|requests| *requests = requests.wrapping_add(1));
    }

    /// Requests from now on.
    pub(crate) fn requests(&self) -> watch::Receiver<u64> {
        self.requested.subscribe()
    }

    /// Queues an update for a bot, if it wants that kind, and wakes whoever fetches or posts it.
    pub(crate) fn queue(&self, world: &mut World, bot: i64, kind: &str, payload: &impl Serialize, lane: i64) {
        let Some(bot) = world.bots.get_mut(&bot) else { return };
        if bot.queue.allows(kind) {
            bot.queue.push(kind, &json(payload), lane);
            bot.wake.notify_waiters();
            self.webhook_wake.notify_one();
        }
    }

    /// Tells the event stream; `event` is only built if somebody listens.
    pub(crate) fn emit(&self, event: impl FnOnce() -> Event) {
        if self.events.receiver_count() > 0 {
            // An error means the last listener has just left.
            let _ = self.events.send(event());
        }
    }

    /// A copy for an event, made only if somebody listens: the hot path must not pay for an empty room.
    pub(crate) fn copy_for_listeners<T: Clone>(&self, value: &T) -> Option<Box<T>> {
        (self.events.receiver_count() > 0).then(|| Box::new(value.clone()))
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
