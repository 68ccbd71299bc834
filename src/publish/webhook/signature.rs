//! The headers of Standard Webhooks: who sent it, when, and that nobody changed it.

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::json;
use crate::config::{Signed, SigningKeys};

/// The headers for `body`; `None` when the id can't be used, which ids rule out.
pub(super) fn headers(keys: &SigningKeys, id: &str, now: DateTime<Utc>, body: &[u8]) -> Option<HeaderMap> {
    let timestamp = now.timestamp().to_string();
    let signature = keys.sign(Signed { id, timestamp: &timestamp, body })?;
    let value = |text: &str| HeaderValue::from_str(text).ok();
    Some(HeaderMap::from_iter([
        json(),
        (HeaderName::from_static("webhook-id"), value(id)?),
        (HeaderName::from_static("webhook-timestamp"), value(&timestamp)?),
        (HeaderName::from_static("webhook-signature"), value(&signature)?),
    ]))
}
