//! What an admin reads about a broadcast: the question for its text, its preview, how far it is.

use std::time::Duration;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::age;
use crate::domain::broadcast::{Audience, LONGEST_BROADCAST, Progress};
use crate::domain::language::Language;

/// The question for a text.
pub fn broadcast_asks(language: Language) -> Html {
    say(language, key!("broadcast-asks"), &Args::new())
}

/// The answer to a text of `units` UTF-16 units, which are too many.
pub fn broadcast_too_long(language: Language, units: usize) -> Html {
    let over = units.saturating_sub(LONGEST_BROADCAST);
    say(
        language,
        key!("broadcast-too-long"),
        &Args::new().count("over", u64::try_from(over).unwrap_or(u64::MAX)),
    )
}

/// The answer when there is nobody to tell.
pub fn broadcast_to_nobody(language: Language) -> Html {
    say(language, key!("broadcast-to-nobody"), &Args::new())
}

/// The answer to [Cancel], or to a preview that was cancelled.
pub fn broadcast_cancelled(language: Language) -> Html {
    say(language, key!("broadcast-cancelled"), &Args::new())
}

/// The answer to [Send] below a preview that is too old.
pub fn broadcast_outdated(language: Language) -> Html {
    say(language, key!("broadcast-outdated"), &Args::new())
}

/// What is about to be told, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Preview<'a> {
    /// The text.
    pub text: &'a str,
    /// Who will read it.
    pub audience: &'a Audience,
    /// How long it will take; `None`: as fast as Telegram takes it.
    pub takes: Option<Duration>,
}

impl Preview<'_> {
    /// The preview.
    pub fn render(&self, language: Language) -> Html {
        let counted = self.audience.by_language.iter().map(|(language_of_some, people)| {
            let args = Args::new().name("code", language_of_some.code()).count("count", *people);
            say(language, key!("broadcast-in-language"), &args).into_string()
        });
        let to = Args::new()
            .count("count", self.audience.told())
            .sentence("languages", &counted.collect::<Vec<_>>().join(", "));
        let takes = self.takes.map(|takes| {
            say(language, key!("broadcast-takes"), &Args::new().html("age", age(language, takes)))
        });
        let switched_off = switched_off(language, self.audience.switched_off);
        Lines::new(language)
            .push(joined([Some(say(language, key!("broadcast-preview"), &to)), takes].into_iter().flatten()))
            .push_if_some(switched_off)
            .blank()
            .say(key!("broadcast-text"), Args::new().announcement("text", self.text))
            .finish()
    }
}

/// Where a broadcast stands, for the text about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// People are being told.
    Sending,
    /// They are, as soon as sending goes on.
    Paused,
    /// It was stopped.
    Stopped,
    /// Everybody who can be reached now was told.
    Done,
}

/// How far a broadcast is.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Where it stands.
    pub stage: Stage,
    /// What is told.
    pub text: &'a str,
    /// How many were to be told when it began.
    pub audience: u64,
    /// What became of its rows.
    pub progress: Progress,
}

impl Report<'_> {
    /// The report.
    pub fn render(&self, language: Language) -> Html {
        let title = match self.stage {
            Stage::Sending => key!("broadcast-sending"),
            Stage::Paused => key!("broadcast-paused"),
            Stage::Stopped => key!("broadcast-stopped"),
            Stage::Done => key!("broadcast-done"),
        };
        let Progress { sent, later, failed, switched_off: off } = self.progress;
        let some =
            |key, count: u64| (count > 0).then(|| say(language, key, &Args::new().count("count", count)));
        // While it is under way, most of what waits leaves in a moment.
        let later = if self.stage == Stage::Done { later } else { 0 };
        let rest: Vec<Html> = [
            some(key!("broadcast-later"), later),
            some(key!("broadcast-failed"), failed),
            switched_off(language, off),
        ]
        .into_iter()
        .flatten()
        .collect();
        let rest = (!rest.is_empty()).then(|| joined(rest));
        Lines::new(language)
            .say(title, Args::new().count("sent", sent).count("audience", self.audience.max(sent)))
            .push_if_some(rest)
            .blank()
            .say(key!("broadcast-text"), Args::new().snippet("text", self.text))
            .finish()
    }
}

fn switched_off(language: Language, people: u64) -> Option<Html> {
    (people > 0).then(|| say(language, key!("broadcast-switched-off"), &Args::new().count("count", people)))
}
