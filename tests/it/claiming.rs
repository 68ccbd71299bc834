//! Rows are claimed in the transaction that writes them while a claim waits for one, and found by the next one else.

use bot_api::Options;
use chrono::TimeDelta;
use futures::FutureExt as _;
use telegram_bot_scheduler::config::Engine;
use telegram_bot_scheduler::domain::notification::NewNotification;
use telegram_bot_scheduler::store::{Claim, ClaimWish, Store, StoreError};

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

/// The store of a service that leads and sends nothing.
async fn store_of(world: &mut World) -> Store {
    world.stop().await;
    let store = world.store_alone().await;
    store.lead("the story").await.expect("nobody else leads");
    store
}

fn wish() -> ClaimWish {
    ClaimWish { limit: 16, lease: TimeDelta::minutes(1), ..ClaimWish::default() }
}

/// A message to a chat is accepted; the row's id.
async fn accepted(store: &Store, world: &World, chat_id: i64) -> i64 {
    let now = world.clock.now();
    store.enqueue(NewNotification::test("alice", chat_id, now), now).await.expect("it is accepted")
}

fn ids(claim: &Claim) -> Vec<i64> {
    claim.rows.iter().map(|row| row.id).collect()
}

/// The rows of a claim that is made now.
async fn claimed_now(store: &Store, world: &World) -> Vec<i64> {
    ids(&store.claim_due(wish(), world.clock.now()).await.expect("a claim"))
}

/// From now on no row can be claimed.
async fn break_claims(world: &World) {
    let trigger = match world.config.database.engine() {
        Engine::Sqlite => {
            "CREATE TRIGGER no_claims BEFORE UPDATE OF state ON notifications WHEN NEW.state = 'sending' \
             BEGIN SELECT RAISE(ABORT, 'no claims'); END"
        }
        Engine::Postgres => {
            world
                .meddle(
                    "CREATE FUNCTION no_claims() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION 'no claims'; END $$",
                )
                .await;
            "CREATE TRIGGER no_claims BEFORE UPDATE OF state ON notifications FOR EACH ROW \
             WHEN (NEW.state = 'sending') EXECUTE FUNCTION no_claims()"
        }
    };
    world.meddle(trigger).await;
}

async fn mend_claims(world: &World) {
    match world.config.database.engine() {
        Engine::Sqlite => world.meddle("DROP TRIGGER no_claims").await,
        Engine::Postgres => world.meddle("DROP TRIGGER no_claims ON notifications").await,
    };
}

on_both_databases! {
    async fn a_row_is_claimed_as_it_is_written(world) {
        let store = store_of(world).await;
        let mut claim = store.claim_with_next(wish(), world.clock.clone());
        let id = accepted(&store, world, 100).await;
        let claimed = claim.claimed().await.expect("it went along").expect("a claim");
        assert_eq!(ids(&claimed), [id], "the row is the waiting claim's");
        assert!(claimed_now(&store, world).await.is_empty(), "and nobody else finds it");
        assert!(store.told_of_due().now_or_never().is_none(), "nor need look for it");
        drop(claim);
        store.close().await;
    }

    async fn a_claim_brings_where_the_messages_of_its_accounts_go_by_then(world) {
        let store = store_of(world).await;
        let mut claim = store.claim_with_next(wish(), world.clock.clone());
        let moved_to = 200;
        world.meddle(&format!(
            "INSERT INTO sns_settings (account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, \
               created_at_ms, updated_at_ms) VALUES ('alice', 'alice’s \"shop\"', {moved_to}, TRUE, 1, 1, 1)"
        )).await;
        accepted(&store, world, 100).await;
        let claimed = claim.claimed().await.expect("it went along").expect("a claim");
        let alice = claimed.settings.get("alice").expect("her message would be cancelled for an unknown account");
        assert_eq!((alice.chat_id, alice.account_name.as_str()), (Some(moved_to), "alice’s \"shop\""));
        drop(claim);
        store.close().await;
    }

    async fn what_else_is_due_is_claimed_with_it(world) {
        let store = store_of(world).await;
        let earlier = accepted(&store, world, 100).await;
        let mut claim = store.claim_with_next(ClaimWish { without_chats: vec![102], ..wish() }, world.clock.clone());
        world.clock.advance(TimeDelta::milliseconds(5));
        let in_a_chat_that_waits = accepted(&store, world, 102).await;
        let claimed = claim.claimed().await.expect("it went along").expect("a claim");
        assert_eq!(ids(&claimed), [earlier], "a chat that has to wait is left out");
        drop(claim);
        assert_eq!(claimed_now(&store, world).await, [in_a_chat_that_waits], "until it is over");
        store.close().await;
    }

    async fn who_withdraws_a_claim_in_time_has_claimed_nothing(world) {
        let store = store_of(world).await;
        let claim = store.claim_with_next(wish(), world.clock.clone());
        assert!(claim.withdraw().await.is_none(), "nothing was written");
        let id = accepted(&store, world, 100).await;
        tokio::time::timeout(PATIENCE, store.told_of_due()).await.expect("who claims is told of the row");
        assert_eq!(claimed_now(&store, world).await, [id], "and finds it");
        store.close().await;
    }

    async fn who_withdraws_a_claim_too_late_has_its_rows(world) {
        let store = store_of(world).await;
        let claim = store.claim_with_next(wish(), world.clock.clone());
        let id = accepted(&store, world, 100).await;
        let claimed = claim.withdraw().await.expect("it went along").expect("a claim");
        assert_eq!(ids(&claimed), [id], "a claim that nobody heard of would keep its row until the lease ends");
        store.close().await;
    }

    async fn a_claim_that_nobody_waits_for_any_more_takes_nothing(world) {
        let store = store_of(world).await;
        drop(store.claim_with_next(wish(), world.clock.clone()));
        let id = accepted(&store, world, 100).await;
        assert_eq!(claimed_now(&store, world).await, [id]);
        store.close().await;
    }

    async fn a_claim_that_fails_does_not_fail_what_it_goes_along_with(world) {
        let store = store_of(world).await;
        break_claims(world).await;
        let mut claim = store.claim_with_next(wish(), world.clock.clone());
        let id = accepted(&store, world, 100).await;
        let end = claim.claimed().await;
        assert!(matches!(end, None | Some(Err(StoreError::Failed(_)))), "the claim is not done: {end:?}");
        drop(claim);
        mend_claims(world).await;
        assert_eq!(claimed_now(&store, world).await, [id], "the row waits for the next claim");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_failed_in_an_earlier_term_does_not_mark_those_of_this_one() {
    let mut world = World::asleep(Engine::Postgres, Options::default()).await;
    let store = store_of(&mut world).await;
    let id = accepted(&store, &world, 100).await;
    break_claims(&world).await;
    store.claim_due(wish(), world.clock.now()).await.expect_err("no row can be claimed");
    mend_claims(&world).await;
    let other = world.store_alone().await;
    for (from, to, holder) in [(&store, &other, "another one"), (&other, &store, "the story")] {
        from.resign(if holder == "the story" { "another one" } else { "the story" })
            .await
            .expect("it leads no more");
        to.lead(holder).await.expect("it leads");
    }
    assert_eq!(claimed_now(&store, &world).await, [id], "it waits for the next claim");
    assert_eq!(
        store.release_earlier().await.expect("an answer"),
        0,
        "what is being sent would be sent twice"
    );
    store.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leads_no_more_claims_nothing_with_what_comes() {
    let mut world = World::asleep(Engine::Postgres, Options::default()).await;
    let store = store_of(&mut world).await;
    let mut claim = store.claim_with_next(wish(), world.clock.clone());
    let other = world.store_alone().await;
    store.resign("the story").await.expect("it leads no more");
    other.lead("another one").await.expect("it leads");
    accepted(&store, &world, 100).await;
    let claimed = claim.claimed().await.expect("it went along").expect("a claim");
    assert!(claimed.rows.is_empty(), "two would send it: {:?}", ids(&claimed));
    drop(claim);
    assert_eq!(claimed_now(&other, &world).await.len(), 1, "who leads now finds it");
    store.close().await;
    other.close().await;
}
