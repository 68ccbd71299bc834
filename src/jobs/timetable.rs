//! Ticks, decides what is due, takes requested runs, catches up what was missed, stops.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clokwerk::{AsyncScheduler, TimeUnits as _};
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Entry, run};
use crate::clock::Clock;
use crate::domain::job::{Outcome, Requester, Run};
use crate::store::{Store, StoreError};

/// How often does each job look whether it is due, in seconds?
const TICK_SECONDS: u32 = 1;

/// How often is the ticker asked? Often enough that a tick is not late by much.
const TICKER_PAUSE: Duration = Duration::from_millis(250);

/// How often are runs looked for that another instance was asked for? Ours wake us.
const REQUESTS_EVERY: Duration = Duration::from_secs(1);

/// When is a run tried again that could not be written as begun?
const BEGIN_AGAIN: TimeDelta = TimeDelta::seconds(5);

/// The pause before the database is asked again at the start.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// The timetable at work.
pub struct Timetable {
    shared: Arc<Shared>,
    lines: Vec<Arc<Line>>,
}

struct Shared {
    store: Store,
    clock: Clock,
    /// Ends the runs under way.
    stop: CancellationToken,
    runs: TaskTracker,
}

/// One job and its guard.
struct Line {
    entry: Entry,
    // A std mutex: held for a look and a change, never across an await.
    state: Mutex<State>,
}

struct State {
    running: bool,
    next: DateTime<Utc>,
}

/// Why a run begins.
enum Cause {
    /// This slot is due.
    Slot(DateTime<Utc>, Requester),
    /// Somebody asked for it.
    Request(Run),
}

impl Timetable {
    /// A timetable of `entries`.
    pub fn new(store: Store, clock: Clock, entries: Vec<Entry>) -> Self {
        let now = clock.now();
        let line = |entry: Entry| {
            let state = State { running: false, next: entry.when.next_slot(now) };
            Arc::new(Line { entry, state: Mutex::new(state) })
        };
        let lines = entries.into_iter().map(line).collect();
        let shared = Shared { store, clock, stop: CancellationToken::new(), runs: TaskTracker::new() };
        Self { shared: Arc::new(shared), lines }
    }

    /// Keeps the timetable until `stop`; then ends what is running and returns when that is written down.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.keep() => {}
        }
        self.shared.stop.cancel();
        self.shared.runs.close();
        self.shared.runs.wait().await;
    }

    async fn keep(&self) {
        self.take_over().await;
        self.announce();
        let mut ticker = AsyncScheduler::with_tz(Utc);
        for line in &self.lines {
            let (shared, line) = (Arc::clone(&self.shared), Arc::clone(line));
            // Only tries the guard and spawns: the ticker waits for what a closure returns.
            ticker.every(TICK_SECONDS.seconds()).run(move || {
                shared.begin_if_due(&line);
                std::future::ready(())
            });
        }
        tokio::join!(tick(&mut ticker), self.take_requests());
    }

    /// Marks what a dead process was running, and runs once what was missed while nobody led.
    async fn take_over(&self) {
        loop {
            match self.shared.store.interrupt_runs(self.shared.clock.now()).await {
                Ok(0) => break,
                Ok(runs) => {
                    log::info!(target: "jobs", "{runs} runs of an earlier leader were interrupted");
                    break;
                }
                Err(error) => log::error!(target: "jobs", "an earlier leader's runs can't be ended: {error}"),
            }
            tokio::time::sleep(STORE_PAUSE).await;
        }
        for line in &self.lines {
            while let Err(error) = self.catch_up(line).await {
                log::error!(target: "jobs", "{}: what was missed can't be told: {error}", line.entry.name);
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }

    async fn catch_up(&self, line: &Arc<Line>) -> Result<(), StoreError> {
        let Some(last_run) = self.shared.store.last_slot_run(line.entry.name).await? else { return Ok(()) };
        let now = self.shared.clock.now();
        let last_slot = line.entry.when.last_slot(now);
        if last_run < last_slot {
            log::info!(target: "jobs", "{}: catching up, last run for {last_run}", line.entry.name);
            line.lock().next = line.entry.when.next_slot(now);
            self.shared.begin(line, Cause::Slot(last_slot, Requester::CatchUp));
        }
        Ok(())
    }

    fn announce(&self) {
        log::info!("Scheduler started with {} jobs:", self.lines.len());
        for line in &self.lines {
            let next = line.lock().next;
            let next = next.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            log::info!("  - {} ({}), next run {next}", line.entry.name, line.entry.when);
        }
    }

    /// Takes what was asked for, here or at another instance, as soon as the job is free.
    async fn take_requests(&self) {
        loop {
            match self.shared.store.queued_runs().await {
                Ok(queued) => {
                    for run in queued {
                        self.take(run).await;
                    }
                }
                Err(error) => log::warn!(target: "jobs", "requested runs can't be read: {error}"),
            }
            self.shared.store.wait_for_run_request(REQUESTS_EVERY).await;
        }
    }

    async fn take(&self, run: Run) {
        match self.lines.iter().find(|line| line.entry.name == run.job) {
            Some(line) => self.shared.begin(line, Cause::Request(run)),
            None => self.turn_down(&run).await,
        }
    }

    /// A job that there is no more: asked for before an update.
    async fn turn_down(&self, run: &Run) {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let turned_down = async {
            store.begin_requested_run(run.id, now).await?;
            store.finish_run(run.id, Outcome::Failed, None, Some("there is no such job".into()), now).await
        };
        if let Err(error) = turned_down.await {
            log::warn!(target: "jobs", "run {} can't be turned down: {error}", run.id);
        }
    }
}

/// Asks the ticker for ever, whatever happens in it.
async fn tick(ticker: &mut AsyncScheduler<Utc>) {
    loop {
        if AssertUnwindSafe(async { ticker.run_pending().await }).catch_unwind().await.is_err() {
            log::error!(target: "jobs", "the ticker panicked, it goes on");
        }
        tokio::time::sleep(TICKER_PAUSE).await;
    }
}

impl Shared {
    fn begin_if_due(self: &Arc<Self>, line: &Arc<Line>) {
        let now = self.clock.now();
        let due = {
            let mut state = line.lock();
            let next_slot = line.entry.when.next_slot(now);
            // When the clock was set back, the next slot is earlier than it was.
            state.next = state.next.min(next_slot);
            // While it runs, its slot waits: late, and once however many there were.
            let due = state.next <= now && !state.running;
            if due {
                state.next = next_slot;
            }
            due
        };
        if due {
            self.begin(line, Cause::Slot(line.entry.when.last_slot(now), Requester::Timetable));
        }
    }

    /// Begins a run, unless one is under way: then the cause stays where it is.
    fn begin(self: &Arc<Self>, line: &Arc<Line>, cause: Cause) {
        let Some(guard) = line.guard() else { return };
        let shared = Arc::clone(self);
        self.runs.spawn(async move {
            let line = &guard.0;
            match shared.written_as_begun(line, &cause).await {
                Ok(Some(id)) => {
                    run::carry_out(&line.entry, id, &shared.store, &shared.clock, &shared.stop).await;
                    drop(guard);
                    // A run that was asked for meanwhile can begin now.
                    shared.store.wake_timetable();
                }
                Ok(None) => {}
                Err(error) => {
                    log::error!(target: "jobs", "{}: a run can't be written: {error}", line.entry.name);
                    if matches!(cause, Cause::Slot(..)) {
                        let again = shared.clock.now() + BEGIN_AGAIN;
                        let mut state = line.lock();
                        state.next = state.next.min(again);
                    }
                }
            }
        });
    }

    async fn written_as_begun(&self, line: &Line, cause: &Cause) -> Result<Option<i64>, StoreError> {
        let now = self.clock.now();
        match cause {
            Cause::Slot(slot, by) => self.store.begin_run(line.entry.name, by, *slot, now).await.map(Some),
            Cause::Request(run) => Ok(self.store.begin_requested_run(run.id, now).await?.then_some(run.id)),
        }
    }
}

/// Says that a job runs, as long as it is there; whatever ends the run ends it.
struct Guard(Arc<Line>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.lock().running = false;
    }
}

impl Line {
    /// The right to run; `None` while somebody has it.
    fn guard(self: &Arc<Self>) -> Option<Guard> {
        let mut state = self.lock();
        if state.running {
            return None;
        }
        state.running = true;
        Some(Guard(Arc::clone(self)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
