//! The machine dies at the minute of people's digests: kill -9 while they are written or sent, then the next start.
//! Each person has one digest of the day, and only what was in flight may come twice.

use std::time::Duration;

use rand::Rng as _;

use crate::harness::{Launch, PATIENCE, dice};
use crate::on_both_databases_with_processes;

const JOB: &str = "telegram_daily_summary";

/// How often the service is killed, each time at the minute of another part of the people.
const KILLS: i64 = 6;

/// How many people.
const PEOPLE: i64 = 300;

/// The first of their ids.
const FIRST_ID: i64 = 6_000;

on_both_databases_with_processes! {
    async fn kills_at_the_minute_of_digests_bring_each_person_one_of_that_day(world) {
        let mut dice = dice();
        world.store_alone().await.close().await;
        let people = world.crowd(FIRST_ID..FIRST_ID + PEOPLE).await;
        world.meddle("UPDATE sns_settings SET digest_when_empty = TRUE").await;
        // A lease is a minute: it is the start that frees what a dead process held.
        let launch = Launch::of(world).set("SCHEDULER_DELIVERY__MAX_IN_FLIGHT", "8");
        world.telegram.set_send_latency(Duration::from_millis(50));
        let mut service = launch.start_ready().await;
        let mut held = 0;
        for part in 0..KILLS {
            let now = world.clock.now().timestamp_millis();
            world.meddle(&format!(
                "UPDATE sns_settings SET next_digest_at_ms = {now} WHERE telegram_chat_id % {KILLS} = {part}"
            )).await;
            service.platform(world).await.triggers(JOB).await;
            // By turns: while they are written, while they are sent.
            let on_their_way = "SELECT COUNT(*) FROM notifications WHERE state = 'sending'";
            if part % 2 == 1 {
                world.until("digests are on their way", async || world.number(on_their_way).await > 0).await;
            }
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..150))).await;
            service.dies(world).await;
            held += world.number(on_their_way).await;
            service = launch.start_after_death(world).await;
        }
        let platform = service.platform(world).await;
        // At the latest the next minute's run finds them.
        platform.triggers(JOB).await;
        let now = world.clock.now().timestamp_millis();
        let due = format!("SELECT COUNT(*) FROM sns_settings WHERE next_digest_at_ms <= {now}");
        world.until("no digest is due", async || world.number(&due).await == 0).await;
        platform.triggers(JOB).await;
        let running = format!("SELECT COUNT(*) FROM job_runs WHERE job = '{JOB}' AND finished_at_ms IS NULL");
        world.until("one more run has ended", async || world.number(&running).await == 0).await;
        world.outbox().await.until_settled(PATIENCE).await;

        assert!(held > 0, "no kill met a digest on its way: the story told nothing");
        let sent = "SELECT COUNT(DISTINCT account) FROM notifications WHERE kind = 'digest' AND state = 'sent'";
        assert_eq!(world.number(sent).await, PEOPLE, "a person had no digest");
        let written = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest'";
        assert_eq!(world.number(written).await, PEOPLE, "a digest was written twice");
        // Nobody chose a zone: their days are UTC's.
        let day = 24 * 3_600_000;
        let moved = format!("SELECT COUNT(*) FROM sns_settings \
            WHERE next_digest_at_ms / {day} = last_digest_at_ms / {day} + 1");
        assert_eq!(world.number(&moved).await, PEOPLE, "the next one comes the day after");
        let seen = people.iter().map(|person| {
            let digests = world.telegram.sent(person.id()).iter().filter(|it| it.text().starts_with("📰 ")).count();
            assert!(digests > 0, "{} saw no digest", person.id());
            i64::try_from(digests).expect("a count")
        });
        let repeated = seen.sum::<i64>() - PEOPLE;
        assert!(repeated <= held, "{repeated} digests came twice, {held} were in flight at {KILLS} kills");
        assert_eq!(service.terminate().await.code, Some(0));
    }
}
