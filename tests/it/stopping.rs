//! A deployer stops the service, gently: what is in flight ends and is written down, nothing is lost or repeated.

use std::time::Duration;

use bot_api::{Fault, Options, Rule};
use nix::sys::signal::Signal;
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use telegram_bot_scheduler::config::Engine;

use crate::harness::{Audience, Launch, World};
use crate::on_both_databases_with_processes;

/// How long may stopping take? After ten seconds `docker stop` kills.
const GRACE: Duration = Duration::from_secs(10);

on_both_databases_with_processes! {
    async fn a_second_signal_hurries_nothing_and_breaks_nothing(world) {
        let service = Launch::of(world).start_ready().await;
        let mut audience = Audience::linked(world, &service.platform(world).await, 3).await;
        world.telegram.set_send_latency(Duration::from_millis(800));
        let sends = calls(world);
        audience.is_told(&service.platform(world).await, 1).await;
        world.until("notices are on their way", || async { calls(world) > sends }).await;
        service.signal(Signal::SIGTERM);
        service.says("stopping").await;
        service.signal(Signal::SIGTERM);
        service.signal(Signal::SIGINT);
        let ended = service.ends().await;
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        world.telegram.set_send_latency(Duration::ZERO);
        let _again = Launch::of(world).start_ready().await;
        audience.until_everything_arrived(world).await;
        assert_eq!(audience.repeated(world), 0);
    }

    async fn what_was_claimed_and_not_sent_goes_back(world) {
        let paced = Launch::of(world)
            .set("SCHEDULER_DELIVERY__MESSAGES_PER_SECOND", "4")
            .set("SCHEDULER_DELIVERY__BURST", "1");
        let service = Launch::of(world).start_ready().await;
        let mut audience = Audience::linked(world, &service.platform(world).await, 12).await;
        assert_eq!(service.terminate().await.code, Some(0));
        let service = paced.start_ready().await;
        audience.is_told(&service.platform(world).await, 1).await;
        audience.until_seen(world, 1).await;
        let ended = service.terminate().await;
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert!(ended.took < Duration::from_secs(2), "a stop sends nothing more: {:?}", ended.took);
        assert_eq!(audience.rows(world, "sending").await, 0, "a row is left half-way");
        assert!(audience.rows(world, "pending").await > 5, "the stop came before most of it");
        let _again = Launch::of(world).start_ready().await;
        audience.until_everything_arrived(world).await;
        assert_eq!(audience.repeated(world), 0);
    }

    async fn a_telegram_that_hangs_does_not_hold_the_stop_up(world) {
        let service = Launch::of(world).start_ready().await;
        let mut audience = Audience::linked(world, &service.platform(world).await, 3).await;
        world.telegram.fault_next(10_000, Rule::new(Fault::Hang { seconds: 60.0 }));
        let sends = calls(world);
        audience.is_told(&service.platform(world).await, 1).await;
        world.until("notices hang", || async { calls(world) > sends }).await;
        let ended = service.terminate().await;
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        assert!(ended.took < GRACE, "{:?}", ended.took);
        assert!(ended.complaint().contains("may go out twice"), "{ended:#?}");
        world.telegram.clear_faults();
        let _again = Launch::of(world).start_ready().await;
        audience.until_everything_arrived(world).await;
        assert_eq!(audience.repeated(world), 0, "Telegram took none of what hung");
    }

    async fn a_service_that_never_reached_telegram_stops_at_once(world) {
        let silent = Rule::new(Fault::Hang { seconds: 60.0 });
        for (what, down) in [("refuses connections", true), ("hangs", false)] {
            world.telegram.set_down(down);
            world.telegram.clear_faults();
            world.telegram.fault_next(1_000, silent.clone());
            let service = Launch::of(world).start();
            service.addr().await;
            let ended = service.terminate().await;
            assert_eq!(ended.code, Some(0), "Telegram {what}: {ended:#?}");
            assert!(ended.took < Duration::from_secs(3), "Telegram {what}: {:?}", ended.took);
        }
    }
}

#[tokio::test]
async fn a_start_that_waits_for_another_instances_migration_can_be_stopped() {
    let world = World::asleep(Engine::Postgres, Options::default()).await;
    let database = world.look_inside().await;
    let migrating = database.begin().await.expect("a transaction");
    migrating.execute_unprepared("SELECT pg_advisory_xact_lock(7265150402)").await.expect("the lock");
    let service = Launch::of(&world).start();
    service.says("telegram-bot-scheduler 0.1.0").await;
    let ended = service.terminate().await;
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    migrating.rollback().await.expect("the end of the migration");
    Launch::of(&world).start_ready().await;
}

/// How many messages the bot has tried to send.
fn calls(world: &World) -> u64 {
    let requests = world.telegram.stats().requests;
    requests
        .iter()
        .filter(|(method, _)| method.eq_ignore_ascii_case("sendMessage"))
        .map(|(_, count)| count)
        .sum()
}
