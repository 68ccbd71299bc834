//! Answers: `{"ok":true,"result":…}` and `{"ok":false,…}` exactly as Telegram forms them.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// A refusal in Telegram's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// HTTP status and `error_code` alike.
    pub(crate) code: u16,
    description: Cow<'static, str>,
    /// Seconds to wait, with 429.
    retry_after: Option<u64>,
    /// Where a group went, with 400.
    migrate_to_chat_id: Option<i64>,
}

impl ApiError {
    fn new(code: u16, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to_chat_id: None }
    }

    /// 400; Telegram's words begin in lower case, except for codes such as `TOPIC_CLOSED`.
    pub(crate) fn bad(words: impl fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {words}"))
    }

    /// 403: the chat is closed to this bot.
    pub(crate) fn forbidden(words: impl fmt::Display) -> Self {
        Self::new(403, format!("Forbidden: {words}"))
    }

    /// 401: the token belongs to no bot.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    /// 404: no such method, or no token in the path.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 409: somebody else takes the updates.
    pub(crate) fn conflict(words: &'static str) -> Self {
        Self::new(409, format!("Conflict: {words}"))
    }

    /// 413: more than the server takes.
    pub(crate) fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large")
    }

    /// 429 with the seconds to wait.
    pub(crate) fn too_many_requests(retry_after: u64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(429, format!("Too Many Requests: retry after {retry_after}"))
        }
    }

    /// 400 with the id of the supergroup the group became.
    pub(crate) fn migrated(to: i64) -> Self {
        Self {
            migrate_to_chat_id: Some(to),
            ..Self::new(400, "Bad Request: group chat was upgraded to a supergroup chat")
        }
    }

    /// Any code with any words: for faults on demand.
    pub(crate) fn of(code: u16, description: String) -> Self {
        Self::new(code, description)
    }

    /// The words, prefix included.
    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Seconds to wait, with 429.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> String {
        let has_parameters = self.retry_after.is_some() || self.migrate_to_chat_id.is_some();
        let body = Refused {
            ok: false,
            error_code: self.code,
            description: &self.description,
            parameters: has_parameters.then_some(Parameters {
                migrate_to_chat_id: self.migrate_to_chat_id,
                retry_after: self.retry_after,
            }),
        };
        json(&body)
    }
}

#[derive(Serialize)]
struct Refused<'a> {
    ok: bool,
    error_code: u16,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
}

#[derive(Serialize)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    migrate_to_chat_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// The body of a success around an already written result.
pub(crate) fn ok_body(result: &str) -> String {
    format!("{{\"ok\":true,\"result\":{result}}}")
}

/// JSON of one of this crate's own types, none of which can fail to be written.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
