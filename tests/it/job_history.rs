//! What becomes of runs that go wrong: a job that panics, hangs, is asked for twice, or dies with its process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use telegram_bot_scheduler::clock::Clock;
use telegram_bot_scheduler::domain::audit::Actor;
use telegram_bot_scheduler::domain::job::{INTERRUPTED, Outcome, Requester, Run, When};
use telegram_bot_scheduler::jobs::{Done, Entry, JobError, Timetable};
use telegram_bot_scheduler::store::Store;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::harness::PATIENCE;
use crate::on_both_databases;

/// A timetable of misbehaving jobs, alone with its database.
struct Alone {
    store: Store,
    clock: Clock,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// Due once a day only, so that it runs when a test says so.
fn entry<F>(name: &'static str, limit: Duration, work: impl Fn() -> F + Send + Sync + 'static) -> Entry
where
    F: Future<Output = Done> + Send + 'static,
{
    let when = When::Every(TimeDelta::days(1));
    Entry { name, when, limit, work: Arc::new(move || Box::pin(work())) }
}

impl Alone {
    fn start(store: Store, clock: Clock, entries: Vec<Entry>) -> Self {
        let stop = CancellationToken::new();
        let timetable = Timetable::new(store.clone(), clock.clone(), entries);
        Self { store, clock, stop: stop.clone(), running: tokio::spawn(timetable.run(stop)) }
    }

    async fn ask_for(&self, job: &str) -> Run {
        let run = self.store.request_run(job, &Actor::Admin(900), self.clock.now()).await;
        run.expect("the wish is kept")
    }

    async fn end_of(&self, id: i64) -> Run {
        let run = self.store.wait_for_run(id, PATIENCE).await.expect("the run can be read").expect("the run");
        assert!(run.finished_at.is_some(), "the run never ended: {run:?}");
        run
    }

    async fn until_it_runs(&self, id: i64) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.store.run(id).await.expect("readable").expect("a run").started_at.is_none() {
            assert!(tokio::time::Instant::now() < deadline, "run {id} never began");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops as the leader does; returns how long that took.
    async fn stop(self) -> Duration {
        let began = tokio::time::Instant::now();
        self.stop.cancel();
        self.running.await.expect("the timetable survives its jobs");
        began.elapsed()
    }
}

const LONG: Duration = Duration::from_secs(60);

on_both_databases! {
    async fn a_job_that_panics_is_written_down_and_the_others_run(world) {
        world.stop().await;
        let entries = vec![
            entry("panics", LONG, || async { panic!("a bug with a secret in it") }),
            entry("panics_at_once", LONG, || -> std::future::Ready<Done> { panic!("before it began") }),
            entry("fails", LONG, || async { Err(JobError("the disk is full".into())) }),
            entry("works", LONG, || async { Ok(3) }),
        ];
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), entries);
        for (job, outcome, words) in [
            ("panics", Outcome::Panicked, Some("panicked")),
            ("panics_at_once", Outcome::Panicked, Some("panicked")),
            ("fails", Outcome::Failed, Some("the disk is full")),
            ("works", Outcome::Ok, None),
            ("panics", Outcome::Panicked, Some("panicked")),
        ] {
            let run = alone.end_of(alone.ask_for(job).await.id).await;
            assert_eq!(run.outcome, Some(outcome), "{run:?}");
            let error = run.error.unwrap_or_default();
            assert!(error.contains(words.unwrap_or_default()) && !error.contains("secret"), "{error}");
            assert_eq!(error.is_empty(), words.is_none(), "{job}: {error}");
            assert_eq!(run.items, (job == "works").then_some(3));
        }
        alone.stop().await;
    }

    async fn a_job_that_hangs_is_ended_when_its_time_is_over(world) {
        world.stop().await;
        let hangs = entry("hangs", Duration::from_millis(200), std::future::pending);
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), vec![hangs]);
        let run = alone.end_of(alone.ask_for("hangs").await.id).await;
        assert_eq!((run.outcome, run.error.as_deref()), (Some(Outcome::TimedOut), Some("not done after 0.2 s")));
        assert!(run.took().is_some_and(|took| took < Duration::from_secs(5)), "{run:?}");
        let again = alone.end_of(alone.ask_for("hangs").await.id).await;
        assert_ne!(again.id, run.id, "after one that hung the next one runs");
        alone.stop().await;
    }

    async fn a_job_never_overlaps_itself_and_the_second_wish_waits(world) {
        world.stop().await;
        let door = Arc::new(Semaphore::new(0));
        let (inside, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let slow = {
            let (door, inside, most) = (Arc::clone(&door), Arc::clone(&inside), Arc::clone(&most));
            entry("slow", LONG, move || {
                let (door, inside, most) = (Arc::clone(&door), Arc::clone(&inside), Arc::clone(&most));
                async move {
                    most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    door.acquire().await.expect("an open semaphore").forget();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    Ok(1)
                }
            })
        };
        let punctual = entry("punctual", LONG, || async { Ok(0) });
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), vec![slow, punctual]);
        let first = alone.ask_for("slow").await;
        alone.until_it_runs(first.id).await;
        let second = alone.ask_for("slow").await;
        assert_ne!(second.id, first.id, "a run under way is not the one that was asked for now");
        assert_eq!(alone.ask_for("slow").await.id, second.id, "only one waits");
        // Its slot comes while it runs: that waits too.
        world.time_passes(TimeDelta::days(1));
        world.until("another job's slot has come", || async {
            !alone.store.runs_of("punctual", 1).await.expect("readable").is_empty()
        }).await;
        assert!(alone.store.run(second.id).await.expect("readable").expect("a run").started_at.is_none());
        assert_eq!(alone.store.runs_of("slow", 10).await.expect("readable").len(), 2, "nothing else began");
        door.add_permits(1);
        let first = alone.end_of(first.id).await;
        alone.until_it_runs(second.id).await;
        door.add_permits(2);
        let second = alone.end_of(second.id).await;
        assert!(second.started_at >= first.finished_at, "{first:?} {second:?}");
        world.until("the slot that waited is run for, too", || async {
            let runs = alone.store.runs_of("slow", 10).await.expect("readable");
            runs.iter().filter(|run| run.requested_by == "timetable" && run.finished_at.is_some()).count() == 1
        }).await;
        assert_eq!(most.load(Ordering::SeqCst), 1, "the job overlapped itself");
        alone.stop().await;
    }

    async fn a_stop_ends_what_is_running_and_says_so(world) {
        world.stop().await;
        let entries = vec![entry("hangs", LONG, std::future::pending)];
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), entries);
        let run = alone.ask_for("hangs").await;
        alone.until_it_runs(run.id).await;
        let waiting = alone.ask_for("hangs").await;
        let store = alone.store.clone();
        let took = alone.stop().await;
        assert!(took < Duration::from_secs(5), "stopping took {took:?}");
        let run = store.run(run.id).await.expect("readable").expect("a run");
        assert_eq!((run.outcome, run.error.as_deref()), (Some(Outcome::Failed), Some(INTERRUPTED)), "{run:?}");
        let waiting = store.run(waiting.id).await.expect("readable").expect("a run");
        assert_eq!(waiting.started_at, None, "what waited waits for the next start: {waiting:?}");
    }

    async fn a_run_that_died_with_its_process_is_marked_at_the_next_start(world) {
        world.stop().await;
        let store = world.store_alone().await;
        let (now, by) = (world.clock.now(), Requester::Timetable);
        let died = store.begin_run("works", &by, now, now).await.expect("begun");
        let entries = vec![entry("works", LONG, || async { Ok(0) })];
        let alone = Alone::start(store.clone(), world.clock.clone(), entries);
        let run = alone.end_of(died).await;
        assert_eq!((run.outcome, run.error.as_deref()), (Some(Outcome::Failed), Some(INTERRUPTED)), "{run:?}");
        let next = alone.end_of(alone.ask_for("works").await.id).await;
        assert_eq!(next.outcome, Some(Outcome::Ok), "the job is free again: {next:?}");
        // The dead process comes back to life and wants to finish its run.
        let late = store.finish_run(died, Outcome::Ok, Some(1), None, world.clock.now()).await;
        assert!(!late.expect("no error"), "a stale finish is refused");
        assert_eq!(store.run(died).await.expect("readable").expect("a run").error.as_deref(), Some(INTERRUPTED));
        alone.stop().await;
    }

    async fn a_wish_made_at_another_instance_is_taken(world) {
        world.stop().await;
        let entries = vec![entry("works", LONG, || async { Ok(0) })];
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), entries);
        // It shares the database with the leader and nothing else: no wake-up reaches the leader.
        let follower = world.store_alone().await;
        let by = Actor::Api("the operator".into());
        let asked = follower.request_run("works", &by, world.clock.now()).await.expect("the wish is kept");
        let run = follower.wait_for_run(asked.id, PATIENCE).await.expect("readable").expect("a run");
        assert_eq!((run.outcome, run.requested_by.as_str()), (Some(Outcome::Ok), "api:the operator"), "{run:?}");
        alone.stop().await;
    }

    async fn a_wish_for_a_job_that_is_no_more_is_turned_down(world) {
        world.stop().await;
        let entries = vec![entry("works", LONG, || async { Ok(0) })];
        let alone = Alone::start(world.store_alone().await, world.clock.clone(), entries);
        let run = alone.end_of(alone.ask_for("of_an_older_version").await.id).await;
        assert_eq!((run.outcome, run.error.as_deref()), (Some(Outcome::Failed), Some("there is no such job")));
        assert_eq!(alone.end_of(alone.ask_for("works").await.id).await.outcome, Some(Outcome::Ok));
        alone.stop().await;
    }
}
