//! Rows that nobody can read or render and messages that Telegram never takes: they end after their tries, and whoever
//! waits behind or beside them hears of everything.

use std::time::Duration;

use bot_api::{Fault, Rule};

use super::{in_full, invariants_hold, scaled};
use crate::harness::{Audience, News, PATIENCE};
use crate::on_both_databases;

/// How often is a message tried that Telegram refuses?
const TRIES: u32 = 3;

/// A row, and how it has to end.
struct Poison {
    kind: &'static str,
    data: &'static str,
    reason: &'static str,
    attempts: u32,
}

const fn unreadable(kind: &'static str, data: &'static str) -> Poison {
    Poison { kind, data, reason: "unreadable", attempts: 0 }
}

/// What another version, a hand or a broken disk may have left in a row, and what Telegram may have against one.
const POISON: [Poison; 7] = [
    unreadable("announcement", "no JSON"),
    unreadable("announcement", r#"{"text":7}"#),
    unreadable("announcement", r#"{"text":"cut o"#),
    unreadable("post.imploded", r#"{"text":"A"}"#),
    unreadable("", "{}"),
    // A digest of the last moment there is, for people in whose zone that is over: rendering it panics.
    Poison { kind: DIGEST, data: "{}", reason: "unreadable", attempts: 1 },
    Poison { kind: "announcement", data: r#"{"text":"never taken"}"#, reason: "refused", attempts: TRIES },
];

const DIGEST: &str = "digest";

/// The last moment there is, in milliseconds (chrono, `DateTime::MAX_UTC`).
const LAST_MOMENT: i64 = 8_210_266_876_799_999;

/// What Telegram says to the last of them.
const WORDS: &str = "Bad Request: something that no version of this service has heard of";

on_both_databases! {
    async fn fault_15_poison_ends_after_its_tries_and_harms_no_neighbour(world) {
        world.stop().await;
        // Every eleventh has no poison in their lane.
        let poisoned = scaled(1_000);
        let all = poisoned + poisoned / 10;
        let mut audience = Audience::gathered(world, all).await;
        let outbox = world.outbox().await;
        let now = world.clock.now().timestamp_millis();
        let mut rows = Vec::new();
        for (person, Poison { kind, data, reason, .. }) in audience.people().zip(POISON.iter().cycle()).take(poisoned) {
            let id = person.id();
            let event_at = if *kind == DIGEST { LAST_MOMENT } else { now };
            rows.push(format!(
                "('{id}', {id}, '{kind}', 1, '{data}', FALSE, FALSE, {event_at}, {now}, {now}, 'pending', 0, TRUE)"
            ));
            if *reason == "refused" {
                let fault = Fault::Error { status: 400, description: WORDS.into() };
                world.telegram.fault_next(TRIES, Rule::new(fault).method("sendMessage").chat(id));
            }
        }
        outbox.write(&format!(
            "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, \
               created_at_ms, due_at_ms, state, attempts, head) VALUES {}", rows.join(", ")
        )).await;
        outbox.write("UPDATE sns_settings SET zone = 'Asia/Seoul'").await;
        world.config.delivery.backoff = vec![Duration::from_millis(200); TRIES as usize - 1];
        world.without_limits().await;
        // Behind what can't be read and beside all of it; those whose chat refuses hear later.
        let is_refused = |reader: &usize| *reader < poisoned && POISON[reader % POISON.len()].reason == "refused";
        let (later, at_once): (Vec<usize>, Vec<usize>) = (0..all).partition(is_refused);
        for readers in [at_once, later] {
            let news: Vec<News> = readers.iter().map(|reader| audience.news_for(*reader, "post.published")).collect();
            audience.are_told(&world.platform(), &news).await;
            outbox.until_settled(PATIENCE * if in_full() { 12 } else { 3 }).await;
        }
        for (index, Poison { kind, data, reason, attempts }) in POISON.iter().enumerate() {
            let which = format!("kind = '{kind}' AND data = '{data}' AND reason = '{reason}' AND attempts = {attempts}");
            let dead = outbox.count(&format!("notifications WHERE state = 'dead' AND {which}")).await;
            let count = (0..poisoned).filter(|reader| reader % POISON.len() == index).count();
            assert_eq!(usize::try_from(dead), Ok(count), "so many rows {kind:?} {data} are given up as {reason}");
        }
        assert_eq!(outbox.write("DELETE FROM notifications WHERE state = 'dead'").await, poisoned as u64);
        invariants_hold(world, &audience, 0, PATIENCE).await;
        assert_eq!(world.platform().readiness().await.0, 200);
    }
}
