//! sea-orm entities, one file per table, with the columns just as they are stored: times are epoch
//! milliseconds, so that they compare the same on both engines. Rows that are read as JSON are arrays of their fields.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

pub mod admin_language;
pub mod alert;
pub mod attempt;
pub mod audit;
pub mod bot_identity;
pub mod broadcast;
pub mod channel;
pub mod chat_wait;
pub mod draft;
pub mod idempotency_key;
pub mod job_run;
pub mod leader;
pub mod link_token;
pub mod notification;
pub mod place;
pub mod place_token;
pub mod post;
pub mod post_move;
pub mod sending_pause;
pub mod sns_settings;

/// A boolean as JSON has it, or as SQLite keeps it: 0 or 1.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Flag;

    impl Visitor<'_> for Flag {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, 0 or 1")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
            Ok(value != 0)
        }
    }
    deserializer.deserialize_any(Flag)
}
