//! Merging: failures with one cause, within a short time, become one message.
//!
//! The first comes at once, and so does the second. From the third on, one message lists them all, with one set of
//! buttons; what fails for the same cause soon after it is added to that message.

use sha2::{Digest as _, Sha256};

use super::event::{Event, EventData, EventKind};
use super::failure_code::FailureCode;

/// So many failures with one cause are one message; two stay two.
pub const FEWEST: usize = 3;

/// A word with a digit in it and at least so many characters is a number that tells one request from another: a time,
/// a trace, the id of a post. A shorter one, such as an error's code, belongs to the cause.
const NUMBER_LENGTH: usize = 6;

impl Event {
    /// The cause of the failure that it tells of, if it tells of one.
    pub fn cause(&self) -> Option<String> {
        (self.kind == EventKind::PostFailed).then(|| cause(&self.data))
    }
}

/// The cause of the failure that `data` tells of, as a short key: the same for the same network and class, whatever
/// the words; without a class, for an error that differs in nothing but case, blanks, the stop at its end and the
/// numbers in it. So what is read about the posts of one cause is one and the same.
pub fn cause(data: &EventData) -> String {
    let network = data.network.as_deref().unwrap_or_default().trim().to_lowercase();
    let error = data.error.as_deref().filter(|_| data.error_code.is_none());
    let error = error.unwrap_or_default().to_lowercase();
    let mut hash = Sha256::new();
    hash.update(network);
    hash.update([0]);
    // A word of an error begins with a blank: no words are a class.
    hash.update(data.error_code.map_or("", FailureCode::as_str));
    for word in
        error.trim_end_matches(|it: char| it.is_ascii_punctuation() || it.is_whitespace()).split_whitespace()
    {
        let is_number =
            word.chars().count() >= NUMBER_LENGTH && word.contains(|it: char| it.is_ascii_digit());
        hash.update(if is_number { " #".to_owned() } else { format!(" {word}") });
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caused_by(network: &str, error: &str) -> String {
        let data =
            EventData { network: Some(network.into()), error: Some(error.into()), ..EventData::default() };
        cause(&data)
    }

    #[test]
    fn one_cause_has_many_spellings() {
        let cause = caused_by("facebook", "Log in again (trace 8f2c91ab, 12:03:07).");
        for (network, error) in [
            ("Facebook", "log in again  (trace 00aa17ff,\n23:59:59)"),
            ("facebook ", "LOG IN AGAIN (trace 8f2c91ab, 12:03:07)!"),
        ] {
            assert_eq!(caused_by(network, error), cause, "{network}: {error}");
        }
    }

    #[test]
    fn another_network_or_another_error_is_another_cause() {
        let cause = caused_by("facebook", "Error 190");
        for (network, error) in [("instagram", "Error 190"), ("facebook", "Error 368"), ("facebook", "")] {
            assert_ne!(caused_by(network, error), cause, "{network}: {error}");
        }
        assert_ne!(
            caused_by("a b", "c"),
            caused_by("a", "b c"),
            "a network's name is not a part of the error"
        );
    }

    #[test]
    fn a_class_is_a_cause_whatever_the_words() {
        let of_class = |network: &str, error: &str, error_code| {
            let (network, error) = (Some(network.to_owned()), Some(error.to_owned()));
            cause(&EventData { network, error, error_code, ..EventData::default() })
        };
        let expired = Some(FailureCode::LoginExpired);
        let known = of_class("x", "Log in again.", expired);
        assert_eq!(of_class("X", "OAuthException 190", expired), known);
        for (network, error, code) in [
            ("facebook", "Log in again.", expired),
            ("x", "Log in again.", Some(FailureCode::Duplicate)),
            ("x", "Log in again.", None),
            ("x", "login_expired", None),
        ] {
            assert_ne!(of_class(network, error, code), known, "{network}: {error}: {code:?}");
        }
    }

    #[test]
    fn any_words_have_a_short_cause() {
        for words in ["", " ", "\u{202E}", &"1".repeat(100_000), &"👨‍👩‍👧 ".repeat(10_000)] {
            assert_eq!(caused_by(words, words).len(), 32);
        }
    }
}
