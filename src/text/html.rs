//! A finished Telegram-HTML text, and the one way to put foreign words into it.

use std::fmt::Write as _;

/// The characters that mean something to Telegram's HTML parser, and how they are written instead.
/// These four are the only named entities it knows (Bot API, "HTML style").
const ENTITIES: [(char, &str); 4] = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;")];

/// A finished text in Telegram's HTML: balanced tags, foreign words escaped, within Telegram's length.
/// Only this room makes one, so whoever holds one may send it with parse mode `HTML`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Takes markup that is known to be well formed.
    pub(super) fn trusted(markup: String) -> Self {
        Self(markup)
    }

    /// Foreign words as they should be read: cleaned of what disturbs other words, then escaped.
    pub(super) fn escaped(words: &str) -> Self {
        Self(escape(&clean(words)))
    }

    /// The text with its tags, for parse mode `HTML`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with its tags, for parse mode `HTML`.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The words without the markup: to be sent without a parse mode when Telegram answers
    /// "can't parse entities".
    pub fn plain(&self) -> String {
        let mut plain = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find(['<', '&']) {
            let (before, markup) = rest.split_at(at);
            plain.push_str(before);
            let entity = ENTITIES.iter().find_map(|(c, name)| Some((*c, markup.strip_prefix(name)?)));
            rest = match entity {
                Some((character, after)) => {
                    plain.push(character);
                    after
                }
                None => markup.split_once('>').map_or("", |(_tag, after)| after),
            };
        }
        plain.push_str(rest);
        plain
    }

    /// How long Telegram finds the text, in UTF-16 units: it counts after reading the markup, and allows
    /// 4096 (Bot API, `sendMessage`: "1-4096 characters after entities parsing").
    pub fn utf16_len(&self) -> usize {
        self.plain().encode_utf16().count()
    }
}

/// Puts `parts` on one line with a middle dot between them.
pub(super) fn joined(parts: impl IntoIterator<Item = Html>) -> Html {
    let mut line = String::new();
    for part in parts {
        let separator = if line.is_empty() { "" } else { " · " };
        // Writing to a String cannot fail.
        let _ = write!(line, "{separator}{}", part.0);
    }
    Html(line)
}

/// Removes what a person did not mean to write and what would disturb the words around it: control
/// characters except newlines, and the direction controls that reach past the end of their own text
/// (an account called "\u{202E}" would turn the rest of our line around). Telegram's server removes
/// U+2028–U+202E itself; the isolates U+2066–U+2069 it leaves.
fn clean(words: &str) -> String {
    let stays = |c: &char| match c {
        '\n' => true,
        '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        c => !c.is_control(),
    };
    words.replace('\t', " ").chars().filter(stays).collect()
}

fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for character in words.chars() {
        match ENTITIES.iter().find(|(special, _)| *special == character) {
            Some((_, entity)) => escaped.push_str(entity),
            None => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_in_foreign_words_is_only_words() {
        let html = Html::escaped(r#"<b>"Tom & Jerry"</b> &lt;"#);
        assert_eq!(html.as_str(), "&lt;b&gt;&quot;Tom &amp; Jerry&quot;&lt;/b&gt; &amp;lt;");
        assert_eq!(html.plain(), r#"<b>"Tom & Jerry"</b> &lt;"#);
    }

    #[test]
    fn what_disturbs_other_words_is_removed() {
        let html = Html::escaped("a\0b\u{7}c\r\nd\te\u{202E}f\u{2067}g\u{85}h");
        assert_eq!(html.as_str(), "abc\nd efgh");
    }

    #[test]
    fn what_writing_needs_is_kept() {
        let words = "👩\u{200D}👩\u{200D}👧 שלום\u{200F} e\u{301} \u{FE0F}";
        assert_eq!(Html::escaped(words).as_str(), words);
    }

    #[test]
    fn plain_words_lose_the_tags_and_keep_the_rest() {
        let html =
            Html::trusted(r#"✅ <b>A &amp; B</b> <a href="https://a.example/?x=1&amp;y">see</a>"#.into());
        assert_eq!(html.plain(), "✅ A & B see");
        assert_eq!(html.utf16_len(), 11);
    }

    #[test]
    fn length_is_counted_in_utf16_units_of_what_is_read() {
        assert_eq!(Html::escaped("&😀한").utf16_len(), 1 + 2 + 1);
    }

    proptest! {
        #[test]
        fn escaped_words_read_as_they_were_written(words in any::<String>()) {
            let html = Html::escaped(&words);
            prop_assert_eq!(html.plain(), clean(&words));
            prop_assert!(!html.as_str().contains(['<', '>', '"']));
        }
    }
}
