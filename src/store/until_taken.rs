//! What became of something that was sent, written until the database takes it.

use std::time::Duration;

use tokio::time::Instant;

use super::StoreError;

/// The wait before an outcome is written again that the database did not take.
const PAUSE: Duration = Duration::from_millis(500);

/// What was sent, as the log has it.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// The part of the service that logs.
    pub target: &'static str,
    /// A notification, or a post.
    pub what: &'static str,
    /// Its row.
    pub id: i64,
}

/// Calls `write` until the database takes the outcome of what was `sent`: only this says what became of it. What the
/// database never takes is given up after `lease`; one that is away is waited for while `is_patient`, for nobody else
/// can send the row meanwhile. False when it is not written: the claim was no longer ours, or it was given up.
pub async fn until_taken<F: Future<Output = Result<bool, StoreError>>>(
    sent: Sent,
    lease: Duration,
    is_patient: impl Fn() -> bool,
    mut write: impl FnMut() -> F,
) -> bool {
    let Sent { target, what, id } = sent;
    let deadline = Instant::now() + lease;
    let mut is_told = false;
    loop {
        match write().await {
            Ok(true) => return true,
            Ok(false) => {
                log::warn!(target: target, "{what} {id}: the lease was over before its outcome");
                return false;
            }
            Err(error) if is_patient() && (error.is_transient() || Instant::now() < deadline) => {
                if !std::mem::replace(&mut is_told, true) {
                    log::error!(target: target, "{what} {id}: outcome not written yet: {error}");
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                log::error!(target: target, "{what} {id}: outcome lost: {error}");
                return false;
            }
        }
    }
}
