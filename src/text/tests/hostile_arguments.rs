//! Whatever a person or a platform calls things, every text stays a message that Telegram takes.

use proptest::prelude::*;

use super::every_text::{labels, messages};
use super::telegram_html;
use crate::domain::language::Language;
use crate::text::Html;

/// The longest message, in UTF-16 units after the markup is read (Bot API, `sendMessage`).
const LONGEST_MESSAGE: usize = 4096;

fn check(words: &str) {
    for language in Language::ALL {
        for full in [true, false] {
            messages(language, words, full).iter().for_each(check_message);
        }
    }
}

fn check_message(message: &Html) {
    let read = match telegram_html::read(message.as_str()) {
        Ok(read) => read,
        Err(error) => panic!("{error}\nin {}", message.as_str()),
    };
    assert_eq!(message.plain(), read, "the plain fallback says the same");
    assert_eq!(message.utf16_len(), read.encode_utf16().count());
    assert!(message.utf16_len() <= LONGEST_MESSAGE, "{} units: {read:.80}", message.utf16_len());
    assert!(!read.trim().is_empty());
}

#[test]
fn words_that_look_like_markup() {
    for words in [
        "<b>",
        "</b>",
        "&",
        "&amp;",
        "\"",
        "'",
        "\"><script>alert(1)</script>",
        "<a href=\"tg://user?id=1\">",
        "{ $account } { -where-to-connect } {\"x\"}",
        "]]>",
    ] {
        check(words);
    }
}

#[test]
fn words_that_are_very_long() {
    for piece in
        ["a", "&", "\"", " ", "\n", "😀", "👨\u{200D}👩\u{200D}👧", "e\u{301}\u{302}", "한", "\u{200F}ש"]
    {
        check(&piece.repeat(4096));
    }
    check(&format!("a{}", "\u{301}".repeat(9000)));
}

#[test]
fn words_with_nothing_to_read() {
    for words in ["", " ", "\n\n", "\0", "\u{202E}", "\u{2067}\u{2028}"] {
        check(words);
    }
}

#[test]
fn foreign_words_cannot_turn_ours_around() {
    for message in messages(Language::En, "\u{202E}evil\u{2066}\u{202A}", true) {
        assert!(!message.as_str().contains(['\u{202A}', '\u{202E}', '\u{2066}']), "{}", message.as_str());
    }
}

#[test]
fn messages_are_short_enough_to_be_read() {
    for language in Language::ALL {
        for full in [true, false] {
            for message in messages(language, "line\nline\nline", full) {
                let text = message.as_str();
                // An announcement has the lines that its author gave it; here three, under a title.
                // Nor is a list of commands short: admins have many.
                let lines = text.lines().filter(|line| !line.starts_with('/')).count();
                assert!(lines <= 8, "{lines} lines: {text}");
                assert_eq!(text.trim(), text, "no space around a message");
                assert!(!text.contains("\n\n\n"), "no double gap: {text}");
            }
        }
    }
}

#[test]
fn labels_are_plain_and_fit() {
    for language in Language::ALL {
        for (limit, label) in labels(language) {
            assert!(!label.is_empty() && !label.contains(['<', '>', '&']), "{label}");
            assert!(label.encode_utf16().count() <= limit, "{label}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_words(words in any::<String>()) {
        check(&words);
    }

    #[test]
    fn words_of_markup_and_direction(words in "[<>&\";/ab=#\\{\\}\u{200D}\u{202E}\u{2067}\u{0}\n👧é한]{0,400}") {
        check(&words);
    }
}
