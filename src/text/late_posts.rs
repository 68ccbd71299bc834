//! The question about posts that should have gone out long ago, and what its answer did.

use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::{Html, joined};
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::language::Language;
use crate::domain::late_posts::{LatePost, LatePosts};

/// Whether `late` should still go out; the reader is in `zone`.
pub fn question(language: Language, late: &LatePosts, zone: Tz) -> Html {
    match late.named.as_slice() {
        [post] if late.count == 1 => about_one(language, post, zone),
        named => about_several(language, late.count, named, zone),
    }
}

/// What the answer did to `count` posts; with none, somebody else had answered.
pub fn answered(language: Language, published: bool, count: u64) -> Html {
    let key = match (count, published) {
        (0, _) => return say(language, key!("late-settled"), &Args::new()),
        (_, true) => key!("late-published"),
        (_, false) => key!("late-cancelled"),
    };
    say(language, key, &Args::new().count("count", count))
}

fn about_one(language: Language, post: &LatePost, zone: Tz) -> Html {
    let time = moment(language, post.publish_at, zone, Precision::Day);
    Lines::new(language)
        .say(key!("late-post"), Args::new().html("network", network(language, &post.network)))
        .push_if_some(quoted(language, Some(&post.text)))
        .blank()
        .say(key!("late-since"), Args::new().html("time", time))
        .say(key!("late-question"), Args::new().count("count", 1))
        .finish()
}

fn about_several(language: Language, count: u64, named: &[LatePost], zone: Tz) -> Html {
    let text = Lines::new(language).say(key!("late-posts"), Args::new().count("count", count)).blank();
    let line = |post: &LatePost| {
        let place = Args::new()
            .html("time", moment(language, post.publish_at, zone, Precision::Day))
            .html("network", network(language, &post.network));
        let place = say(language, key!("digest-post"), &place);
        joined([Some(place), quoted(language, Some(&post.text))].into_iter().flatten())
    };
    let more = count.saturating_sub(named.len() as u64);
    let more = (more > 0).then(|| say(language, key!("and-more"), &Args::new().count("count", more)));
    named
        .iter()
        .map(line)
        .chain(more)
        .fold(text, |text, item| text.say(key!("digest-item"), Args::new().html("item", item)))
        .say(key!("late-question"), Args::new().count("count", count))
        .finish()
}
