//! Tells people about posts that the platform finished itself, in our table: each once.

use std::sync::Arc;

use super::{Done, Jobs};
use crate::outbox;

/// How many posts are noticed in one transaction? Few enough for one of some ten ms.
const BATCH: u32 = 500;

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let mut noticed = 0;
    loop {
        let batch = outbox::notice_posts(&jobs.store, BATCH, jobs.clock.now()).await?;
        noticed += batch;
        if batch < u64::from(BATCH) {
            return Ok(noticed);
        }
    }
}
