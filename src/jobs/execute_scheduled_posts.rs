//! Sees whether posts are due and wakes the publishing worker for them: it sleeps until the next one it knows
//! of, and what another instance accepted it does not know. Then whoever's yes is missing is reminded, and what got
//! none by its time is given up.

use std::sync::Arc;

use super::{Done, Jobs};

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    let now = jobs.clock.now();
    let given_up = jobs.store.give_up_unapproved(now).await?;
    let reminded = jobs.store.remind_of_approvals(now).await?;
    let due = jobs.store.due_posts(now).await?;
    if due > 0 {
        jobs.store.wake_publishing();
    }
    Ok(due.unsigned_abs() + given_up + reminded)
}
