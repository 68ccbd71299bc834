//! How long a handler may work. Waiting for a place under Telegram's limits is not work: when two hundred people come
//! at once, the last of them is answered after seven seconds and is answered all the same.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    /// How long the handler of this task has waited, or is going to wait, for its places.
    static WAITED: Cell<Duration>;
}

/// Does not count `wait`, which begins now, as work of the handler that calls it.
pub(super) fn pardon(wait: Duration) {
    // Without a handler around it nobody counts.
    let _ = WAITED.try_with(|waited| waited.set(waited.get() + wait));
}

/// What `handler` comes to; `None` when it has worked longer than `limit`.
pub(super) async fn within<F: Future>(limit: Duration, handler: F) -> Option<F::Output> {
    WAITED
        .scope(Cell::default(), async {
            let mut handler = pin!(handler);
            let started = Instant::now();
            loop {
                let deadline = started + limit + WAITED.with(Cell::get);
                match tokio::time::timeout_at(deadline, &mut handler).await {
                    Ok(output) => return Some(output),
                    Err(_) if deadline < started + limit + WAITED.with(Cell::get) => {}
                    Err(_) => return None,
                }
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    async fn wait_for_a_place() {
        pardon(LIMIT * 3);
        tokio::time::sleep(LIMIT * 3).await;
    }

    #[tokio::test]
    async fn work_is_limited() {
        assert_eq!(within(LIMIT, async { 7 }).await, Some(7));
        assert_eq!(within(LIMIT, std::future::pending::<()>()).await, None);
    }

    #[tokio::test]
    async fn waiting_for_a_place_is_not_work() {
        let answers = async {
            wait_for_a_place().await;
            wait_for_a_place().await;
            7
        };
        assert_eq!(
            within(LIMIT, answers).await,
            Some(7),
            "the answer was given up while it waited for its place"
        );
        let hangs = async {
            wait_for_a_place().await;
            std::future::pending::<()>().await;
        };
        assert_eq!(within(LIMIT, hangs).await, None);
    }
}
