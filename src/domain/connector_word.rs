//! What a connector says about a post, in its answer or later.

use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

use super::failure_code::FailureCode;
use super::post::Reason;

/// Why a post is not out whose network says no more than that it may be tried again.
pub const COULD_NOT_TAKE: &str = "The network could not take the post";

/// How much of a connector's words is passed on, in characters?
const WORDS_MAX: usize = 300;

/// The longest address kept, in bytes.
const URL_MAX: usize = 2_048;

/// What a connector says. Anything else in it is its own business, and a field of another type says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(as = ConnectorResult, example = json!({"status": "published", "url": "https://instagram.com/p/1"}))]
pub struct ConnectorWord {
    /// "published", "failed" or something we don't know.
    pub status: Option<String>,
    /// Where the post can be seen: an http(s) address.
    pub url: Option<String>,
    /// Why it is not out, in one line and not too many words.
    pub reason: Option<String>,
    /// The class of that.
    pub code: Option<FailureCode>,
    /// Whether the same again may work.
    #[schema(required = false)]
    pub retryable: bool,
}

impl ConnectorWord {
    /// What `body` says; nothing when it is no JSON object.
    pub fn read(body: &[u8]) -> Self {
        let Ok(Value::Object(said)) = serde_json::from_slice(body) else { return Self::default() };
        let text = |field: &str| said.get(field).and_then(Value::as_str);
        Self {
            status: text("status").map(str::to_owned),
            url: text("url").and_then(web_address),
            reason: text("reason").map(one_line).filter(|words| !words.is_empty()),
            code: text("code").and_then(FailureCode::from_name),
            retryable: said.get("retryable").and_then(Value::as_bool).unwrap_or_default(),
        }
    }
}

impl ConnectorWord {
    /// Why the post is not out and will not be: in its own words and class, where it has any.
    pub fn refused(&self) -> Reason {
        let fix = "Check the post and the connection to the network, then retry";
        self.because((FailureCode::Refused, "The network refused the post"), fix)
    }

    /// Why the post is not out yet: in its own words and class, else the `usual` ones.
    pub fn not_now(&self, usual: &str) -> Reason {
        self.because((FailureCode::RateLimited, usual), "Retry a little later")
    }

    fn because(&self, usual: (FailureCode, &str), fix: &str) -> Reason {
        let code = self.code.or(self.reason.is_none().then_some(usual.0));
        Reason { code, ..Reason::new(self.reason.as_deref().unwrap_or(usual.1), fix) }
    }
}

fn one_line(words: &str) -> String {
    let line: Vec<&str> =
        words.split(|it: char| it.is_whitespace() || it.is_control()).filter(|it| !it.is_empty()).collect();
    line.join(" ").chars().take(WORDS_MAX).collect()
}

fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let url = String::from(url);
    (url.len() <= URL_MAX).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_passed_on_in_one_short_line() {
        let body = format!(r#"{{"status":"failed","reason":"login\n\u0000 expired {}"}}"#, "x".repeat(9_999));
        let reason = ConnectorWord::read(body.as_bytes()).reason.unwrap();
        assert!(reason.starts_with("login expired xxx"), "{reason}");
        assert_eq!(reason.chars().count(), WORDS_MAX);
    }

    #[test]
    fn only_a_web_address_is_kept() {
        for (url, kept) in [("https://x.example/1", true), ("javascript:alert(1)", false), ("1", false)] {
            let body = format!(r#"{{"status":"published","url":"{url}"}}"#);
            assert_eq!(ConnectorWord::read(body.as_bytes()).url.is_some(), kept);
        }
    }

    #[test]
    fn a_field_of_another_type_says_nothing() {
        for body in ["", "<html>", "[]", "null", r#"{"status":1,"url":[],"reason":{},"retryable":"yes"}"#] {
            assert_eq!(ConnectorWord::read(body.as_bytes()), ConnectorWord::default(), "{body}");
        }
    }
}
