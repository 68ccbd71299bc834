//! The answer to `/status`.

use chrono::{DateTime, Utc};

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::failure::in_short;
use super::hours::Hours;
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;

/// How a connected chat stands.
#[derive(Clone, Debug)]
pub struct Status<'a> {
    /// The account that the chat is connected to.
    pub account: &'a str,
    /// Whether notifications are switched off for this chat, for whatever reason.
    pub paused: bool,
    /// What happened since midnight in the person's zone; `None`: not known, the line is absent.
    pub today: Option<Today>,
    /// The next post that goes out.
    pub next: Option<NextPost<'a>>,
    /// The last post that failed, if it still waits to be looked after.
    pub failed: Option<FailedPost<'a>>,
    /// Digest, quiet hours and zone.
    pub hours: Hours,
}

/// Today's posts.
#[derive(Clone, Copy, Debug)]
pub struct Today {
    /// Went out.
    pub published: u64,
    /// Did not go out.
    pub failed: u64,
    /// Will go out later today; `None`: not known here.
    pub to_go: Option<u64>,
}

/// A post that will go out.
#[derive(Clone, Copy, Debug)]
pub struct NextPost<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Where: the platform's id of the network.
    pub network: &'a str,
    /// Its words.
    pub text: Option<&'a str>,
}

/// A post that did not go out.
#[derive(Clone, Copy, Debug)]
pub struct FailedPost<'a> {
    /// Where: the platform's id of the network.
    pub network: &'a str,
    /// The class of the failure: told in the reader's language, in the place of the platform's words.
    pub code: Option<FailureCode>,
    /// Why, in the platform's words.
    pub why: Option<&'a str>,
}

impl Status<'_> {
    /// The text, at most eight lines.
    pub fn render(&self, language: Language) -> Html {
        let title = if self.paused { key!("status-paused") } else { key!("status-connected") };
        let details = |line: Html| Args::new().html("details", line);
        let facts = Lines::new(language)
            .say(title, Args::new().name("account", self.account))
            .say_if(self.paused, key!("status-resume"))
            .blank()
            .say_if_some(
                key!("status-today"),
                self.today.map(|today| Args::new().html("counts", today.render(language))),
            )
            .say_if_some(key!("status-next"), self.next_post(language).map(details))
            .say_if_some(key!("status-failed"), self.failed_post(language).map(details));
        let facts = if self.has_posts() { facts.blank() } else { facts };
        facts.push(hours(language, &self.hours)).finish()
    }

    fn has_posts(&self) -> bool {
        self.today.is_some() || self.next.is_some() || self.failed.is_some()
    }

    fn next_post(&self, language: Language) -> Option<Html> {
        let next = self.next?;
        let at = moment(language, next.at, self.hours.zone, Precision::Time);
        let parts = [Some(at), Some(network(language, next.network)), quoted(language, next.text)];
        Some(joined(parts.into_iter().flatten()))
    }

    fn failed_post(&self, language: Language) -> Option<Html> {
        let failed = self.failed?;
        let why = in_short(language, failed.code, failed.why);
        let parts = [Some(network(language, failed.network)), why];
        Some(joined(parts.into_iter().flatten()))
    }
}

impl Today {
    fn render(self, language: Language) -> Html {
        let counts: [(Key, Option<u64>); 3] = [
            (key!("status-published"), Some(self.published)),
            (key!("status-failed-count"), Some(self.failed)),
            (key!("status-to-go"), self.to_go),
        ];
        joined(
            counts
                .into_iter()
                .filter_map(|(key, count)| Some(say(language, key, &Args::new().count("count", count?)))),
        )
    }
}

/// The answer to `/status` in a chat without an account.
pub fn status_unlinked(language: Language) -> Html {
    say(language, key!("status-unlinked"), &Args::new())
}

fn hours(language: Language, hours: &Hours) -> Html {
    joined([
        say(language, key!("status-digest"), &Args::new().html("digest", hours.digest(language))),
        say(language, key!("status-quiet"), &Args::new().html("quiet", hours.quiet(language))),
        hours.zone(language),
    ])
}
