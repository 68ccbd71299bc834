//! The service is stopped again and again while it works, as deployments do.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::{invariants_hold, scaled};
use crate::harness::{Audience, Launch, PATIENCE};
use crate::on_both_databases_with_processes;

/// How long may stopping take? After ten seconds `docker stop` kills.
const GRACE: Duration = Duration::from_secs(10);

/// The words of /help, by which its answers are counted.
const HELP: &str = "What I can do";

on_both_databases_with_processes! {
    async fn fault_14_stops_under_load_lose_and_repeat_nothing(world) {
        let mut service = Launch::of(world).start_ready().await;
        let mut audience = Audience::linked(world, &service.platform(world).await, 5).await;
        world.telegram.set_send_latency(Duration::from_millis(60));
        let stops = scaled(100);
        for stop in 0..stops {
            let before = audience.seen(world);
            audience.is_told(&service.platform(world).await, 2).await;
            audience.somebody().says("/help").expect("they can write");
            audience.until_seen(world, before + 1).await;
            let signal = if stop % 2 == 0 { Signal::SIGTERM } else { Signal::SIGINT };
            service.signal(signal);
            let ended = service.ends().await;
            assert_eq!(ended.code, Some(0), "{signal}, stop {stop}: {ended:#?}");
            assert!(ended.took < GRACE, "{signal}, stop {stop}: {:?}", ended.took);
            service = Launch::of(world).start_ready().await;
        }
        // Each stop left some behind, in five lanes.
        let backlog = Duration::from_secs(stops as u64 / 2);
        invariants_hold(world, &audience, 0, PATIENCE + backlog).await;
        let chat = audience.somebody().id();
        world.until("each /help has its answer, and one only", || async {
            world.telegram.sent(chat).iter().filter(|message| message.text().contains(HELP)).count() == stops
        }).await;
        assert_eq!(service.terminate().await.code, Some(0));
    }
}
