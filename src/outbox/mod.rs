//! Event → recipient → preferences → notification row: the only writer of them, whoever asks.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::channel::{PREFIX, chat_of};
use crate::domain::digest::{DigestSpan, LastDigest, counts_since};
use crate::domain::event::Event;
use crate::domain::notification::{NewNotification, State};
use crate::domain::post::{ClaimedPost, Outcome};
use crate::metrics;
use crate::store::{
    CarriedOut, Claims, DigestDecision, DigestPlace, DueDigest, IdempotencyKey, Recorded, Recovered,
    Restored, ResultTaken, Store, StoreError,
};

mod alerts;

pub use alerts::{end_alert, raise_alert};

/// Accepts `events` (at most 1,000, each already checked): one row for each, all or none. Durable when it
/// returns.
pub async fn accept(
    store: &Store,
    events: Vec<Event>,
    key: Option<IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    store.record_events(events, key, NewNotification::for_event, now).await
}

/// Writes rows for up to `limit` (at most 1,000) more people of a broadcast, each one once however often it is broken
/// off; returns how many.
pub async fn spread_broadcast(
    store: &Store,
    id: i64,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    store.write_broadcast_rows(id, limit, NewNotification::for_event, now).await
}

/// A test message that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestMessage {
    /// The row's id.
    pub id: i64,
    /// Where it stood when the wait for it was over.
    pub state: State,
}

/// Accepts a test message to the account's chat and waits for its end, at most `limit`.
///
/// # Errors
/// Only when it is not accepted. What has become of it since is a question of its own: accepted it stays, on its
/// way as far as anybody knows, when that can't be answered now.
pub async fn send_test(
    store: &Store,
    account: &str,
    chat_id: i64,
    limit: Duration,
    now: DateTime<Utc>,
) -> Result<TestMessage, StoreError> {
    let id = store.enqueue(NewNotification::test(account, chat_id, now), now).await?;
    Ok(follow(store, id, limit).await)
}

/// The same for a request with an idempotency key: one that came before is followed instead of a new one. `None` when
/// the key came with another request before.
///
/// # Errors
/// The same.
pub async fn send_test_once(
    store: &Store,
    account: &str,
    chat_id: i64,
    key: IdempotencyKey,
    limit: Duration,
    now: DateTime<Utc>,
) -> Result<Option<TestMessage>, StoreError> {
    let row = NewNotification::test(account, chat_id, now);
    let ids = match store.enqueue_once(row, key, now).await? {
        Recorded::Accepted(ids) | Recorded::Replayed(ids) => ids,
        Recorded::KeyReused => return Ok(None),
    };
    let id = ids.first().copied().unwrap_or_default();
    Ok(Some(follow(store, id, limit).await))
}

async fn follow(store: &Store, id: i64, limit: Duration) -> TestMessage {
    let state = match store.wait_for_finish(id, limit).await {
        Ok(Some(status)) => status.state,
        // Erased meanwhile, with its account.
        Ok(None) => State::Cancelled,
        Err(error) => {
            log::warn!(target: "delivery", "can't follow the test message {id}: {error}");
            State::Pending
        }
    };
    TestMessage { id, state }
}

/// Writes the digests that are due at `now` and moves each account's next one, both or neither; returns how many.
/// `default_zone` is where people are whose zone is not known.
pub async fn write_due_digests(
    store: &Store,
    default_zone: Tz,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    // What lies too far ahead is moved first: with the clock set back, nobody would hear of anything until then.
    let misplaced = store.misplaced_digests(default_zone, now).await?;
    store.carry_out(misplaced.into_iter().map(|due| put_off(due, now)).collect(), now).await?;
    Ok(carry_out_due(store, decide, default_zone, now).await?.written)
}

/// Carries out what `decide` says about each digest that is due at `now`. The next ones are read and decided about
/// while the ones before them are being written.
async fn carry_out_due(
    store: &Store,
    decide: fn(DueDigest, DateTime<Utc>) -> DigestDecision,
    default_zone: Tz,
    now: DateTime<Utc>,
) -> Result<CarriedOut, StoreError> {
    let decisions = async |place: DigestPlace| {
        let due = store.due_digests(place, default_zone, now).await?;
        Ok::<Vec<_>, StoreError>(due.into_iter().map(|due| decide(due, now)).collect())
    };
    let mut all = CarriedOut::default();
    let mut decided = decisions(DigestPlace::START).await?;
    while let Some(last) = decided.last() {
        let place = last.due.place();
        let done;
        (decided, done) = tokio::try_join!(decisions(place), store.carry_out(decided, now))?;
        all.moved += done.moved;
        all.written += done.written;
    }
    Ok(all)
}

/// Whether a due digest is written: not to a chat that can't be reached, and not twice on one local day though the
/// clock was set back. Whether it has anything to tell is looked up when it is sent.
fn decide(due: DueDigest, now: DateTime<Utc>) -> DigestDecision {
    let settings = &due.settings;
    let Some(chat_id) = settings.chat_id.filter(|_| settings.enabled && due.schedule.allows(now, due.last))
    else {
        return put_off(due, now);
    };
    let zone = due.schedule.zone;
    let span = DigestSpan { since: counts_since(due.last.map(|last| last.at), settings.linked_at, now) };
    let row = NewNotification::digest(settings, chat_id, span, now);
    let next = due.schedule.next(now, Some(LastDigest { at: now, zone }));
    DigestDecision { due, next, row: Some(row) }
}

fn put_off(due: DueDigest, now: DateTime<Utc>) -> DigestDecision {
    DigestDecision { next: due.schedule.next(now, due.last), due, row: None }
}

/// Notices up to `limit` posts (at most 1,000) that the platform has finished itself: each is marked and told
/// about once, both or neither; returns how many.
pub async fn notice_posts(store: &Store, limit: u32, now: DateTime<Utc>) -> Result<u64, StoreError> {
    store.notice_posts(limit, NewNotification::for_event, now).await
}

/// Writes what became of a claimed post and the notification about it, both or neither. False when the claim was
/// no longer the caller's: then nothing is written.
pub async fn settle_post(
    store: &Store,
    claimed: &ClaimedPost,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // One label for all channels that people connected: there may be any number of them.
    let network = chat_of(&claimed.post.network).map_or(claimed.post.network.as_str(), |_| PREFIX);
    let named = outcome.as_str();
    let settled =
        store.settle_post(claimed.post.id, claimed.lease_token, outcome, NewNotification::for_event, now);
    let settled = settled.await?;
    if settled {
        metrics::post_tried(network, named);
    }
    Ok(settled)
}

/// What was done to a database that was put back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PutBack {
    /// Posts that may be out since: unconfirmed, their authors are asked.
    pub posts: u64,
    /// Notifications that may have been sent since: cancelled.
    pub notifications: u64,
    /// Digests that may have been sent since: put off to their next hour.
    pub digests: u64,
}

/// Settles what a database that was put back can't know at `now`, so that nothing happens twice. Nobody may be using
/// it.
pub async fn settle_restored(
    store: &Store,
    default_zone: Tz,
    now: DateTime<Utc>,
) -> Result<PutBack, StoreError> {
    let Restored { posts, notifications } = store.settle_restored(NewNotification::for_event, now).await?;
    let digests = carry_out_due(store, put_off, default_zone, now).await?.moved;
    Ok(PutBack { posts, notifications, digests })
}

/// Writes the `outcome` that `network` tells of the post `id` after its answer, and the notification about it, both or
/// neither.
pub async fn take_result(
    store: &Store,
    id: i64,
    network: &str,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<ResultTaken, StoreError> {
    let named = outcome.as_str();
    let taken = store.take_result(id, network, outcome, NewNotification::for_event, now).await?;
    if matches!(taken, ResultTaken::Settled(_)) {
        metrics::post_tried(network, named);
    }
    Ok(taken)
}

/// Deals with the claims on posts whose holder is gone; whoever's post may be out or not is asked to look.
pub async fn recover_posts(
    store: &Store,
    claims: Claims,
    now: DateTime<Utc>,
) -> Result<Recovered, StoreError> {
    store.recover_posts(claims, NewNotification::for_event, now).await
}
