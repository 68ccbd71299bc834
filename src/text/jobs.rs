//! What admins ask about the timetable: `/jobs` and `/run`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, age, latency, moment};
use super::words::written;
use crate::domain::language::Language;

/// How a job does.
#[derive(Clone, Copy, Debug)]
pub struct JobState<'a> {
    /// Its id.
    pub job: &'a str,
    /// Whether it runs right now.
    pub running: bool,
    /// Whether its last run ended well; `None`: it never ran.
    pub went_well: Option<bool>,
    /// How long ago that was.
    pub ago: Duration,
    /// When it is due next.
    pub next: DateTime<Utc>,
}

/// The answer to `/jobs`: a line for each.
pub fn jobs(language: Language, states: &[JobState<'_>], zone: Tz) -> Html {
    states
        .iter()
        .fold(Lines::new(language).say(key!("jobs"), Args::new()), |text, state| {
            text.push(state.render(language, zone))
        })
        .finish()
}

impl JobState<'_> {
    fn render(&self, language: Language, zone: Tz) -> Html {
        let state = match (self.running, self.went_well) {
            (true, _) => key!("jobs-running"),
            (false, Some(true)) => key!("jobs-well"),
            (false, Some(false)) => key!("jobs-failed"),
            (false, None) => key!("jobs-never"),
        };
        let job = say(language, state, &Args::new().name("job", self.job));
        let ago = self.went_well.map(|_| {
            let args = Args::new().html("age", age(language, self.ago));
            say(language, key!("jobs-ago"), &args)
        });
        let next = Args::new().html("time", moment(language, self.next, zone, Precision::Time));
        joined([Some(job), ago, Some(say(language, key!("jobs-next"), &next))].into_iter().flatten())
    }
}

/// The question which job to run, or the answer to a job that there is not.
pub fn which_job(language: Language, unknown: Option<&str>) -> Html {
    Lines::new(language)
        .say_if_some(key!("run-unknown"), written(unknown).map(|job| Args::new().name("job", job)))
        .say(key!("run-which"), Args::new())
        .finish()
}

/// The label of the button that runs `job`.
pub fn run_button(language: Language, job: &str) -> String {
    say(language, key!("button-run-job"), &Args::new().name("job", job)).plain()
}

/// How far a run is that an admin asked for.
#[derive(Clone, Copy, Debug)]
pub enum RunState<'a> {
    /// It waits for an earlier run, or for the leader.
    Waits,
    /// It is under way.
    Runs,
    /// It ended well.
    Done {
        /// How many things it dealt with.
        items: u64,
        /// How long it took.
        took: Duration,
    },
    /// It did not.
    Failed {
        /// Why.
        why: Option<&'a str>,
    },
    /// Its history was forgotten.
    Forgotten,
}

impl RunState<'_> {
    /// The text about a run of `job`.
    pub fn render(self, language: Language, job: &str) -> Html {
        let title: Key = match self {
            Self::Waits => key!("run-waits"),
            Self::Runs => key!("run-runs"),
            Self::Done { .. } => key!("run-done"),
            Self::Failed { .. } => key!("run-failed"),
            Self::Forgotten => key!("run-forgotten"),
        };
        let text = Lines::new(language).say(title, Args::new().name("job", job));
        match self {
            Self::Done { items, took } => {
                let args = Args::new().count("items", items).html("time", latency(language, took));
                text.say(key!("run-items"), args)
            }
            Self::Failed { why } => {
                text.say_if_some(key!("why"), written(why).map(|why| Args::new().sentence("why", why)))
            }
            _ => text,
        }
        .finish()
    }
}
