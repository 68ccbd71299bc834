//! Rows that nobody can read and messages that Telegram never takes: they end after their tries, and whoever waits
//! behind or beside them hears of everything.

use std::time::Duration;

use bot_api::{Fault, Rule};

use super::{in_full, invariants_hold, scaled};
use crate::harness::{Audience, News, PATIENCE};
use crate::on_both_databases;

/// How often is a message tried that Telegram refuses?
const TRIES: u32 = 3;

/// What another version, a hand or a broken disk may have left in a row: its kind and its data.
const UNREADABLE: [(&str, &str); 5] = [
    ("announcement", "no JSON"),
    ("announcement", r#"{"text":7}"#),
    ("announcement", r#"{"text":"cut o"#),
    ("post.imploded", r#"{"text":"A"}"#),
    ("", "{}"),
];

/// As many kinds of poison, with the one that Telegram refuses.
const KINDS: usize = UNREADABLE.len() + 1;

/// What can be read, and is refused by Telegram whenever it comes.
const REFUSED: (&str, &str) = ("announcement", r#"{"text":"never taken"}"#);

on_both_databases! {
    async fn fault_15_poison_ends_after_its_tries_and_harms_no_neighbour(world) {
        world.stop().await;
        let poison = scaled(1_000);
        // Every eleventh has no poison in their lane.
        let mut audience = Audience::gathered(world, poison + poison / 10).await;
        world.config.delivery.backoff = vec![Duration::from_millis(200); TRIES as usize - 1];
        let outbox = world.outbox().await;
        let now = world.clock.now().timestamp_millis();
        let words = "Bad Request: something that no version of this service has heard of";
        let kinds = UNREADABLE.iter().chain([&REFUSED]).cycle();
        let mut rows = Vec::new();
        for (person, (kind, data)) in audience.people().zip(kinds).take(poison) {
            let id = person.id();
            rows.push(format!("('{id}', {id}, '{kind}', 1, '{data}', FALSE, FALSE, {now}, {now}, {now}, 'pending', 0, TRUE)"));
            if (*kind, *data) == REFUSED {
                let fault = Fault::Error { status: 400, description: words.into() };
                world.telegram.fault_next(TRIES, Rule::new(fault).method("sendMessage").chat(id));
            }
        }
        outbox.write(&format!(
            "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, \
               created_at_ms, due_at_ms, state, attempts, head) VALUES {}", rows.join(", ")
        )).await;
        world.without_limits().await;
        // Behind an unreadable row and beside them all; whoever's chat refuses hears later.
        let has_refused = |reader: &usize| *reader < poison && reader % KINDS == UNREADABLE.len();
        let (later, now): (Vec<usize>, Vec<usize>) = (0..poison + poison / 10).partition(has_refused);
        let news: Vec<News> = now.iter().map(|reader| audience.news_for(*reader, "post.published")).collect();
        audience.are_told(&world.platform(), &news).await;
        outbox.until_settled(PATIENCE * if in_full() { 12 } else { 3 }).await;
        let refused = i64::try_from(later.len()).expect("a count");
        let unreadable = i64::try_from(poison).expect("a count") - refused;
        let dead = |reason: &str, attempts: u32| {
            format!("notifications WHERE state = 'dead' AND reason = '{reason}' AND attempts = {attempts}")
        };
        assert_eq!(outbox.count(&dead("refused", TRIES)).await, refused, "tried as often as is worth it, and given up");
        assert_eq!(outbox.count(&dead("unreadable", 0)).await, unreadable, "given up, and not tried");
        assert_eq!(outbox.write("DELETE FROM notifications WHERE state = 'dead'").await, poison as u64);
        let news: Vec<News> = later.iter().map(|reader| audience.news_for(*reader, "post.published")).collect();
        audience.are_told(&world.platform(), &news).await;
        invariants_hold(world, &audience, 0, PATIENCE).await;
        assert_eq!(world.platform().readiness().await.0, 200);
    }
}
