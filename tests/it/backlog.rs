//! What a message costs does not depend on how many people there are, nor on how many of their messages wait.

use std::collections::BTreeSet;

use bot_api::Options;
use chrono::{DateTime, TimeDelta, Utc};
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::domain::account::DisabledReason;
use telegram_bot_scheduler::domain::notification::NewNotification;
use telegram_bot_scheduler::outbox;
use telegram_bot_scheduler::store::{ClaimWish, Effect, Finalise, Outcome, Store};

use crate::harness::World;

/// How many people have a message that waits?
const PEOPLE: i64 = 10_000;

/// To how many of them does another one come?
const TOLD: i64 = 20;

/// How many notifications PostgreSQL has counted as written, ever.
const WRITTEN: &str = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'notifications'";

/// Links them all, a digest due at the time `due_ms`, an expression.
fn linked(due_ms: &str) -> String {
    format!(
        "INSERT INTO sns_settings (account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, \
           created_at_ms, updated_at_ms, next_digest_at_ms) \
         SELECT 'shop ' || i, 'shop', 7000 + i, TRUE, 1, 1, 1, {due_ms} FROM generate_series(1, {PEOPLE}) AS i"
    )
}

/// How many rows PostgreSQL has read to find those that it was asked for: of tables, and by way of indexes.
async fn rows_read_through(world: &World) -> i64 {
    world
        .number(
            "SELECT CAST(SUM(seq_tup_read + idx_tup_fetch) AS BIGINT) FROM pg_stat_user_tables \
             WHERE relname IN ('notifications', 'sns_settings')",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_looks_up_whom_a_message_is_for_and_reads_no_table_for_it() {
    let world = World::asleep(Engine::Postgres, Options::default()).await;
    let store = world.store_alone().await;
    let (now, later) = (world.clock.now(), i64::MAX / 2);
    for sql in [
        linked("NULL"),
        format!(
            "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, \
               created_at_ms, due_at_ms, state, attempts, head) \
             SELECT 'shop ' || i, 7000 + i, 'post.published', 2, '{{}}', TRUE, FALSE, 1, 1, {later}, 'pending', 0, \
               TRUE FROM generate_series(1, {PEOPLE}) AS i"
        ),
        "ANALYZE".to_owned(),
    ] {
        world.meddle(&sql).await;
    }
    world.until("PostgreSQL has counted who waits", async || world.number(WRITTEN).await >= PEOPLE).await;
    let before = rows_read_through(&world).await;

    for i in 1..=TOLD {
        let account = format!("shop {i}");
        let known = store.settings_of_accounts(&BTreeSet::from([account.as_str()])).await;
        let chat_id = known.expect("an answer").first().and_then(|it| it.chat_id).expect("they are linked");
        store.enqueue(NewNotification::test(&account, chat_id, now), now).await.expect("it is accepted");
    }
    // What a connection has counted is known when it ends.
    store.close().await;
    world.until("PostgreSQL has counted them", async || world.number(WRITTEN).await >= PEOPLE + TOLD).await;
    let read = rows_read_through(&world).await - before;
    assert!(read < PEOPLE, "{TOLD} messages read through {read} rows: with more people, all get slower");
}

/// Claims what is due, as much as a worker does at once; all of it ends so.
async fn some_end(store: &Store, outcome: &Outcome, effect: Effect, now: DateTime<Utc>) {
    let wish = ClaimWish { limit: 128, lease: TimeDelta::minutes(1), ..ClaimWish::default() };
    let claimed = store.claim_due(wish, now).await.expect("a claim").rows;
    assert!(!claimed.is_empty(), "nothing is due");
    let ended = claimed.into_iter().map(|row| {
        let finalise = Finalise {
            id: row.id,
            lease_token: row.lease_token,
            lane: row.chat_id,
            carries: false,
            chat_id: row.chat_id,
            outcome: outcome.clone(),
            effect,
            started_at: now,
            latency_ms: 1,
            class: "story",
            words: None,
        };
        store.finalise(finalise, now)
    });
    let written = futures::future::try_join_all(ended).await.expect("they are written down");
    assert!(written.into_iter().all(|is_ours| is_ours), "a claim was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_looks_rows_up_in_a_table_that_it_has_counted_as_empty() {
    let world = World::asleep(Engine::Postgres, Options::default()).await;
    let store = world.store_alone().await;
    let (zone, now) = (world.config.digest.default_zone, world.clock.now());
    world.meddle(&linked(&now.timestamp_millis().to_string())).await;
    // By itself it counts once a minute, and a plan made before that is kept until it does.
    world.meddle("ANALYZE").await;
    let before = rows_read_through(&world).await;

    let written = outbox::write_due_digests(&store, zone, now).await.expect("they are written");
    assert_eq!(i64::try_from(written), Ok(PEOPLE));
    store.lead("this story").await.expect("nobody else leads");
    for _ in 0..TOLD {
        some_end(&store, &Outcome::Sent { message_id: Some(1) }, Effect::None, now).await;
    }
    store.close().await;
    world.until("PostgreSQL has counted them", async || world.number(WRITTEN).await >= PEOPLE).await;
    let read = rows_read_through(&world).await - before;
    assert!(
        read < PEOPLE * 5,
        "{PEOPLE} digests of a new service read through {read} rows: the more, the slower"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_reads_nothing_that_is_over_to_tell_what_waits() {
    let world = World::asleep(Engine::Postgres, Options::default()).await;
    let store = world.store_alone().await;
    let now = world.clock.now();
    world.meddle(&linked("NULL")).await;
    let sent = format!(
        "INSERT INTO notifications (account, chat_id, kind, urgency, data, silent, plain, event_at_ms, created_at_ms, \
           due_at_ms, state, attempts, finished_at_ms) \
         SELECT 'shop ' || i, 7000 + i, 'post.published', 2, '{{}}', TRUE, FALSE, 1, 1, 1, 'sent', 1, 1 \
         FROM generate_series(1, {PEOPLE}) AS i"
    );
    world.meddle(&sent).await;
    world.meddle("ANALYZE").await;
    world.until("PostgreSQL has counted what is over", async || world.number(WRITTEN).await >= PEOPLE).await;
    let before = rows_read_through(&world).await;

    store.enqueue(NewNotification::test("shop 1", 7001, now), now).await.expect("it is accepted");
    assert_eq!(store.queue_depth(now).await.expect("an answer").due, 1, "what the metrics say waits");
    assert_eq!(store.queue_figures(now).await.expect("an answer").due, 1, "what an admin hears waits");
    store.lead("this story").await.expect("nobody else leads");
    let gone = Effect::Gone(DisabledReason::Blocked);
    some_end(&store, &Outcome::Dead { reason: "blocked" }, gone, now).await;
    store.close().await;
    world.until("PostgreSQL has counted it", async || world.number(WRITTEN).await > PEOPLE).await;
    let read = rows_read_through(&world).await - before;
    assert!(
        read < PEOPLE,
        "to tell what waits, {read} rows were read: the longer a service lives, the slower"
    );
}
