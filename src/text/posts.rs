//! The answer to `/posts`.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::language::Language;

/// How many posts stand on a page? With a heading and the page's number it is read at a glance.
pub const POSTS_A_PAGE: u64 = 5;

/// One page of what is scheduled.
#[derive(Clone, Copy, Debug)]
pub struct ScheduledPosts<'a> {
    /// How many posts are scheduled.
    pub total: u64,
    /// Which page this is, from 0.
    pub page: u64,
    /// Those on it, the next to go out first.
    pub posts: &'a [ScheduledPost<'a>],
    /// Where the reader is.
    pub zone: Tz,
}

/// A post that will go out.
#[derive(Clone, Copy, Debug)]
pub struct ScheduledPost<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Where: the platform's id of the network.
    pub network: &'a str,
    /// Its words.
    pub text: &'a str,
}

impl ScheduledPosts<'_> {
    /// The text, at most seven lines. The posts are numbered as their buttons are: on from the page before.
    pub fn render(&self, language: Language) -> Html {
        if self.total == 0 {
            return say(language, key!("posts-none"), &Args::new());
        }
        let pages = pages(self.total);
        let text = Lines::new(language).say(key!("posts"), Args::new().count("count", self.total));
        self.posts
            .iter()
            .zip(self.first_number()..)
            .fold(text, |text, (post, number)| {
                let item = Args::new().count("number", number).html("item", post.render(language, self.zone));
                text.say(key!("posts-item"), item)
            })
            .say_if_some(
                key!("posts-page"),
                (pages > 1).then(|| Args::new().count("page", self.page + 1).count("pages", pages)),
            )
            .finish()
    }

    /// The number of the first post on the page, from 1.
    pub fn first_number(&self) -> u64 {
        self.page * POSTS_A_PAGE + 1
    }
}

impl ScheduledPost<'_> {
    fn render(&self, language: Language, zone: Tz) -> Html {
        let at = moment(language, self.at, zone, Precision::Day);
        let parts = [Some(at), Some(network(language, self.network)), quoted(language, Some(self.text))];
        joined(parts.into_iter().flatten())
    }
}

/// How many pages `total` posts fill.
pub fn pages(total: u64) -> u64 {
    total.div_ceil(POSTS_A_PAGE)
}

/// The label of the button that opens the post with this number.
pub fn post_button(language: Language, number: u64) -> String {
    say(language, key!("button-post-number"), &Args::new().count("number", number)).plain()
}
