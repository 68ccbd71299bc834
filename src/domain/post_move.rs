//! The history of a post: every move from one state to the next, by whom and why.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::post::Status;

/// Who moved a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// Its author, over HTTP.
    Author,
    /// Its author, in the chat.
    Chat,
    /// The platform's back end, over HTTP or in the table.
    Platform,
    /// An admin.
    Admin,
    /// The network, by its answer.
    Network,
    /// This service by itself: it was time, or nobody answered.
    Scheduler,
}

impl Actor {
    /// Everybody who moves posts.
    pub const ALL: [Self; 6] =
        [Self::Author, Self::Chat, Self::Platform, Self::Admin, Self::Network, Self::Scheduler];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Chat => "chat",
            Self::Platform => "platform",
            Self::Admin => "admin",
            Self::Network => "network",
            Self::Scheduler => "scheduler",
        }
    }

    /// Who is stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == name)
    }
}

/// One move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostMove {
    /// When.
    pub at: DateTime<Utc>,
    /// The state before; `None` when the post was accepted, or when nobody here knows.
    pub from: Option<Status>,
    /// The state after.
    pub to: Status,
    /// Who moved it.
    pub by: Actor,
    /// Why, in words for a person.
    pub why: Option<String>,
}
