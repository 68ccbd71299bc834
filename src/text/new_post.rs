//! `/new`: a post is written, step by step.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::cldr;
use super::html::Html;
use super::lines::Lines;
use super::time::{Precision, moment};
use super::words::{network, quoted};
use crate::domain::language::Language;

/// The question what it says.
pub fn text_question(language: Language) -> Html {
    say(language, key!("new-text"), &Args::new())
}

/// The question where `text` goes; `some_take_none`: there are networks that can't take what it shows.
pub fn networks_question(language: Language, text: &str, some_take_none: bool) -> Html {
    Lines::new(language)
        .say(key!("new-networks"), Args::new())
        .push_if_some(quoted(language, Some(text)))
        .say_if(some_take_none, key!("new-networks-without-media"))
        .say(key!("new-networks-how"), Args::new())
        .finish()
}

/// A post was sent that is neither text nor a picture or film.
pub fn only_text_or_media(language: Language) -> Html {
    say(language, key!("new-only-text-or-media"), &Args::new())
}

/// A picture or film was sent, and there is nowhere to post it to.
pub fn no_media(language: Language) -> Html {
    say(language, key!("new-no-media"), &Args::new())
}

/// In the place of a question, above a picture or film as it will look.
pub fn preview_below(language: Language) -> Html {
    say(language, key!("new-preview-below"), &Args::new())
}

/// Words came where a button is awaited; `question` is asked again.
pub fn use_buttons(language: Language, question: Html) -> Html {
    Lines::new(language).say(key!("new-use-buttons"), Args::new()).blank().push(question).finish()
}

/// There is no network.
pub fn no_networks(language: Language) -> Html {
    say(language, key!("new-no-networks"), &Args::new())
}

/// The draft was thrown away.
pub fn dropped(language: Language) -> Html {
    say(language, key!("new-dropped"), &Args::new())
}

/// Where a draft goes and when.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The networks.
    pub networks: &'a [&'a str],
    /// When; `None`: at once.
    pub at: Option<DateTime<Utc>>,
    /// Where the reader is.
    pub zone: Tz,
}

/// A text that a network does not take.
#[derive(Clone, Copy, Debug)]
pub struct TooLong<'a> {
    /// Which network.
    pub network: &'a str,
    /// How many characters it takes, in UTF-16 units.
    pub limit: usize,
    /// How many there are.
    pub length: usize,
}

impl Destination<'_> {
    /// The question whether all is right, below the preview. `too_long`: why it is not; `again`: where the same text
    /// went lately.
    pub fn review(&self, language: Language, too_long: &[TooLong<'_>], again: &[&str]) -> Html {
        let title = if too_long.is_empty() { key!("new-review") } else { key!("new-does-not-fit") };
        let text = self.lines(Lines::new(language).say(title, Args::new()), language);
        let text = too_long.iter().take(SHOWN).fold(text, |text, it| {
            let args = Args::new()
                .html("network", network(language, it.network))
                .count("limit", it.limit as u64)
                .count("length", it.length as u64);
            text.say(key!("new-too-long"), args)
        });
        let again = (!again.is_empty()).then(|| Args::new().html("networks", names(language, again)));
        text.say_if_some(key!("new-again"), again).finish()
    }

    /// The posts are written.
    pub fn scheduled(&self, language: Language) -> Html {
        let title = if self.at.is_some() { key!("new-scheduled") } else { key!("new-going-out") };
        let text = self.lines(Lines::new(language).say(title, Args::new()), language);
        text.say_if(self.at.is_some(), key!("new-more")).finish()
    }

    fn lines(&self, text: Lines, language: Language) -> Lines {
        let text = text.say(key!("new-to"), Args::new().html("networks", names(language, self.networks)));
        match self.at {
            Some(at) => {
                let time = moment(language, at, self.zone, Precision::Day);
                text.say(key!("new-at"), Args::new().html("time", time))
            }
            None => text.say(key!("new-at-once"), Args::new()),
        }
    }
}

/// How many networks does one line name?
const SHOWN: usize = 3;

/// "News, Instagram, X, and 2 more"
fn names(language: Language, networks: &[&str]) -> Html {
    let more = networks.len().saturating_sub(SHOWN) as u64;
    let more =
        (more > 0).then(|| say(language, key!("new-more-networks"), &Args::new().count("count", more)));
    let shown = networks.iter().take(SHOWN).map(|name| network(language, name));
    let names: Vec<String> = shown.chain(more).map(Html::into_string).collect();
    Html::trusted(cldr::list(language, &names))
}

/// A button below a draft.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'a> {
    /// A network, chosen or not.
    Network {
        /// Which.
        name: &'a str,
        /// Whether it is chosen.
        chosen: bool,
    },
    /// On to the next question.
    Next,
    /// It goes out at once.
    AtOnce,
    /// All is right; it goes out at once or not.
    Post {
        /// Whether it does.
        at_once: bool,
    },
    /// Change the words.
    Text,
    /// Change the networks.
    Networks,
    /// Change the time.
    Time,
    /// Throw it away.
    Drop,
}

impl Choice<'_> {
    /// The label, as plain text.
    pub fn label(self, language: Language) -> String {
        let key = match self {
            Self::Network { name, chosen } => {
                let name = network(language, name);
                let mark = if chosen { key!("choose-chosen") } else { key!("choose-not-chosen") };
                return say(language, mark, &Args::new().html("choice", name)).plain();
            }
            Self::Next => key!("choose-next"),
            Self::AtOnce => key!("choose-at-once"),
            Self::Post { at_once: true } => key!("choose-post-now"),
            Self::Post { at_once: false } => key!("choose-schedule"),
            Self::Text => key!("choose-text"),
            Self::Networks => key!("choose-networks"),
            Self::Time => key!("choose-time"),
            Self::Drop => key!("choose-drop"),
        };
        say(language, key, &Args::new()).plain()
    }
}

#[cfg(test)]
mod tests {
    use Language::{En, Ko};

    use super::*;

    #[test]
    fn networks_are_a_list_in_the_words_of_the_language() {
        assert_eq!(names(En, &["instagram"]).as_str(), "Instagram");
        assert_eq!(names(En, &["instagram", "news <1>"]).as_str(), "Instagram and news &lt;1&gt;");
        assert_eq!(names(Ko, &["instagram", "x"]).as_str(), "인스타그램 및 X");
        let five = ["instagram", "threads", "x", "tiktok", "news"];
        assert_eq!(names(En, &five).as_str(), "Instagram, Threads, X, and 2 more");
        assert_eq!(names(Ko, &five).as_str(), "인스타그램, 스레드, X 및 그 외 2곳");
    }
}
