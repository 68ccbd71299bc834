//! The arguments of a text: the one place where foreign words are cleaned, shortened and escaped.

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_bundle::{FluentArgs, FluentValue};
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::html::Html;

// How much of a foreign word is shown, in UTF-16 units. The sum of what one text takes stays well under
// Telegram's 4096; only an announcement comes near it, because its words are nearly all it has: a line or two may tell
// that it is late, and whose it is.
const NAME: usize = 64;
const LABEL: usize = 40;
const SNIPPET: usize = 100;
const SENTENCE: usize = 300;
const ANNOUNCEMENT: usize = 3_960;
const PREVIEW: usize = 3000;

/// What stands for a word that has nothing to show.
const NOTHING: &str = "–";

/// The named arguments of one text.
#[derive(Default)]
pub(super) struct Args(FluentArgs<'static>);

impl Args {
    /// No arguments yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// What something is called: an account, a chat, a network.
    pub(super) fn name(self, key: &'static str, words: &str) -> Self {
        self.html(key, one_line(words, NAME))
    }

    /// The same on a button.
    pub(super) fn label(self, key: &'static str, words: &str) -> Self {
        self.html(key, one_line(words, LABEL))
    }

    /// The beginning of a post, enough to recognise it.
    pub(super) fn snippet(self, key: &'static str, words: &str) -> Self {
        self.html(key, snippet(words))
    }

    /// A sentence or two that somebody else wrote, such as a network's error.
    pub(super) fn sentence(self, key: &'static str, words: &str) -> Self {
        self.html(key, one_line(words, SENTENCE))
    }

    /// A whole announcement, with its own lines.
    pub(super) fn announcement(self, key: &'static str, words: &str) -> Self {
        self.html(key, shown(words, ANNOUNCEMENT))
    }

    /// A post as it will look, with its own lines.
    pub(super) fn preview(self, key: &'static str, words: &str) -> Self {
        self.html(key, shown(words, PREVIEW))
    }

    /// An address, for an `href`.
    pub(super) fn link(self, key: &'static str, url: &Url) -> Self {
        self.html(key, Html::escaped(url.as_str()))
    }

    /// A count; shown with thousands separators, and plural forms may depend on it.
    pub(super) fn count(self, key: &'static str, count: u64) -> Self {
        self.set(key, count.into())
    }

    /// Something measured, in tenths: 8 is shown as "0.8", 120 as "12.0".
    pub(super) fn tenths(self, key: &'static str, tenths: u64) -> Self {
        let options = FluentNumberOptions { minimum_fraction_digits: Some(1), ..Default::default() };
        self.set(key, FluentNumber::new(tenths as f64 / 10.0, options).into())
    }

    /// A finished piece of text.
    pub(super) fn html(self, key: &'static str, html: Html) -> Self {
        self.set(key, html.into_string().into())
    }

    fn set(mut self, key: &'static str, value: FluentValue<'static>) -> Self {
        self.0.set(key, value);
        self
    }

    /// The arguments as Fluent takes them.
    pub(super) fn as_fluent(&self) -> &FluentArgs<'static> {
        &self.0
    }
}

/// The beginning of foreign words, enough to recognise them, on one line.
pub(super) fn snippet(words: &str) -> Html {
    one_line(words, SNIPPET)
}

/// The web address in `words`, if it is one that a link in a message may open. Telegram drops links to
/// other schemes, and 2048 characters are more than any post's address has.
pub(super) fn web_address(words: &str) -> Option<Url> {
    let url = Url::parse(words.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= 2048).then_some(url)
}

fn one_line(words: &str, most: usize) -> Html {
    shown(&words.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

fn shown(words: &str, most: usize) -> Html {
    let html = Html::escaped(&shortened(words.trim(), most));
    if html.as_str().is_empty() { Html::escaped(NOTHING) } else { html }
}

/// The longest beginning of `words` that fits `most` UTF-16 units, with an ellipsis where something is
/// missing. Cuts between what a reader sees as characters, unless one alone is too long (a letter under a
/// thousand accents).
fn shortened(words: &str, most: usize) -> String {
    if units(words) <= most {
        return words.to_owned();
    }
    let room = most - units("…");
    let mut kept = prefix(words.graphemes(true), room);
    if kept == 0 {
        kept = prefix(words.split_inclusive(|_| true), room);
    }
    let (beginning, _) = words.split_at(kept);
    format!("{}…", beginning.trim_end())
}

/// How many bytes the leading `pieces` have that fit `room` UTF-16 units together.
fn prefix<'a>(pieces: impl Iterator<Item = &'a str>, room: usize) -> usize {
    pieces
        .scan(0, |used, piece| {
            *used += units(piece);
            (*used <= room).then_some(piece.len())
        })
        .sum()
}

fn units(words: &str) -> usize {
    words.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_words_stay_as_they_are() {
        assert_eq!(shortened("scones", 6), "scones");
    }

    #[test]
    fn long_words_end_in_an_ellipsis() {
        assert_eq!(shortened("New scones from 8", 11), "New scones…");
        assert_eq!(shortened("New scones from 8", 12), "New scones…", "no space before the ellipsis");
    }

    #[test]
    fn a_family_is_not_torn_apart() {
        let family = "👨\u{200D}👩\u{200D}👧"; // 8 units
        assert_eq!(shortened(&family.repeat(3), 20), format!("{family}{family}…"));
        assert_eq!(shortened(&"e\u{301}".repeat(4), 4), "e\u{301}…", "an accent stays on its letter");
    }

    #[test]
    fn one_endless_character_is_cut_inside() {
        let zalgo = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(shortened(&zalgo, 10), format!("a{}…", "\u{301}".repeat(8)));
    }

    #[test]
    fn lines_are_folded_into_one() {
        assert_eq!(one_line(" New\r\n\n scones\u{2028}today\t", 50).as_str(), "New scones today");
    }

    #[test]
    fn nothing_is_shown_as_a_dash() {
        assert_eq!(one_line(" \n\u{202E}", 50).as_str(), "–");
    }

    #[test]
    fn only_web_addresses_become_links() {
        let address = |words| web_address(words).map(String::from);
        assert_eq!(
            address("https://a.example/p?a=1&b=\"2\"").as_deref(),
            Some("https://a.example/p?a=1&b=%222%22")
        );
        for refused in ["javascript:alert(1)", "tg://resolve?domain=x", "a.example/p", "", "https://"] {
            assert_eq!(address(refused), None, "{refused}");
        }
        assert_eq!(address(&format!("https://a.example/{}", "x".repeat(2048))), None);
    }

    proptest! {
        #[test]
        fn never_longer_than_allowed(words in any::<String>(), most in 1_usize..40) {
            let short = shortened(&words, most);
            prop_assert!(units(&short) <= most);
            prop_assert!(words.starts_with(short.trim_end_matches('…').trim_end()) || words == short);
        }
    }
}
