//! Puts back what was claimed and not finished in time. The workers do so themselves while they are well; this
//! is for when one hangs.

use std::sync::Arc;

use super::{Done, Jobs};

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let released = jobs.store.release_expired(jobs.clock.now()).await?;
    if released > 0 {
        log::warn!(target: "jobs", "{released} notifications were stuck longer than their lease");
        jobs.store.wake_delivery();
    }
    Ok(released)
}
