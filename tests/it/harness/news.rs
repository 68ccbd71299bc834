//! What the platform has to tell.

use serde_json::{Value, json};

/// A post went out.
pub fn published(account: &str, text: &str) -> Value {
    json!({ "type": "post.published", "account": account, "data": { "network": "instagram", "text": text } })
}

/// A post did not go out.
pub fn failed(account: &str, text: &str) -> Value {
    let data = json!({ "network": "facebook", "text": text, "error": "Facebook asked you to log in again." });
    json!({ "type": "post.failed", "account": account, "data": data })
}

/// The platform has something to say.
pub fn announcement(account: &str, text: &str) -> Value {
    json!({ "type": "announcement", "account": account, "data": { "text": text } })
}
