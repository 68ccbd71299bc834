//! Answers of the page's server, whole or as a stream, and the headers that each of them carries.

use std::convert::Infallible;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

/// An answer on its way out.
pub(super) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// Nothing but what this server gives, no frames, and no text that becomes markup: scripts that would parse a
/// text as HTML fail (`require-trusted-types-for`). The QR code is a picture in a `data:` address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Which headers does every answer carry?
const EVERYWHERE: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// Why a request can't be answered as asked: a status and words for who uses the page.
pub(super) struct Refusal(pub(super) StatusCode, pub(super) String);

impl Refusal {
    pub(super) fn not_found() -> Self {
        Self(StatusCode::NOT_FOUND, "There is nothing here.".to_owned())
    }

    pub(super) fn bad(words: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, words.into())
    }
}

impl From<bot_api::ActionError> for Refusal {
    fn from(error: bot_api::ActionError) -> Self {
        Self(StatusCode::CONFLICT, error.to_string())
    }
}

impl From<Refusal> for Answer {
    fn from(Refusal(status, words): Refusal) -> Self {
        with_status(status, &json!({ "error": words }))
    }
}

/// JSON with 200.
pub(super) fn json_answer(value: &impl Serialize) -> Answer {
    with_status(StatusCode::OK, value)
}

/// JSON with another status.
pub(super) fn with_status(status: StatusCode, value: &impl Serialize) -> Answer {
    // What we serialise has texts for keys, so that it can't fail.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut answer = bytes_answer("application/json", body);
    *answer.status_mut() = status;
    answer
}

/// A whole body of a type.
pub(super) fn bytes_answer(content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    body_answer(content_type, BodyExt::boxed(Full::new(body.into())))
}

/// Any body of a type.
pub(super) fn body_answer(content_type: &'static str, body: BoxBody<Bytes, Infallible>) -> Answer {
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
