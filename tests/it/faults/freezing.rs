//! A process is stopped for longer than what it holds is its own, as a paused container or a sleeping machine is,
//! and goes on as if nothing had been.

use std::time::Duration;

use bot_api::Options;
use nix::sys::signal::Signal;
use rand::Rng as _;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::store::LEADS_FOR;

use super::{in_full, invariants_hold, scaled};
use crate::harness::{Audience, Launch, PATIENCE, World, dice};
use crate::leading::{LEADING, TAKE_OVER};
use crate::on_both_databases_with_processes;

/// What an instance logs when another's term begins.
const FOLLOWING: &str = "following: another instance";

/// What a new leader logs when what the last one held is not that one's any more. A little before, an outcome of the
/// last one is still taken, as it should be: nobody else has the message yet.
const RESCUED: &str = "notifications of an earlier run are sent again";

/// What it logs when it comes too late to say what became of a message.
const REFUSED: &str = "the lease was over before its outcome";

/// Messages a second, so that a process holds more rows than are on their way when it freezes.
const PACE: usize = 15;

/// How many are on their way at that pace, when each takes 300 ms.
const IN_FLIGHT: usize = PACE / 3 + 1;

/// How long a claimed row is a process's own.
const LEASE: Duration = Duration::from_secs(4);

/// The service at that pace, with that lease.
fn paced(world: &World) -> Launch {
    world.telegram.set_send_latency(Duration::from_millis(300));
    Launch::of(world)
        .set("SCHEDULER_DELIVERY__MESSAGES_PER_SECOND", PACE.to_string())
        .set("SCHEDULER_DELIVERY__BURST", "1")
        .set("SCHEDULER_DELIVERY__LEASE_SECONDS", LEASE.as_secs().to_string())
        .set("SCHEDULER_DELIVERY__BACKOFF_SECONDS", "1,1,1,1")
}

on_both_databases_with_processes! {
    async fn fault_08_a_process_frozen_for_two_leases_repeats_what_was_on_its_way_at_most(world) {
        let mut dice = dice();
        let mut audience = Audience::gathered(world, 20).await;
        let service = paced(world).start_ready().await;
        for freeze in 0..scaled(10) {
            let before = audience.seen(world);
            audience.is_told(&service.platform(world).await, 2).await;
            audience.until_seen(world, before + 3).await;
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..300))).await;
            service.signal(Signal::SIGSTOP);
            // Not waited for, but what the fault is: the time for which it is frozen.
            tokio::time::sleep(LEASE * 2).await;
            service.signal(Signal::SIGCONT);
            invariants_hold(world, &audience, IN_FLIGHT * (freeze + 1), PATIENCE).await;
        }
        assert!(audience.most(world) <= 2, "a notice came {} times", audience.most(world));
        assert_eq!(service.terminate().await.code, Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_08_a_leader_frozen_for_two_leases_sends_nothing_of_what_it_held() {
    let mut dice = dice();
    let world = World::asleep(Engine::Postgres, Options::unlimited()).await;
    let mut audience = Audience::gathered(&world, 20).await;
    let mut leader = paced(&world).start_ready().await;
    let mut follower = paced(&world).start_ready().await;
    for freeze in 0..scaled(10) {
        let before = audience.seen(&world);
        audience.is_told(&follower.platform(&world).await, 3).await;
        audience.until_seen(&world, before + 3).await;
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..300))).await;
        let (led, followed) = (leader.times_said(FOLLOWING), follower.times_said(LEADING));
        let rescued = follower.times_said(RESCUED);
        leader.signal(Signal::SIGSTOP);
        let frozen = tokio::time::Instant::now();
        follower.says_again(LEADING, followed, TAKE_OVER).await;
        follower.says_again(RESCUED, rescued, PATIENCE).await;
        if in_full() {
            tokio::time::sleep_until(frozen + LEADS_FOR * 2).await;
        }
        leader.signal(Signal::SIGCONT);
        leader.says_again(FOLLOWING, led, PATIENCE).await;
        invariants_hold(&world, &audience, IN_FLIGHT * (freeze + 1), PATIENCE).await;
        (leader, follower) = (follower, leader);
    }
    assert!(audience.most(&world) <= 2, "a notice came {} times", audience.most(&world));
    // What was on its way at a freeze is written down by whoever sent it last, and by nobody else.
    let refused = follower.times_said(REFUSED) + leader.times_said(REFUSED);
    assert!(refused > 0, "no outcome came too late: nothing was on its way at a freeze");
    let twice = "SELECT COUNT(*) FROM notifications WHERE attempts > 1";
    assert_eq!(world.number(twice).await, 0, "an outcome that came too late was written down");
    // It follows, it is not broken: it takes over again when it has to.
    world.telegram.set_send_latency(Duration::ZERO);
    assert_eq!(leader.terminate().await.code, Some(0));
    audience.is_told(&follower.platform(&world).await, 1).await;
    audience.until_everything_arrived(&world).await;
}
