//! What a message costs does not depend on how many people there are, nor on how many of their messages wait.

use std::collections::BTreeSet;

use bot_api::Options;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::domain::notification::NewNotification;

use crate::harness::World;

/// How many people have a message that waits?
const PEOPLE: i64 = 10_000;

/// To how many of them does another one come?
const TOLD: i64 = 20;

/// How many rows PostgreSQL has read, one after the other, to find those that it was asked for.
async fn rows_read_through(world: &World) -> i64 {
    world
        .number(
            "SELECT CAST(SUM(seq_tup_read) AS BIGINT) FROM pg_stat_user_tables \
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
        format!(
            "INSERT INTO sns_settings (account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, \
               created_at_ms, updated_at_ms) \
             SELECT 'shop ' || i, 'shop', 7000 + i, TRUE, 1, 1, 1 FROM generate_series(1, {PEOPLE}) AS i"
        ),
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
    let written = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'notifications'";
    world.until("PostgreSQL has counted who waits", async || world.number(written).await >= PEOPLE).await;
    let before = rows_read_through(&world).await;

    for i in 1..=TOLD {
        let account = format!("shop {i}");
        let known = store.settings_of_accounts(&BTreeSet::from([account.as_str()])).await;
        let chat_id = known.expect("an answer").first().and_then(|it| it.chat_id).expect("they are linked");
        store.enqueue(NewNotification::test(&account, chat_id, now), now).await.expect("it is accepted");
    }
    // What a connection has counted is known when it ends.
    store.close().await;
    world.until("PostgreSQL has counted them", async || world.number(written).await >= PEOPLE + TOLD).await;
    let read = rows_read_through(&world).await - before;
    assert!(read < PEOPLE, "{TOLD} messages read through {read} rows: with more people, all get slower");
}
