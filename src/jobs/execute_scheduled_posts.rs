//! Sees whether posts are due and wakes the publishing worker for them: it sleeps until the next one it knows
//! of, and what another instance accepted it does not know.

use std::sync::Arc;

use super::{Done, Jobs};

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let due = jobs.store.due_posts(jobs.clock.now()).await?;
    if due > 0 {
        jobs.store.wake_publishing();
    }
    Ok(due.unsigned_abs())
}
