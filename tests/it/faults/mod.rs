//! Faults that must be survived. A test called `fault_07_…` is line 7 of the list; `scripts/test fault_07` runs it at a
//! tenth of its numbers or less, `scripts/faults fault_07` at all of them.
//!
//! | line | where | what |
//! |---|---|---|
//! | 1, 2 | `crashes` | kill -9 during a drain, and between updates |
//! | 3, 4 | `telegram_failing` | refusals, resets, half answers, silence, lost answers |
//! | 5, 6, 7 | `telegram_away` | one chat told to wait for hours; Telegram away for half an hour, or at the start |
//! | 8 | `freezing` | SIGSTOP for two leases |
//! | 9, 10, 11 | `database_failing` | PostgreSQL crashes, SQLite is held by somebody else, the disk is full |
//! | 12 | `clocks` | the clock is two hours or a month off, and right again |
//! | 13 | `src/domain/digest/tests.rs` | two years of digests in all zones that are odd |
//! | 14 | `stopping` | SIGTERM under load |
//! | 15 | `poison` | rows that nobody can read, or that Telegram never takes |
//! | 16 | `bad_updates` | spoiled and unknown updates |
//! | 17 | `fuzzing` | requests made up from `/openapi.json` |
//! | 18 | `slow_callers` | slow heads and bodies, endless ones, readers that do not read |
//! | 19 | `src/http/tests/tokens.rs` | bad tokens |
//! | 20 | `link_race` | a thousand uses of one link token |
//! | – | `broadcasts` | no fault but a load: a broadcast to a hundred thousand |
//!
//! What they hold the service to: every accepted row ends sent, dead or cancelled; Telegram saw each sent row at
//! least once; what came twice was in flight at a crash, or its answer was lost.

mod bad_updates;
mod broadcasts;
mod clocks;
mod crashes;
mod database_failing;
mod freezing;
mod fuzzing;
mod link_race;
mod poison;
mod slow_callers;
mod stopping;
mod telegram_away;
mod telegram_failing;

use std::time::Duration;

use crate::harness::{Audience, World};

/// Whether the numbers are those of the list (`FAULTS=full`) and not those of every day.
fn in_full() -> bool {
    std::env::var("FAULTS").is_ok_and(|scale| scale == "full")
}

/// A number of the list: all of it in a full run, otherwise a tenth.
pub fn scaled(number: usize) -> usize {
    if in_full() { number } else { (number / 10).max(1) }
}

/// Waits until everything that was accepted has ended, and holds it against the invariants: `causes` is how many
/// notices may have come twice.
async fn invariants_hold(world: &World, audience: &Audience, causes: usize, limit: Duration) {
    audience.until_everything_arrived_within(world, limit).await;
    let repeated = audience.repeated(world);
    assert!(repeated <= causes, "{repeated} notices came twice and only {causes} had a cause to");
}
