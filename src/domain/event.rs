//! An event: something that happened on the platform and that a person may want to know.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account_id;
use super::failure_code::FailureCode;

/// What the platform posts to `POST /api/events`, and what our own publishing will write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "type": "post.failed", "account": "alice", "at": "2026-11-22T09:00:00Z",
    "data": {"network": "instagram", "text": "New scones from 8 am", "error": "Instagram asked you to log in again."}
}))]
pub struct Event {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// Whom it happened to: the JWT `sub` of that person.
    #[schema(min_length = 1, max_length = 200)]
    pub account: String,
    /// When it happened, RFC 3339; the moment of acceptance when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// What there is to say about it: of a post at least the `network`, of an automation its `name` or a `text`, of an
    /// announcement the `text`.
    #[serde(default)]
    pub data: EventData,
    /// The post that it happened to, where it is one that this service publishes. Nobody can say so from outside:
    /// `data.post_id` may be anybody's number.
    #[serde(skip)]
    pub post: Option<i64>,
}

/// The kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum EventKind {
    /// A post went out.
    #[serde(rename = "post.published")]
    PostPublished,
    /// A post did not go out.
    #[serde(rename = "post.failed")]
    PostFailed,
    /// Nobody knows whether a post went out.
    #[serde(rename = "post.unconfirmed")]
    PostUnconfirmed,
    /// An automation of the platform ran.
    #[serde(rename = "automation.executed")]
    AutomationExecuted,
    /// The platform has something to say.
    #[serde(rename = "announcement")]
    Announcement,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PostPublished,
        Self::PostFailed,
        Self::PostUnconfirmed,
        Self::AutomationExecuted,
        Self::Announcement,
    ];
}

/// What there is to say about an event. Which fields it needs depends on its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventData {
    /// The network a post was for ("instagram").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The post's text, the automation's result or the announcement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where the published post can be seen, `https` or `http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why it failed, in words for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The class of that: its account is told in its own language then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<FailureCode>,
    /// What the person can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The platform's or our id of the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<String>,
    /// When the post was to go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<DateTime<Utc>>,
    /// The automation's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The longest id of a platform's post by which its notices are found again, in characters.
const POST_ID_MAX_CHARS: usize = 200;

impl EventData {
    /// The platform's id of the post, where it is one by which notices can be found again.
    pub fn platform_post(&self) -> Option<&str> {
        let can_be_found =
            |id: &&str| !id.is_empty() && id.chars().count() <= POST_ID_MAX_CHARS && !id.contains('\0');
        self.post_id.as_deref().filter(can_be_found)
    }
}

impl Event {
    /// Says what is wrong with the event, in words for the engineer who sent it.
    pub fn check(&self) -> Result<(), &'static str> {
        let data = &self.data;
        account_id::check(&self.account)?;
        if data.url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err("`data.url` is not an http(s) address");
        }
        match self.kind {
            EventKind::PostPublished | EventKind::PostFailed | EventKind::PostUnconfirmed => {
                filled(&data.network).then_some(()).ok_or("`data.network` is missing")
            }
            EventKind::AutomationExecuted => (filled(&data.name) || filled(&data.text))
                .then_some(())
                .ok_or("`data.name` or `data.text` is missing"),
            EventKind::Announcement => filled(&data.text).then_some(()).ok_or("`data.text` is missing"),
        }
    }
}

fn filled(field: &Option<String>) -> bool {
    field.as_deref().is_some_and(|text| !text.trim().is_empty())
}

/// Whether `text` is an absolute http(s) address.
pub(super) fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
