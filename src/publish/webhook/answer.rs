//! What a connector's answer means for the post.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::domain::post::{Outcome, Reason};
use crate::publish::Verdict;

/// What to do when nobody knows.
pub(super) const LOOK: &str = "Look whether the post is out. If it is not, publish it again";

/// How much of a connector's words is passed on, in characters?
const WORDS_MAX: usize = 300;

/// The longest address kept, in bytes.
const URL_MAX: usize = 2_048;

/// What a connector may say. Anything else in it is its own business, and a field of another type says nothing.
#[derive(Default)]
struct Said {
    status: Option<String>,
    url: Option<String>,
    reason: Option<String>,
    retryable: bool,
}

impl Said {
    fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(said)) = serde_json::from_slice(body) else { return Self::default() };
        let text = |field: &str| said.get(field).and_then(Value::as_str).map(str::to_owned);
        Self {
            status: text("status"),
            url: text("url"),
            reason: text("reason"),
            retryable: said.get("retryable").and_then(Value::as_bool).unwrap_or_default(),
        }
    }
}

/// The verdict on an answer of `status` that asks for `wait` and begins with `body`.
pub(super) fn judge(status: u16, wait: Duration, body: &[u8]) -> Verdict {
    let said = Said::read(body);
    let words = said.reason.as_deref().map(cut).filter(|words| !words.is_empty());
    let because =
        |usual: &str, fix: &str| Reason::new(words.clone().unwrap_or_else(|| usual.to_owned()), fix);
    let succeeded = (200..300).contains(&status);
    match (said.status.as_deref(), status) {
        (Some("published"), _) if succeeded => {
            Verdict::Settled(Outcome::Published { url: said.url.and_then(web_address) })
        }
        // Two words that contradict each other are no word.
        (Some("published"), _) => unconfirmed(status),
        _ if said.retryable => {
            Verdict::TryAgain { wait, reason: because("The network could not take the post", LATER) }
        }
        (Some("failed"), _) => {
            Verdict::Settled(Outcome::Failed(because("The network refused the post", MEND)))
        }
        (_, 429 | 503) => {
            Verdict::TryAgain { wait, reason: because("The network has too much to do", LATER) }
        }
        (_, 400..500) => Verdict::Settled(Outcome::Failed(because("The network refused the post", MEND))),
        (_, 202) => Verdict::Accepted,
        _ => unconfirmed(status),
    }
}

const LATER: &str = "Retry a little later";
const MEND: &str = "Check the post and the connection to the network, then retry";

fn unconfirmed(status: u16) -> Verdict {
    let error = match status {
        300..400 => "The network's connector answered with a redirect, which is not followed",
        500.. => "The network reported a fault of its own and did not say whether the post is out",
        _ => "The network's answer does not say whether the post is out",
    };
    Verdict::Settled(Outcome::Unconfirmed(Reason::new(error, LOOK)))
}

/// A connector's words, in one line and not too many.
fn cut(words: &str) -> String {
    let line: Vec<&str> =
        words.split(|it: char| it.is_whitespace() || it.is_control()).filter(|it| !it.is_empty()).collect();
    line.join(" ").chars().take(WORDS_MAX).collect()
}

fn web_address(text: String) -> Option<String> {
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let url = String::from(url);
    (url.len() <= URL_MAX).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str) -> &'static str {
        match judge(status, Duration::ZERO, body.as_bytes()) {
            Verdict::Settled(Outcome::Published { .. }) => "published",
            Verdict::Settled(Outcome::Failed(_)) => "failed",
            Verdict::Settled(Outcome::Unconfirmed(_)) => "unconfirmed",
            Verdict::TryAgain { .. } => "again",
            Verdict::Accepted => "accepted",
            Verdict::Settled(_) => "other",
        }
    }

    #[test]
    fn an_answer_means_what_the_product_says() {
        for (status, body, meaning) in [
            (200, r#"{"status":"published","url":"https://x.example/1"}"#, "published"),
            (201, r#"{"status":"published"}"#, "published"),
            (200, r#"{"status":"failed","reason":"login expired"}"#, "failed"),
            (200, r#"{"status":"failed","retryable":true}"#, "again"),
            (500, r#"{"retryable":true}"#, "again"),
            (400, r#"{"retryable":true}"#, "again"),
            (500, r#"{"status":"failed"}"#, "failed"),
            (503, "", "again"),
            (503, r#"{"status":"failed","retryable":false}"#, "failed"),
            (429, "<html>slow down</html>", "again"),
            (400, "", "failed"),
            (404, "<html>", "failed"),
            (202, "", "accepted"),
            (202, r#"{"status":"accepted"}"#, "accepted"),
            (200, "", "unconfirmed"),
            (200, "<html>Welcome</html>", "unconfirmed"),
            (200, r#"{"status":"publ"#, "unconfirmed"),
            (200, r#"["published",null,null,false]"#, "unconfirmed"),
            (200, r#"{"status":"published","url":7}"#, "published"),
            (204, "", "unconfirmed"),
            (302, "", "unconfirmed"),
            (500, "", "unconfirmed"),
            (502, r#"{"status":"published"}"#, "unconfirmed"),
            (504, "<html>", "unconfirmed"),
        ] {
            assert_eq!(outcome(status, body), meaning, "{status} {body}");
        }
    }

    #[test]
    fn a_connectors_words_are_passed_on_in_one_short_line() {
        let body = format!(r#"{{"status":"failed","reason":"login\n\u0000 expired {}"}}"#, "x".repeat(9_999));
        let Verdict::Settled(Outcome::Failed(reason)) = judge(200, Duration::ZERO, body.as_bytes()) else {
            panic!("the connector says that it failed")
        };
        assert!(reason.error.starts_with("login expired xxx"), "{}", reason.error);
        assert_eq!(reason.error.chars().count(), WORDS_MAX);
    }

    #[test]
    fn only_a_web_address_is_kept() {
        for (url, kept) in [("https://x.example/1", true), ("javascript:alert(1)", false), ("1", false)] {
            let body = format!(r#"{{"status":"published","url":"{url}"}}"#);
            let Verdict::Settled(Outcome::Published { url }) = judge(200, Duration::ZERO, body.as_bytes())
            else {
                panic!("published")
            };
            assert_eq!(url.is_some(), kept);
        }
    }
}
