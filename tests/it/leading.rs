//! Two instances on one PostgreSQL: one leads and talks with Telegram, both serve HTTP, and when the leader dies or
//! stops, the other takes over. A leader that freezes is in `faults::freezing`.

use std::time::Duration;

use bot_api::Options;
use serde_json::json;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::store::{LEADS_FOR, RENEW_EVERY};

use crate::harness::{Audience, Cluster, Database, Launch, Process, World};

/// How long may nobody lead after the leader died or froze? Its lease: the other knows when it ends.
pub const TAKE_OVER: Duration = LEADS_FOR.saturating_add(Duration::from_secs(1));

/// What an instance logs when its term begins.
pub const LEADING: &str = "leading: this instance";

struct Pair {
    world: World,
    leader: Process,
    follower: Process,
}

impl Pair {
    /// Two ready instances, the first of which leads.
    async fn ready() -> Self {
        let world = World::asleep(Engine::Postgres, Options::unlimited()).await;
        let leader = Launch::of(&world).start_ready().await;
        leader.says(LEADING).await;
        let follower = Launch::of(&world).start_ready().await;
        Self { world, leader, follower }
    }
}

/// How often Telegram refused a poll because two polled at once.
fn conflicts(world: &World) -> usize {
    world.telegram.requests_to("getUpdates").iter().filter(|poll| poll.outcome.status == 409).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_holds_the_next_leader_too() {
    let Pair { world, leader, follower } = Pair::ready().await;
    let platform = follower.platform(&world).await;
    let mut audience = Audience::linked(&world, &platform, 1).await;
    world.answer(&world.admin(), "/pause").await;
    leader.kill().await;
    follower.says_within(LEADING, TAKE_OVER).await;
    audience.is_told(&platform, 3).await;
    let stats = world.answer(&world.admin(), "/stats").await;
    assert!(stats.text().contains("⏸ Sending is paused"), "{}", stats.text());
    assert_eq!(audience.seen(&world), 0, "what the next leader accepted waits");
    world.answer(&world.admin(), "/resume").await;
    audience.until_everything_arrived(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_polls_and_both_serve() {
    let Pair { world, leader, follower } = Pair::ready().await;
    let mut audience = Audience::linked(&world, &follower.platform(&world).await, 2).await;
    audience.is_told(&follower.platform(&world).await, 5).await;
    audience.is_told(&leader.platform(&world).await, 5).await;
    audience.until_everything_arrived(&world).await;
    assert_eq!(audience.repeated(&world), 0);
    assert_eq!(conflicts(&world), 0, "two instances polled at once");
    assert!(!follower.log().join("\n").contains(LEADING), "{:#?}", follower.log());
    assert!(!follower.log().join("\n").contains("signed in"), "{:#?}", follower.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_start_at_once_on_an_empty_database_migrate_once() {
    let world = World::asleep(Engine::Postgres, Options::unlimited()).await;
    let both = [Launch::of(&world).start(), Launch::of(&world).start()];
    let mut migrated = 0;
    let mut leading = 0;
    for process in &both {
        process.until_ready().await;
        migrated += process.log().iter().filter(|line| line.contains("migrations applied")).count();
        leading += process.log().iter().filter(|line| line.contains(LEADING)).count();
    }
    assert_eq!((migrated, leading), (1, 1), "{:#?}\n{:#?}", both[0].log(), both[1].log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_dies_is_followed_within_its_lease() {
    let Pair { world, leader, follower } = Pair::ready().await;
    let mut audience = Audience::linked(&world, &follower.platform(&world).await, 2).await;
    leader.kill().await;
    audience.is_told(&follower.platform(&world).await, 2).await;
    audience.somebody().says("/help").expect("they can write");
    follower.says_within(LEADING, TAKE_OVER).await;
    audience.until_everything_arrived(&world).await;
    audience.somebody().sees("What I can do").await.expect("the new leader answers");
    assert_eq!(audience.repeated(&world), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_leader_claimed_by_a_commit_that_took_longer_than_its_lease_is_sent() {
    let cluster = Cluster::start();
    let world = World::on(Database::at(cluster.url()), Options::unlimited());
    let audience = Audience::gathered(&world, 1).await;
    let leader = Launch::of(&world).start_ready().await;
    leader.says(LEADING).await;
    // What follows holds up nobody who connects from now on.
    world.meddle("ALTER ROLE CURRENT_USER SET synchronous_commit = 'local'").await;
    world.holds_commits_up().await;
    let platform = leader.platform(&world).await;
    let somebody = audience.somebody();
    let event = json!({
        "type": "post.failed", "account": somebody.id().to_string(), "data": { "network": "instagram" }
    });
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    tokio::select! {
        answer = platform.tells(event) => panic!("it is not written yet: {answer:?}"),
        () = world.until("a claim is being committed", async || world.number(waiting).await > 0) => {}
    }
    leader.kill().await;
    let next = Launch::of(&world).start_ready().await;
    next.says_within(LEADING, TAKE_OVER).await;
    next.says("Scheduler started").await;
    world.lets_commits_go().await;
    somebody.sees("Instagram").await.expect("nobody waits for the end of a dead leader's lease");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_stops_hands_over_at_once() {
    let Pair { world, leader, follower } = Pair::ready().await;
    let mut audience = Audience::linked(&world, &follower.platform(&world).await, 3).await;
    world.telegram.set_send_latency(Duration::from_millis(100));
    audience.is_told(&leader.platform(&world).await, 10).await;
    audience.until_seen(&world, 3).await;
    let ended = leader.terminate().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    follower.says_within(LEADING, RENEW_EVERY + Duration::from_secs(1)).await;
    audience.until_everything_arrived(&world).await;
    assert_eq!(audience.repeated(&world), 0, "a hand-over repeats nothing");
}
