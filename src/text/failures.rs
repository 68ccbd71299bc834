//! Several posts that failed for one cause, in one message.

use chrono_tz::Tz;

use super::argument::{Args, web_address};
use super::catalog::{key, say};
use super::digest::more;
use super::failure::{Told, explain};
use super::html::Html;
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::event::EventData;
use crate::domain::language::Language;
use crate::domain::notice::ToldPost;
use crate::domain::post::Status;

/// How many of the posts are listed? With what stands above and below them a message has eight lines.
const LISTED: usize = 4;

/// The posts of one message.
#[derive(Clone, Copy, Debug)]
pub struct Failures<'a> {
    /// The posts, with what has become of them.
    pub told: &'a [ToldPost],
    /// Where the reader is.
    pub zone: Tz,
}

impl Failures<'_> {
    /// The text, at most eight lines.
    pub fn render(&self, language: Language) -> Html {
        let nothing = EventData::default();
        let first = self.told.first().map_or(&nothing, |told| &told.event);
        let network = network(language, first.network.as_deref().unwrap_or_default());
        let (over, left): (Vec<_>, Vec<_>) = self.told.iter().partition(|told| told.is_looked_after());
        let title = Args::new().count("count", count(left.len())).html("network", network.clone());
        let text = Lines::new(language);
        let text = if left.is_empty() {
            text.say(key!("failures-over"), title)
        } else {
            let told =
                Told { code: first.error_code, why: first.error.as_deref(), fix: first.fix.as_deref() };
            explain(text.say(key!("failures"), title), language, network, &told)
        };
        // What is left to be mended comes first.
        let listed = left.into_iter().chain(over).take(LISTED);
        let hidden = count(self.told.len().saturating_sub(LISTED));
        listed
            .fold(text, |text, told| text.push(self.line(language, told)))
            .push_if_some(more(language, hidden))
            .finish()
    }

    /// "• Nov 22, 17:00 “New scones…”", with another mark once it was looked after.
    fn line(&self, language: Language, told: &ToldPost) -> Html {
        let mark = match told.post.as_ref().map(|post| post.status) {
            None if told.is_out => "✅",
            None | Some(Status::Failed) => "•",
            Some(Status::Scheduled | Status::Publishing) => "🔄",
            Some(Status::Published) => "✅",
            Some(Status::Cancelled) => "🚫",
            Some(Status::Unconfirmed) => "⚠️",
        };
        let at = told.event.scheduled_at.map(|at| moment(language, at, self.zone, Precision::Day));
        let words = quoted(language, told.event.text.as_deref());
        let words: Vec<String> = [at, words].into_iter().flatten().map(Html::into_string).collect();
        let words = if words.is_empty() { "–".to_owned() } else { words.join(" ") };
        let args = Args::new().name("mark", mark).html("item", Html::trusted(words));
        match told.url.as_deref().and_then(web_address) {
            Some(url) => say(language, key!("failures-item-out"), &args.link("url", &url)),
            None => say(language, key!("failures-item"), &args),
        }
    }
}

/// What is left to say in a message whose post is listed by another one.
pub fn listed_below(language: Language, network_id: &str, text: Option<&str>) -> Html {
    Lines::new(language)
        .say(key!("failed"), Args::new().html("network", network(language, network_id)))
        .push_if_some(quoted(language, text))
        .say(key!("failures-below"), Args::new())
        .finish()
}

fn count(posts: usize) -> u64 {
    u64::try_from(posts).unwrap_or(u64::MAX)
}
