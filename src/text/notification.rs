//! What happened, told without being asked; and the test of it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::{Args, web_address};
use super::catalog::{key, say};
use super::failure::{Told, explain};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted, written};
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;

/// A post went out.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// The platform's id of the network.
    pub network: &'a str,
    /// The words of the post.
    pub text: Option<&'a str>,
    /// Where it can be seen; anything but an http(s) address is left out.
    pub url: Option<&'a str>,
}

impl Published<'_> {
    /// The text.
    pub fn render(&self, language: Language) -> Html {
        let network = network(language, self.network);
        let link = self.url.and_then(web_address);
        Lines::new(language)
            .say(key!("published"), Args::new().html("network", network.clone()))
            .push_if_some(quoted(language, self.text))
            .say_if_some(
                key!("published-link"),
                link.map(|url| Args::new().link("url", &url).html("network", network)),
            )
            .finish()
    }
}

/// A post did not go out.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// The platform's id of the network.
    pub network: &'a str,
    /// The words of the post.
    pub text: Option<&'a str>,
    /// When it should have gone out.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// The person's zone.
    pub zone: Tz,
    /// The class of the failure: told in the reader's language, in the place of the platform's words.
    pub code: Option<FailureCode>,
    /// Why, in the platform's words.
    pub why: Option<&'a str>,
    /// What the person can do, in the platform's words.
    pub fix: Option<&'a str>,
    /// What support will ask for, such as the post's id.
    pub reference: Option<&'a str>,
}

impl Failed<'_> {
    /// The text.
    pub fn render(&self, language: Language) -> Html {
        let network = network(language, self.network);
        let scheduled = self.scheduled_at.map(|at| moment(language, at, self.zone, Precision::Day));
        let text = Lines::new(language)
            .say(key!("failed"), Args::new().html("network", network.clone()))
            .push_if_some(quoted(language, self.text))
            .say_if_some(key!("scheduled-for"), scheduled.map(|at| Args::new().html("time", at)))
            .blank();
        let reference = written(self.reference).map(|id| Args::new().name("reference", id));
        let told = Told { code: self.code, why: self.why, fix: self.fix };
        explain(text, language, network, &told).say_if_some(key!("reference"), reference).finish()
    }
}

/// Nobody knows whether a post went out: the request was sent and no answer came. The person is asked to
/// look, because posting it again could post it twice.
pub fn unconfirmed(language: Language, network_id: &str, text: Option<&str>) -> Html {
    let network = network(language, network_id);
    Lines::new(language)
        .say(key!("unconfirmed"), Args::new().html("network", network.clone()))
        .push_if_some(quoted(language, text))
        .blank()
        .say(key!("unconfirmed-why"), Args::new().html("network", network))
        .say(key!("unconfirmed-fix"), Args::new())
        .finish()
}

/// An automation called `name` ran; `summary`: what it did, in the platform's words.
pub fn automation(language: Language, name: Option<&str>, summary: Option<&str>) -> Html {
    let title = say(language, key!("automation"), &Args::new());
    let summary = written(summary).map(|summary| Args::new().sentence("text", summary));
    Lines::new(language)
        .push(joined([Some(title), quoted(language, name)].into_iter().flatten()))
        .say_if_some(key!("automation-summary"), summary)
        .finish()
}

/// A word from those who run the platform, up to 4000 UTF-16 units of it, in its own lines.
pub fn announcement(language: Language, text: &str) -> Html {
    say(language, key!("announcement"), &Args::new().announcement("text", text))
}

/// The test message itself, sent at `at` to a person in `zone`.
pub fn test(language: Language, at: DateTime<Utc>, zone: Tz) -> Html {
    let time = moment(language, at, zone, Precision::Seconds);
    say(language, key!("test"), &Args::new().html("time", time))
}

/// `/test` was accepted but its message could not go out at once.
pub fn test_queued(language: Language) -> Html {
    say(language, key!("test-queued"), &Args::new())
}
