//! The only reader of wall time in this crate.
//!
//! A message carries the second it was sent at; everything that is *measured* (limits, waits, the request log)
//! uses the monotonic clock instead.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01 UTC.
#[allow(
    clippy::disallowed_methods,
    reason = "this double plays Telegram, whose clock is not the product's: tests that move the product's clock must not move it"
)]
pub(crate) fn unix_millis() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Seconds since 1970-01-01 UTC: what Telegram puts into `date`.
pub(crate) fn unix_seconds() -> i64 {
    unix_millis() / 1000
}
