//! Why a post is not out and what its author can do, by the class of the failure.

use super::argument::{Args, snippet};
use super::catalog::{Key, key, say};
use super::html::Html;
use super::lines::Lines;
use super::words::written;
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;

/// Why a post is not out and what its author can do, as far as that was told.
pub(super) struct Told<'a> {
    /// The class of the failure: told in the reader's language, in the place of the platform's words.
    pub(super) code: Option<FailureCode>,
    /// Why, in the platform's words.
    pub(super) why: Option<&'a str>,
    /// What the person can do, in the platform's words.
    pub(super) fix: Option<&'a str>,
}

/// `text` and below it a line that says why, and one that says what to do; `network`: its name as it is shown.
pub(super) fn explain(text: Lines, language: Language, network: Html, told: &Told<'_>) -> Lines {
    if let Some(code) = told.code {
        let Words { why, fix, .. } = words(code);
        let said = |key: Key| say(language, key, &Args::new().html("network", network.clone()));
        return text
            .say(key!("why"), Args::new().html("why", said(why)))
            .say(key!("fix"), Args::new().html("fix", said(fix)));
    }
    let text = match written(told.why) {
        Some(why) => text.say(key!("why"), Args::new().sentence("why", why)),
        None => text.say(key!("why-unknown"), Args::new().html("network", network)),
    };
    text.say_if_some(key!("fix"), written(told.fix).map(|fix| Args::new().sentence("fix", fix)))
}

/// Why, in a few words that stand beside the network's name: "login expired". Without a class the beginning of the
/// platform's words; nothing where it gave none.
pub(super) fn in_short(language: Language, code: Option<FailureCode>, why: Option<&str>) -> Option<Html> {
    match code {
        Some(code) => Some(say(language, words(code).in_short, &Args::new())),
        None => written(why).map(snippet),
    }
}

/// What is said of a class of failure.
struct Words {
    /// In a few words.
    in_short: Key,
    /// In a sentence.
    why: Key,
    /// What to do.
    fix: Key,
}

/// The [`Words`] of the texts called so: the sentence by the name itself, the other two with an ending.
macro_rules! words {
    ($class:literal) => {
        Words {
            in_short: const { Key::named(concat!($class, "-short")) },
            why: key!($class),
            fix: const { Key::named(concat!($class, "-fix")) },
        }
    };
}

fn words(code: FailureCode) -> Words {
    match code {
        FailureCode::LoginExpired => words!("login-expired"),
        FailureCode::BotNotAdmin => words!("bot-not-admin"),
        FailureCode::ChannelNotFound => words!("channel-not-found"),
        FailureCode::ChannelDisconnected => words!("channel-disconnected"),
        FailureCode::TopicGone => words!("topic-gone"),
        FailureCode::MediaUnreachable => words!("media-unreachable"),
        FailureCode::MediaRejected => words!("media-rejected"),
        FailureCode::TextTooLong => words!("text-too-long"),
        FailureCode::TextRejected => words!("text-rejected"),
        FailureCode::Duplicate => words!("duplicate"),
        FailureCode::RateLimited => words!("rate-limited"),
        FailureCode::ConnectorUnreachable => words!("connector-unreachable"),
        FailureCode::ConnectorRefused => words!("connector-refused"),
        FailureCode::Refused => words!("refused"),
    }
}
