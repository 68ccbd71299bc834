//! What admins read about dead letters: `/failed` and `/resend`.

use std::time::Duration;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::words::{reason, written};
use crate::domain::language::Language;
use crate::domain::notification::State;

/// A notification that was given up.
#[derive(Clone, Copy, Debug)]
pub struct DeadLetter<'a> {
    /// Its number.
    pub id: i64,
    /// For whom it was.
    pub account: &'a str,
    /// What it was about, as the platform calls it.
    pub kind: &'a str,
    /// Why it was given up, as stored.
    pub reason: Option<&'a str>,
    /// How long ago.
    pub ago: Duration,
}

impl DeadLetter<'_> {
    fn render(&self, language: Language) -> Html {
        let args = Args::new()
            .name("id", &self.id.to_string())
            .name("account", self.account)
            .name("kind", self.kind)
            .html("why", reason(language, self.reason))
            .html("age", super::time::age(language, self.ago));
        say(language, key!("dead-letter"), &args)
    }
}

/// The answer to `/failed`: the last of `count` dead letters, a line for each. `news` stands above them: what
/// became of one of them just now.
pub fn dead_letters(language: Language, news: Option<Html>, count: u64, last: &[DeadLetter<'_>]) -> Html {
    let text = Lines::new(language).push_if_some(news);
    if last.is_empty() {
        return text.say(key!("dead-letters-none"), Args::new()).finish();
    }
    let text = text.say(key!("dead-letters"), Args::new().count("count", count));
    let text = last.iter().fold(text, |text, letter| text.push(letter.render(language)));
    let more = count.saturating_sub(u64::try_from(last.len()).unwrap_or(u64::MAX));
    text.say_if_some(key!("and-more"), (more > 0).then(|| Args::new().count("count", more))).finish()
}

/// The label of the button that sends dead letter `id` again.
pub fn resend_button(language: Language, id: i64) -> String {
    say(language, key!("button-resend"), &Args::new().name("id", &id.to_string())).plain()
}

/// What became of the wish to send a dead letter again.
#[derive(Clone, Copy, Debug)]
pub enum Resend<'a> {
    /// So it stands now, whoever asked for it first.
    Stands {
        /// Where.
        state: State,
        /// Why dead or cancelled, as stored.
        reason: Option<&'a str>,
    },
    /// Its account has no chat.
    NotLinked {
        /// Whose it is.
        account: &'a str,
    },
    /// Its account's chat can't be reached.
    Unreachable {
        /// Whose it is.
        account: &'a str,
        /// Why, as stored.
        reason: &'a str,
    },
    /// There is no such notification.
    Unknown,
}

impl Resend<'_> {
    /// The text about the notification that was called `id`.
    pub fn render(self, language: Language, id: &str) -> Html {
        let args = Args::new().name("id", id);
        let because = |args: Args, code: Option<&str>| args.html("why", reason(language, code));
        let (key, args) = match self {
            Self::Stands { state: State::Sent, .. } => (key!("resend-sent"), args),
            Self::Stands { state: State::Pending | State::Sending, .. } => (key!("resend-waits"), args),
            Self::Stands { state: State::Dead, reason } => (key!("resend-died"), because(args, reason)),
            Self::Stands { state: State::Cancelled, reason } => {
                (key!("resend-cancelled"), because(args, reason))
            }
            Self::NotLinked { account } => (key!("resend-not-linked"), args.name("account", account)),
            Self::Unreachable { account, reason } => {
                (key!("resend-unreachable"), because(args.name("account", account), Some(reason)))
            }
            Self::Unknown => (key!("resend-unknown"), args),
        };
        say(language, key, &args)
    }
}

/// The question which one to send again, or the answer to a number that there is not.
pub fn which_dead_letter(language: Language, unknown: Option<&str>) -> Html {
    Lines::new(language)
        .push_if_some(written(unknown).map(|id| Resend::Unknown.render(language, id)))
        .say(key!("resend-which"), Args::new())
        .finish()
}
