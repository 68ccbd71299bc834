//! What admins read about a pause: `/pause`, `/resume`, and wherever it has to be known.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::time::{Precision, age, moment};
use crate::domain::language::Language;

/// That sending is paused.
#[derive(Clone, Copy, Debug)]
pub struct Paused<'a> {
    /// Since when.
    pub since: DateTime<Utc>,
    /// By whom, as stored.
    pub by: &'a str,
    /// Where the reader is.
    pub zone: Tz,
}

impl Paused<'_> {
    /// The answer to `/pause`.
    pub fn render(&self, language: Language) -> Html {
        Lines::new(language).push(self.line(language)).say(key!("paused-what"), Args::new()).finish()
    }

    /// One line, for texts about more.
    pub(super) fn line(&self, language: Language) -> Html {
        let args = Args::new()
            .html("time", moment(language, self.since, self.zone, Precision::Day))
            .name("who", self.by);
        say(language, key!("paused"), &args)
    }
}

/// The answer to `/resume` after a pause that `lasted` so long; `None`: there was none.
pub fn resumed(language: Language, lasted: Option<Duration>) -> Html {
    match lasted {
        Some(lasted) => say(language, key!("resumed"), &Args::new().html("age", age(language, lasted))),
        None => say(language, key!("not-paused"), &Args::new()),
    }
}
