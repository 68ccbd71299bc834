//! getUpdates: the only method that waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Call;
use crate::answer::ApiError;
use crate::world::World;

/// Longest long poll (Bot API server, `LONG_POLL_MAX_TIMEOUT`).
const MAX_TIMEOUT: i64 = 50;
/// "Values between 1-100 are accepted. Defaults to 100." (Bot API documentation, getUpdates).
const MAX_LIMIT: i64 = 100;

/// What one look at the queue gave.
enum Look {
    Updates(String),
    Nothing(Arc<tokio::sync::Notify>),
}

/// Gives the updates behind the offset, waiting for the first one if told to.
pub(crate) async fn get_updates(call: &Call<'_>) -> Result<String, ApiError> {
    let params = call.params;
    let offset = params.int("offset").unwrap_or_default();
    let limit = params.int("limit").unwrap_or(MAX_LIMIT).clamp(1, MAX_LIMIT);
    let limit = usize::try_from(limit).unwrap_or(1);
    let seconds = params.int("timeout").unwrap_or_default().clamp(0, MAX_TIMEOUT);
    let until = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let allowed = params.json("allowed_updates", "allowed updates").ok().flatten();
    let mut mine = None;
    let mut expired = seconds == 0;
    let mut first = true;
    loop {
        let look = {
            let mut world = call.shared.world();
            check_rivals(&world, call.bot, mine)?;
            let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
            if first {
                bot.queue.set_allowed(allowed.as_deref());
                call.shared.touch();
            }
            let updates =
                joined(bot.queue.take(if first { offset } else { 0 }, limit).map(|u| u.json.as_str()));
            if updates.len() > 2 || expired {
                Look::Updates(updates)
            } else {
                if mine.is_none() {
                    // Only who has to wait ends another's wait, as on Telegram's server.
                    bot.latest_poll += 1;
                    mine = Some(bot.latest_poll);
                    bot.wake.notify_waiters();
                }
                Look::Nothing(Arc::clone(&bot.wake))
            }
        };
        match look {
            Look::Updates(updates) => return Ok(updates),
            Look::Nothing(wake) => expired = !wait(call, &wake, until, mine).await?,
        }
        first = false;
    }
}

/// Waits for a wake-up; false when the time is over.
async fn wait(
    call: &Call<'_>,
    wake: &tokio::sync::Notify,
    until: Instant,
    mine: Option<u64>,
) -> Result<bool, ApiError> {
    let woken = wake.notified();
    {
        // Between the look and this line an update may have come, or a rival: `notified` counts only from here on.
        let world = call.shared.world();
        check_rivals(&world, call.bot, mine)?;
        if world.bots.get(&call.bot).is_some_and(|bot| !bot.queue.pending().is_empty()) {
            return Ok(true);
        }
    }
    Ok(timeout_at(until, woken).await.is_ok())
}

/// Another getUpdates that waits, or a webhook, ends this one.
fn check_rivals(world: &World, bot: i64, mine: Option<u64>) -> Result<(), ApiError> {
    let Some(bot) = world.bots.get(&bot) else { return Err(ApiError::unauthorized()) };
    match (&bot.webhook, mine) {
        (Some(_), None) => Err(ApiError::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        )),
        (Some(_), Some(_)) => Err(ApiError::conflict("terminated by setWebhook request")),
        (None, Some(mine)) if mine != bot.latest_poll => Err(ApiError::conflict(
            "terminated by other getUpdates request; make sure that only one bot instance is running",
        )),
        _ => Ok(()),
    }
}

/// A JSON array of things that are JSON already.
fn joined<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let mut array = String::from("[");
    for (number, item) in items.enumerate() {
        if number > 0 {
            array.push(',');
        }
        array.push_str(item);
    }
    array.push(']');
    array
}
