//! Writes the digests that are due; delivery sends them.

use std::sync::Arc;

use super::{Done, Jobs};
use crate::outbox;

pub(super) async fn run(jobs: Arc<Jobs>) -> Done {
    Ok(outbox::write_due_digests(&jobs.store, jobs.default_zone, jobs.clock.now()).await?)
}
