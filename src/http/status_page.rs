//! `GET /`: one page for a person with a browser. No script, no login, nothing that is not on `/readyz` as well.

use hyper::StatusCode;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY};

use super::answer::Answer;
use super::call::Call;
use super::openapi::{Answered, Says};
use super::probes;
use super::problem::Problem;

/// The page; `{…}` stand for what changes.
const PAGE: &str = include_str!("status_page.html");

/// Its own style and nothing else: no script, no picture, no frame around it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(super) const STATUS_PAGE: Says =
    Says::new("status_page", "A page for people: ready or not, and which version")
        .answers(&[Answered::text(200, "text/html; charset=utf-8", "The page, whether ready or not")]);

/// `GET /`: 200 with the page.
pub(super) async fn show(call: Call) -> Result<Answer, Problem> {
    let reasons = probes::why_not_ready(&call.port).await;
    let (class, word) = if reasons.is_empty() { ("ready", "Ready") } else { ("waiting", "Not ready") };
    let listed: String = reasons.iter().map(|reason| format!("<li>{}</li>", escaped(reason))).collect();
    let page = PAGE
        .replace("{class}", class)
        .replace("{word}", word)
        .replace("{version}", env!("CARGO_PKG_VERSION"))
        .replace("{reasons}", &listed);
    let answer = Answer::new(StatusCode::OK, "text/html; charset=utf-8", page);
    let no_frames = HeaderName::from_static("x-frame-options");
    Ok(answer
        .with_header(CONTENT_SECURITY_POLICY, POLICY)
        .with_header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .with_header(no_frames, HeaderValue::from_static("DENY")))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
