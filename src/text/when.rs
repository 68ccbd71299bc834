//! Asking when a post goes out, and what is wrong with a time that was typed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::time::{time_of_day, zone};
use crate::domain::language::Language;
use crate::domain::typed_time::{Preset, Unusable};

/// The question when.
#[derive(Clone, Copy, Debug)]
pub struct WhenQuestion {
    /// Why the words that were the answer are none.
    pub unusable: Option<Unusable>,
    /// Where the reader is.
    pub zone: Tz,
    /// What time it is.
    pub now: DateTime<Utc>,
}

impl WhenQuestion {
    /// The text.
    pub fn render(&self, language: Language) -> Html {
        let title = match self.unusable {
            None => key!("when"),
            Some(Unusable::NotUnderstood) => key!("when-not-understood"),
            Some(Unusable::NoTimeOfDay) => key!("when-no-time-of-day"),
            Some(Unusable::Past) => key!("when-past"),
            Some(Unusable::TooFar) => key!("when-too-far"),
        };
        let time = time_of_day(language, self.now.with_timezone(&self.zone).time());
        let clock = Args::new().name("zone", zone(language, self.zone)).html("time", time);
        Lines::new(language)
            .say(title, Args::new())
            .say(key!("when-examples"), Args::new())
            .say(key!("settings-zone"), clock)
            .finish()
    }
}

/// The label of the button that leads back from the question.
pub fn back_button(language: Language) -> String {
    say(language, key!("choose-back"), &Args::new()).plain()
}

/// The label of the button for `preset`, which is at `at`, to somebody in `zone`.
pub fn preset_button(language: Language, preset: Preset, at: DateTime<Utc>, zone: Tz) -> String {
    let time = Args::new().html("time", time_of_day(language, at.with_timezone(&zone).time()));
    let label = match preset {
        Preset::InAnHour => say(language, key!("choose-in-an-hour"), &Args::new()),
        Preset::Evening => say(language, key!("choose-this-evening"), &time),
        Preset::TomorrowMorning | Preset::TomorrowEvening => say(language, key!("choose-tomorrow"), &time),
    };
    label.plain()
}
