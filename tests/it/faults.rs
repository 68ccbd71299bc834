//! The network and Telegram fail in every way there is, and people hear of everything all the same.

use std::collections::BTreeMap;
use std::time::Duration;

use bot_api::{Fault, FaultPlan, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::health::Telegram;

use crate::harness::news::failed;
use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

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

    async fn while_telegram_is_away_everything_waits_and_nothing_is_spent(world) {
        world.stop().await;
        let people = world.crowd(1_000..1_005).await;
        world.without_limits().await;
        world.until("the bot has signed in", async || world.app().health().telegram() == Telegram::Up).await;
        let outbox = world.outbox().await;
        world.telegram.set_down(true);
        let events: Vec<Value> = (0..4)
            .flat_map(|number| people.iter().map(move |person| failed(&person.id().to_string(), &number.to_string())))
            .collect();
        let ids = world.platform().accepts(json!({ "events": events })).await;
        world
            .until("the outage is noticed", async || outbox.count("attempts WHERE outcome = 'not_sent'").await >= 5)
            .await;
        assert_eq!(outbox.count("notifications WHERE state IN ('pending', 'sending')").await, 20);
        world.telegram.set_down(false);
        outbox.until_settled(2 * PATIENCE).await;
        for id in ids {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.attempts), ("sent", 1), "only the try that got through counts");
        }
        for person in &people {
            let sent = world.telegram.sent(person.id());
            let texts: Vec<&str> = sent.iter().map(|message| message.text()).collect();
            assert_eq!(texts.len(), 4, "{texts:?}");
            let in_order = (0..4).all(|number| texts[number].contains(&format!("“{number}”")));
            assert!(in_order, "{texts:?}");
        }
    }

    async fn with_a_refused_token_everything_waits_and_goes_on_by_itself(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for (status, words) in [(401, "Unauthorized"), (404, "Not Found")] {
            world.telegram.fault_next(1, to_send_message(Fault::Error { status, description: words.into() }));
            let events = ["A", "B", "C"].map(|text| failed("alice", text));
            let ids = world.platform().accepts(json!({ "events": events })).await;
            for id in &ids {
                assert_eq!(outbox.until(*id, "sent").await.attempts, 1, "{words}: it spends no attempt");
            }
            assert_eq!(outbox.classes(ids[0]).await, ["token_refused", "sent"], "{words}");
            assert_eq!(outbox.classes(ids[1]).await, ["sent"], "{words}: all sending paused after the first");
        }
        world.telegram.set_unauthorized(true);
        world.until("the refused token is told", async || world.platform().readiness().await.0 == 503).await;
        let ids = world.platform().accepts(json!({ "events": [failed("alice", "D"), failed("alice", "E")] })).await;
        world.time_passes(TimeDelta::hours(5));
        world.telegram.set_unauthorized(false);
        for id in ids {
            assert_eq!(outbox.until(id, "sent").await.attempts, 1);
        }
        assert_eq!(world.platform().readiness().await.0, 200);
    }

    async fn three_hundred_messages_survive_a_mix_of_all_of_it(world) {
        let seed = std::env::var("FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
        #[allow(clippy::print_stdout)] // how to run a failing mix again
        {
            println!("FAULT_SEED={seed}");
        }
        world.stop().await;
        let people = world.crowd(1_000..1_030).await;
        world.config.delivery.request_timeout = Duration::from_secs(1);
        world.config.delivery.backoff = vec![Duration::from_millis(50); 12];
        world.without_limits().await;
        let plan = FaultPlan::default()
            .with(0.10, to_send_message(Fault::TooManyRequests { retry_after: 1 }))
            .with(0.03, to_send_message(server_error()))
            .with(0.02, to_send_message(Fault::Html { status: 502 }))
            .with(0.03, to_send_message(Fault::ResetBeforeReading))
            .with(0.02, to_send_message(Fault::DropAnswer))
            .with(0.01, to_send_message(Fault::UnknownShape));
        world.telegram.set_fault_plan(plan, seed);
        for round in 0..10 {
            let events: Vec<Value> =
                people.iter().map(|person| failed(&person.id().to_string(), &format!("news {round}"))).collect();
            world.platform().accepts(json!({ "events": events })).await;
        }
        let outbox = world.outbox().await;
        outbox.until_settled(12 * PATIENCE).await;
        assert_eq!(outbox.count("notifications WHERE state = 'sent'").await, 300, "seed {seed}: none is given up");
        let mut told: BTreeMap<(i64, usize), usize> = BTreeMap::new();
        for person in &people {
            for message in world.telegram.sent(person.id()) {
                let round = (0..10).find(|round| message.text().contains(&format!("“news {round}”")));
                *told.entry((person.id(), round.expect("one of ours"))).or_default() += 1;
            }
        }
        assert_eq!(told.len(), 300, "seed {seed}: everybody heard of everything");
        let duplicates: usize = told.values().map(|times| times - 1).sum();
        let dropped = world.telegram.fault_counts().get("drop_answer").map_or(0, |count| count.accepted);
        assert!(duplicates as u64 <= dropped, "seed {seed}: {duplicates} duplicates, {dropped} lost answers");
        assert_eq!(world.telegram.stats().early_sends, 0, "seed {seed}: nothing before its retry_after");
    }
}
