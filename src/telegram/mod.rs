//! Telegram's Bot API: calls with our own outcome classes, the limits they share, and the updates.

mod acknowledgement;
mod call;
mod checkup;
mod inbox;
mod limits;
mod message;
mod post_tap;
mod reading;
mod refusal;
mod updates;
mod webhook;

pub use acknowledgement::{Acknowledgements, HandledGuard};
pub use call::{Answer, Api, SentMessage};
pub use checkup::Checkup;
pub use inbox::{HandedOver, Inbox, Intake, OpenInbox};
pub use limits::{ChatWaits, Limits, Pace, Place, wait_until};
pub use message::{
    LONGEST_CAPTION, MUTE_TAP, NO_PREVIEW, SETTINGS_TAP, html_edit, html_message, html_photo,
    without_formatting,
};
pub use post_tap::PostTap;
pub use refusal::{Refusal, RefusalClass};
pub use updates::{Poller, UpdateQueue};
pub use webhook::Webhook;
