//! What a connector's answer means for the post.

use std::time::Duration;

use crate::domain::connector_word::{COULD_NOT_TAKE, ConnectorWord};
use crate::domain::post::{Outcome, Reason};
use crate::publish::Verdict;

/// What to do when nobody knows.
pub(super) const LOOK: &str = "Look whether the post is out. If it is not, publish it again";

/// The verdict on an answer of `status` that asks for `wait` and begins with `body`.
pub(super) fn judge(status: u16, wait: Duration, body: &[u8]) -> Verdict {
    let said = ConnectorWord::read(body);
    let succeeded = (200..300).contains(&status);
    match (said.status.as_deref(), status) {
        (Some("published"), _) if succeeded => Verdict::Settled(Outcome::Published { url: said.url }),
        // Two words that contradict each other are no word.
        (Some("published"), _) => unconfirmed(status),
        _ if said.retryable => Verdict::TryAgain { wait, reason: said.not_now(COULD_NOT_TAKE) },
        (Some("failed"), _) => Verdict::Settled(Outcome::Failed(said.refused())),
        (_, 429 | 503) => Verdict::TryAgain { wait, reason: said.not_now("The network has too much to do") },
        (_, 400..500) => Verdict::Settled(Outcome::Failed(said.refused())),
        (_, 202) => Verdict::Accepted,
        _ => unconfirmed(status),
    }
}

fn unconfirmed(status: u16) -> Verdict {
    let error = match status {
        300..400 => "The network's connector answered with a redirect, which is not followed",
        500.. => "The network reported a fault of its own and did not say whether the post is out",
        _ => "The network's answer does not say whether the post is out",
    };
    Verdict::Settled(Outcome::Unconfirmed(Reason::new(error, LOOK)))
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
}
