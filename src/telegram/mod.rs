//! Telegram's Bot API: calls with our own outcome classes, the limits they share, and the updates.

mod acknowledgement;
mod call;
mod limits;
mod refusal;
mod updates;

pub use acknowledgement::{Acknowledgements, HandledGuard};
pub use call::{Answer, Api};
pub use limits::{Limits, Pace, Place};
pub use refusal::{Gone, Refusal, RefusalClass};
pub use updates::{Poller, UpdateQueue};
