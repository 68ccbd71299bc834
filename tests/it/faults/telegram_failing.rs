//! The network and Telegram fail in every way there is, and people hear of everything all the same.

use std::collections::HashMap;
use std::time::Duration;

use bot_api::{Fault, FaultPlan, Request, Rule};
use chrono::TimeDelta;

use super::{in_full, invariants_hold, scaled};
use crate::harness::news::failed;
use crate::harness::{Audience, PATIENCE, World, seed};
use crate::on_both_databases;

/// How many people hear of things while Telegram fails; with a tenth of them, a tenth of the numbers.
const READERS: usize = 600;

/// For how long Telegram tells a chat to wait, in seconds.
const RETRY_AFTER: u64 = 2;

/// How often the person was told about “A”.
fn times_told(world: &World, chat: i64) -> usize {
    world.telegram.sent(chat).iter().filter(|message| message.text().contains("“A”")).count()
}

fn to_send_message(fault: Fault) -> Rule {
    Rule::new(fault).method("sendMessage")
}

fn server_error() -> Fault {
    Fault::Error { status: 500, description: "Internal Server Error".into() }
}

on_both_databases! {
    async fn what_may_not_have_arrived_is_tried_again_after_a_wait(world) {
        world.config.delivery.request_timeout = Duration::from_secs(1);
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for fault in [
            server_error(),
            Fault::Error { status: 502, description: "Bad Gateway".into() },
            Fault::Html { status: 502 },
            Fault::Html { status: 200 },
            Fault::Html { status: 403 },
            Fault::ResetBeforeReading,
            Fault::Hang { seconds: 5.0 },
            Fault::Exact { status: 200, content_type: "application/json".into(), body: String::new() },
            Fault::Exact { status: 400, content_type: "application/json".into(), body: r#"{"ok":fal"#.into() },
        ] {
            let before = times_told(world, mina.id());
            world.telegram.fault_next(1, to_send_message(fault.clone()));
            let id = world.platform().accepts(failed("alice", "A")).await[0];
            let row = outbox.until_put_off(id, "ambiguous").await;
            assert_eq!(row.attempts, 1, "{fault:?}: it may have arrived, so it counts");
            assert!(row.due_at_ms - row.created_at_ms >= 4_500, "{fault:?}: the first wait is 5 s, give or take");
            assert_eq!(times_told(world, mina.id()), before, "{fault:?}");
            world.time_passes(TimeDelta::seconds(10));
            assert_eq!(outbox.until(id, "sent").await.attempts, 2, "{fault:?}");
            assert_eq!(outbox.classes(id).await, ["ambiguous", "sent"], "{fault:?}");
            assert_eq!(times_told(world, mina.id()), before + 1, "{fault:?}: once");
        }
    }

    async fn what_did_arrive_is_never_sent_again(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let odd = |body: &str| Fault::Exact { status: 200, content_type: "text/plain".into(), body: body.into() };
        for (told, fault) in [
            Fault::UnknownShape,
            Fault::HalfAnswer,
            Fault::Drip { seconds: 0.3 },
            odd(r#"{"ok":true}"#),
            odd(r#"{ "ok" : true, "result": {"messa"#),
            odd(r#"{"ok":true,"result":true}"#),
        ].into_iter().enumerate() {
            world.telegram.fault_next(1, to_send_message(fault.clone()).executed(true));
            let id = world.platform().accepts(failed("alice", "A")).await[0];
            assert_eq!(outbox.until(id, "sent").await.attempts, 1, "{fault:?}");
            world.time_passes(TimeDelta::days(1));
            let later = world.platform().accepts(failed("alice", "later")).await[0];
            outbox.until(later, "sent").await;
            assert_eq!(times_told(world, mina.id()), told + 1, "{fault:?}: once and no more");
        }
    }

    async fn an_answer_that_was_lost_makes_at_most_one_duplicate(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.telegram.fault_next(1, to_send_message(Fault::DropAnswer));
        let outbox = world.outbox().await;
        let id = world.platform().accepts(failed("alice", "A")).await[0];
        outbox.until_put_off(id, "ambiguous").await;
        world.time_passes(TimeDelta::seconds(10));
        outbox.until(id, "sent").await;
        assert_eq!(times_told(world, mina.id()), 2, "nobody could know that the first one had arrived");
    }

    async fn a_failure_without_end_is_given_up_after_its_waits(world) {
        world.config.delivery.backoff = vec![Duration::from_secs(30), Duration::from_secs(300)];
        world.without_limits().await;
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "bob").await;
        world.telegram.fault_next(3, to_send_message(server_error()).chat(mina.id()));
        let outbox = world.outbox().await;
        let id = world.platform().accepts(failed("alice", "A")).await[0];
        for spent in 1..=2 {
            world.until("the try is counted", async || outbox.row(id).await.attempts == spent).await;
            outbox.until_put_off(id, "ambiguous").await;
            let other = world.platform().accepts(failed("bob", "B")).await[0];
            outbox.until(other, "sent").await;
            world.time_passes(TimeDelta::seconds(331));
        }
        let row = outbox.until(id, "dead").await;
        assert_eq!((row.attempts, row.reason.as_deref()), (3, Some("ambiguous")));
        let next = world.platform().accepts(failed("alice", "C")).await[0];
        outbox.until(next, "sent").await;
    }

    async fn fault_03_a_mix_of_refusals_resets_and_silence_loses_nothing(world) {
        let hang = Fault::Hang { seconds: if in_full() { 17.0 } else { 1.5 } };
        let drip = Fault::Drip { seconds: if in_full() { 8.0 } else { 0.5 } };
        let plan = FaultPlan::default()
            .with(0.10, to_send_message(Fault::TooManyRequests { retry_after: RETRY_AFTER }))
            .with(0.03, to_send_message(server_error()))
            .with(0.02, to_send_message(Fault::Html { status: 502 }))
            .with(0.03, to_send_message(Fault::ResetBeforeReading))
            .with(0.03, to_send_message(Fault::HalfAnswer))
            .with(0.02, to_send_message(drip))
            // Some of the silent ones were taken.
            .with(0.01, to_send_message(hang.clone()))
            .with(0.01, to_send_message(hang).executed(true));
        let audience = told_through(world, plan, 2).await;
        let limit = PATIENCE * if in_full() { 60 } else { 12 };
        world.outbox().await.until_settled(limit).await;
        invariants_hold(world, &audience, accepted(world, "hang"), PATIENCE).await;
        assert_eq!(world.telegram.stats().early_sends, 0, "a message came before its retry_after");
        requests_by_text(world, |earlier, later| {
            let limited = earlier.outcome.fault == Some("too_many_requests");
            let apart = later.at - earlier.at;
            let wait = Duration::from_secs(RETRY_AFTER);
            assert!(!limited || apart >= wait, "{:?}: again after {apart:?}, told to wait {wait:?}", later.text());
        });
    }

    async fn fault_04_lost_answers_make_a_duplicate_each_at_most_and_strange_ones_none(world) {
        let plan = FaultPlan::default()
            .with(0.05, to_send_message(Fault::DropAnswer))
            .with(0.01, to_send_message(Fault::UnknownShape));
        let audience = told_through(world, plan, 10).await;
        world.outbox().await.until_settled(PATIENCE * 6).await;
        assert!(accepted(world, "drop_answer") > 0, "no answer was lost");
        invariants_hold(world, &audience, accepted(world, "drop_answer"), PATIENCE).await;
        requests_by_text(world, |earlier, later| {
            let strange = earlier.outcome.fault == Some("unknown_shape") && earlier.outcome.accepted;
            assert!(!strange, "{:?} was sent again, though Telegram had said ok", later.text());
        });
    }
}

/// Tells everybody of `each` posts while Telegram fails by `plan`.
async fn told_through(world: &mut World, plan: FaultPlan, each: usize) -> Audience {
    world.stop().await;
    let mut audience = Audience::gathered(world, scaled(READERS)).await;
    if !in_full() {
        world.config.delivery.request_timeout = Duration::from_secs(1);
    }
    world.config.delivery.backoff = vec![Duration::from_millis(50); 12];
    world.without_limits().await;
    world.telegram.set_fault_plan(plan, seed());
    audience.is_told(&world.platform(), each).await;
    audience
}

/// How many requests with that fault took effect, unknown to the service.
fn accepted(world: &World, fault: &str) -> usize {
    let counts = world.telegram.fault_counts();
    usize::try_from(counts.get(fault).map_or(0, |count| count.accepted)).expect("a count")
}

/// Looks at each request that repeats an earlier one of the same words, together with that one.
fn requests_by_text(world: &World, mut look: impl FnMut(&Request, &Request)) {
    let mut last: HashMap<String, Request> = HashMap::new();
    for request in world.telegram.requests_to("sendMessage") {
        if let Some(earlier) = last.get(request.text()) {
            look(earlier, &request);
        }
        last.insert(request.text().to_owned(), request);
    }
}
