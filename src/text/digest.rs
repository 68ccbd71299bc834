//! The daily digest.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::failure::in_short;
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, day, moment};
use super::words::{network, quoted};
use crate::domain::digest::{Cause, ComingUp, DigestNews};
use crate::domain::language::Language;
use crate::domain::week::Week;

/// How many causes of failures, and how many lines of posts, are shown? The whole is to be read at a glance.
const CAUSES_SHOWN: usize = 2;
const POST_LINES: usize = 3;

/// A digest in the words of its reader.
#[derive(Clone, Copy, Debug)]
pub struct Digest<'a> {
    /// The account it is about.
    pub account: &'a str,
    /// The moment whose day it is headed with.
    pub at: DateTime<Utc>,
    /// The reader's zone.
    pub zone: Tz,
    /// What it tells.
    pub news: &'a DigestNews,
}

impl Digest<'_> {
    /// The text, at most eight lines.
    pub fn render(&self, language: Language) -> Html {
        let news = self.news;
        let count = |count: u64| (count > 0).then(|| Args::new().count("count", count));
        let title = Args::new().name("account", self.account).html("day", day(language, self.at, self.zone));
        let text = Lines::new(language)
            .say(key!("digest"), title)
            .blank()
            .say_if(news.is_quiet(), key!("digest-nothing"))
            .say_if_some(key!("digest-published"), count(news.published))
            .push_if_some(failures(language, news.failed, &news.causes))
            .say_if_some(key!("digest-coming-up"), count(news.coming_up));
        self.posts(text, language).push_if_some(self.week(language)).finish()
    }

    /// "📊 Last week: 12 published · 1 failed": what the chart shows, for whoever doesn't see it.
    fn week(&self, language: Language) -> Option<Html> {
        let total = self.news.week.as_ref().filter(|week| !week.is_empty()).map(Week::total)?;
        let counts = [
            (key!("status-published"), total.published),
            (key!("status-failed-count"), total.failed),
            (key!("digest-week-unconfirmed"), total.unconfirmed),
        ];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let counts =
            joined(counts.map(|(key, count)| say(language, key, &Args::new().count("count", count))));
        Some(say(language, key!("digest-week"), &Args::new().html("counts", counts)))
    }

    /// The next posts, one a line; the last line says how many there are beside them.
    fn posts(&self, text: Lines, language: Language) -> Lines {
        let DigestNews { coming_up, posts, week, .. } = self.news;
        // The week has a line of its own, and eight are all there are.
        let lines = if week.is_some() { POST_LINES - 1 } else { POST_LINES };
        let all_fit = *coming_up <= lines as u64 && posts.len() as u64 >= *coming_up;
        let shown = if all_fit { lines } else { lines - 1 };
        let shown = posts.iter().take(shown);
        let hidden = coming_up.saturating_sub(shown.len() as u64);
        shown
            .fold(text, |text, post| {
                text.say(key!("digest-item"), Args::new().html("item", self.post(language, post)))
            })
            .say_if_some(
                key!("digest-item"),
                more(language, hidden).map(|more| Args::new().html("item", more)),
            )
    }

    fn post(&self, language: Language, post: &ComingUp) -> Html {
        let place = Args::new()
            .html("time", moment(language, post.at, self.zone, Precision::Time))
            .html("network", network(language, &post.network));
        let place = say(language, key!("digest-post"), &place);
        joined([Some(place), quoted(language, Some(&post.text))].into_iter().flatten())
    }
}

/// "❌ 3 failed · Facebook: login expired · and 2 more"; nothing where none failed.
pub(super) fn failures(language: Language, failed: u64, causes: &[Cause]) -> Option<Html> {
    let failed_count = (failed > 0).then(|| Args::new().count("count", failed))?;
    let shown = causes.iter().take(CAUSES_SHOWN);
    let explained: u64 = shown.clone().map(|cause| cause.posts).sum();
    let parts = [say(language, key!("digest-failed"), &failed_count)]
        .into_iter()
        .chain(shown.map(|cause| cause_of(language, cause)))
        .chain(more(language, failed.saturating_sub(explained)).filter(|_| explained > 0));
    Some(joined(parts))
}

/// "Facebook: login expired"; with how many posts it kept from going out, if several.
fn cause_of(language: Language, cause: &Cause) -> Html {
    let network = network(language, &cause.network);
    let Some(why) = in_short(language, cause.code, cause.error.as_deref()) else { return network };
    let args = Args::new().html("network", network).html("why", why).count("count", cause.posts);
    if cause.posts > 1 {
        say(language, key!("digest-causes"), &args)
    } else {
        say(language, key!("digest-cause"), &args)
    }
}

/// "and 3 more"; nothing where there are none.
pub(super) fn more(language: Language, count: u64) -> Option<Html> {
    (count > 0).then(|| say(language, key!("and-more"), &Args::new().count("count", count)))
}
