//! Every answer that a story gets is held against the document that the port serves.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::contract;

/// How often is one kind of answer looked at in one story? A drain of thousands has thousands alike.
const LOOKS: u32 = 20;

/// What makes answers alike.
type Kind = (Method, String, StatusCode);

/// Checks an answer to `method path`.
pub fn kept(method: &Method, path: &str, status: StatusCode, content_type: &str, body: &Value) {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(telegram_bot_scheduler::http::description);
    static LOOKED: LazyLock<Mutex<HashMap<Kind, u32>>> = LazyLock::new(Mutex::default);
    let kind = (method.clone(), path.to_owned(), status);
    let looked = LOOKED.lock().map(|mut looked| {
        let times = looked.entry(kind).or_default();
        *times += 1;
        *times
    });
    if looked.is_ok_and(|times| times <= LOOKS) {
        contract::check(&DOCUMENT, method.as_str(), path, status.as_u16(), content_type, body);
    }
}
