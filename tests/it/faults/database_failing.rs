//! The database fails under the service: what was accepted is kept, what can't be kept is refused with a time to come
//! back, and when the database works again so does the service.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use bot_api::Options;
use futures::future::join_all;
use rand::Rng as _;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::store::LEADS_FOR;
use tokio::time::Instant;

use super::{in_full, invariants_hold, scaled};
use crate::harness::{
    Audience, Cluster, Connector, Database, Launch, News, PATIENCE, Platform, SmallDisk, World, dice, insta,
    number, post_to,
};

/// How long may it take until the service works again?
const RECOVERY: Duration = Duration::from_secs(10);

/// How long may a caller wait for any answer? As long as a request may take.
const ANSWER: Duration = Duration::from_secs(16);

/// How many people are told of things while there is trouble; one more hears first when it is over.
const READERS: usize = 20;

/// How many write at once, while PostgreSQL crashes and while SQLite is held.
const WRITERS_OF_MANY: usize = 8;
const WRITERS_OF_ONE: usize = 64;

/// How many events come in one request while the disk fills, and how many such requests it takes to fill it at most.
const BATCH: usize = 50;
const BATCHES: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_09_postgres_crashes_and_cuts_connections_and_nothing_is_lost() {
    let mut dice = dice();
    let cluster = Cluster::start();
    let world = World::on(Database::at(cluster.url()), Options::unlimited());
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let service = Launch::of(&world).start_ready().await;
    let platform = service.platform(&world).await.waiting(ANSWER);
    world.telegram.set_send_latency(Duration::from_millis(20));
    for _ in 0..scaled(50) {
        let mut moment = || Duration::from_millis(dice.random_range(0..500));
        let (before, down) = (moment(), moment());
        let crashes = dice.random();
        let trouble = async {
            tokio::time::sleep(before).await;
            if crashes {
                cluster.crash().await;
                tokio::time::sleep(down).await;
                cluster.resume().await;
            } else {
                cut_connections(&world).await;
            }
        };
        meanwhile(&platform, &mut audience, WRITERS_OF_MANY, trouble).await;
        works_again(&world, &platform, &mut audience).await;
    }
    assert!(audience.not_accepted() > 0, "no crash came while somebody wrote");
    // The service lived on: each outcome was written when the database was back.
    invariants_hold(&world, &audience, 0, PATIENCE * 3).await;
    assert_eq!(service.terminate().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_09_an_outage_longer_than_leases_repeats_nothing_that_was_on_its_way() {
    let cluster = Cluster::start();
    let world = World::on(Database::at(cluster.url()), Options::unlimited());
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let connector = Connector::open().await;
    let launch = Launch::of(&world).with_networks(&insta(&connector.url()));
    let service = launch.set("SCHEDULER_DELIVERY__LEASE_SECONDS", "4").start_ready().await;
    let platform = service.platform(&world).await;
    connector.takes(Duration::from_secs(1));
    world.telegram.set_send_latency(Duration::from_secs(1));
    platform.schedules("alice", post_to("insta", "New scones", world.clock.now())).await;
    audience.is_told(&platform, 1).await;
    let on_their_way = async || audience.rows(&world, "sending").await >= READERS as i64;
    world.until("the notices are on their way", on_their_way).await;
    connector.until_received(1).await;
    cluster.crash().await;
    // Not waited for, but what the fault is: somebody has to see to it.
    tokio::time::sleep(LEADS_FOR * 2).await;
    cluster.resume().await;
    world.outbox().await.until_settled(PATIENCE).await;
    audience.until_seen(&world, audience.told()).await;
    assert_eq!(audience.repeated(&world), 0, "some heard twice of one thing");
    let published = "SELECT COUNT(*) FROM posts WHERE status = 'published'";
    let known = async || world.number(published).await == 1;
    world.until("what became of the post is known", known).await;
    assert_eq!(service.terminate().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_09_an_event_is_accepted_right_after_all_connections_were_cut() {
    let cluster = Cluster::start();
    let world = World::on(Database::at(cluster.url()), Options::unlimited());
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let service = Launch::of(&world).start_ready().await;
    let platform = service.platform(&world).await.waiting(ANSWER);
    for round in 0..10 {
        // Used a moment ago: nobody asks these connections whether they still are there.
        audience.is_told(&platform, 1).await;
        cut_connections(&world).await;
        let news = audience.news_for(READERS, "post.failed");
        let answer = platform.tells(news.event.clone()).await;
        assert_eq!(
            answer.status, 202,
            "round {round}: nothing had been done yet, another connection could do it"
        );
        audience.hears_of(std::slice::from_ref(&news), &answer);
    }
    invariants_hold(&world, &audience, 0, PATIENCE).await;
    assert_eq!(service.terminate().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_09_a_commit_whose_answer_is_lost_holds_nobody_up() {
    let cluster = Cluster::start();
    let world = World::on(Database::at(cluster.url()), Options::unlimited());
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let service = Launch::of(&world).start_ready().await;
    let platform = service.platform(&world).await.waiting(ANSWER);
    // Who is cut off then never hears of it.
    world.holds_commits_up().await;
    let claimed = async {
        let cut =
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let rows = "SELECT COUNT(*) FROM notifications WHERE state = 'sending'";
        let both = async || world.number(cut).await >= 0 && world.number(rows).await > 0;
        world.until("a notice is claimed by somebody who does not hear of it", both).await;
    };
    let news = audience.news_for(READERS, "post.failed");
    let (answer, ()) = tokio::join!(platform.tells(news.event.clone()), claimed);
    assert_eq!(answer.status, 503, "nobody knows whether it was written: {answer:?}");
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("not known"), "it was written, and the caller is told: {detail}");
    world.lets_commits_go().await;
    audience.hears_of(std::slice::from_ref(&news), &answer);
    works_again(&world, &platform, &mut audience).await;
    invariants_hold(&world, &audience, 0, PATIENCE).await;
    assert_eq!(service.terminate().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_10_sqlite_held_by_somebody_else_refuses_and_never_lies() {
    let mut dice = dice();
    let world = World::asleep(Engine::Sqlite, Options::unlimited()).await;
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let mut launch = Launch::of(&world);
    if !in_full() {
        launch = launch.set("SCHEDULER_DATABASE__BUSY_TIMEOUT_MS", "300");
    }
    let service = launch.start_ready().await;
    let platform = service.platform(&world).await.waiting(ANSWER);
    for _ in 0..scaled(20) {
        let length = Duration::from_millis(dice.random_range(1_000..if in_full() { 10_000 } else { 2_000 }));
        let trouble = async {
            let hold = world.hold_the_database().await;
            tokio::time::sleep(length).await;
            hold.rollback().await.expect("the database can be let go");
        };
        meanwhile(&platform, &mut audience, WRITERS_OF_ONE, trouble).await;
        works_again(&world, &platform, &mut audience).await;
    }
    assert!(audience.not_accepted() > 0, "nobody was refused: the database was not held for long enough");
    invariants_hold(&world, &audience, 0, PATIENCE * 3).await;
    assert_eq!(service.terminate().await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_11_a_full_disk_refuses_clearly_and_goes_on_when_there_is_room() {
    let disk = SmallDisk::mounted(16);
    let url = format!("sqlite://{}/scheduler.db?mode=rwc", disk.path().display());
    let world = World::on(Database::at(&url), Options::unlimited());
    let mut audience = Audience::gathered(&world, READERS + 1).await;
    let mut service = Launch::of(&world).start_ready().await;
    let rounds = scaled(20);
    for round in 0..rounds {
        let platform = service.platform(&world).await.waiting(ANSWER);
        disk.fill();
        until_refused(&platform, &mut audience).await;
        service.says("disk is full").await;
        let alive = platform.send(platform.request(reqwest::Method::GET, "/healthz")).await;
        assert_eq!(alive.status, 200, "a full disk is no reason to die: {alive:?}");
        // Every other time the machine dies on top of it.
        if round % 2 == 1 {
            service.dies(&world).await;
            disk.make_room();
            service = Launch::of(&world).start_ready().await;
        } else {
            disk.make_room();
        }
        let platform = service.platform(&world).await.waiting(ANSWER);
        works_again(&world, &platform, &mut audience).await;
    }
    // What was on its way at a kill, and had no room to be written down.
    let in_flight = 64 * rounds.div_ceil(2);
    invariants_hold(&world, &audience, in_flight, PATIENCE * 3).await;
    assert_eq!(service.terminate().await.code, Some(0));
    let database = world.look_inside().await;
    let check = sea_orm::Statement::from_string(database.get_database_backend(), "PRAGMA integrity_check");
    let row = database.query_one_raw(check).await.expect("an answer").expect("a row");
    assert_eq!(row.try_get_by_index::<String>(0).expect("a word"), "ok", "the database is damaged");
    database.close().await.expect("a closed connection");
}

/// So many writers post events one after the other while `trouble` lasts, and each one more when it is over.
async fn meanwhile(
    platform: &Platform,
    audience: &mut Audience,
    writers: usize,
    trouble: impl Future<Output = ()>,
) {
    let audience = Mutex::new(audience);
    let over = AtomicBool::new(false);
    let writer = async |reader: usize| {
        loop {
            let last = over.load(Ordering::Relaxed);
            let news = lock(&audience).news_for(reader % READERS, "post.published");
            let answer = platform.tells(news.event.clone()).await;
            lock(&audience).hears_of(&[news], &answer);
            if last {
                return;
            }
        }
    };
    let trouble = async {
        trouble.await;
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(trouble, join_all((0..writers).map(writer)));
}

fn lock<'a, 'b>(audience: &'a Mutex<&'b mut Audience>) -> MutexGuard<'a, &'b mut Audience> {
    audience.lock().expect("no writer has panicked")
}

/// An event is accepted and arrives, soon enough after the trouble.
async fn works_again(world: &World, platform: &Platform, audience: &mut Audience) {
    let since = Instant::now();
    let news = loop {
        // Nothing waits for them, and failures go before what waits for others.
        let news = audience.news_for(READERS, "post.failed");
        let answer = platform.tells(news.event.clone()).await;
        audience.hears_of(std::slice::from_ref(&news), &answer);
        if answer.status == 202 {
            break news;
        }
        assert!(since.elapsed() < RECOVERY, "{:?} after the trouble: {answer:?}", since.elapsed());
    };
    let left = RECOVERY.saturating_sub(since.elapsed());
    let arrives = |message: &bot_api::ChatMessage| number(message.text()) == Some(news.number);
    let arrived = world.telegram.wait_for_message(audience.chat_of(&news), arrives, left).await;
    assert!(arrived.is_ok(), "accepted, and not told {RECOVERY:?} after the trouble");
}

/// Ends every connection to the database but our own, as an operator or a proxy does.
async fn cut_connections(world: &World) {
    let database = world.look_inside().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.execute_unprepared(cut).await.expect("connections can be ended");
    database.close().await.expect("a closed connection");
}

/// Posts until the disk has no room for more.
async fn until_refused(platform: &Platform, audience: &mut Audience) {
    for _ in 0..BATCHES {
        let news: Vec<News> =
            (0..BATCH).map(|it| audience.news_for(it % READERS, "post.published")).collect();
        let events: Vec<_> = news.iter().map(|it| &it.event).collect();
        let answer = platform.tells(json!({ "events": events })).await;
        audience.hears_of(&news, &answer);
        if answer.status != 202 {
            return;
        }
    }
    panic!("the disk is full and takes everything");
}
