//! Deals with what was claimed and not finished in time. The workers do so themselves while they are well; this
//! is for when one hangs.

use std::sync::Arc;

use super::{Done, Jobs};
use crate::outbox;
use crate::store::Claims;

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let now = jobs.clock.now();
    let released = jobs.store.release_expired(jobs.max_attempts, now).await?;
    if released > 0 {
        log::warn!(target: "jobs", "{released} notifications were stuck longer than their lease");
    }
    let posts = outbox::recover_posts(&jobs.store, Claims::Ended, now).await?;
    jobs.store.wake_delivery();
    jobs.store.wake_publishing();
    Ok(released + posts.scheduled + posts.unconfirmed)
}
