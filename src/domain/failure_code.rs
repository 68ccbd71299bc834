//! Why a post is not out, as far as there is a word for it: what its author is told in their own language.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A class of failure. A connector may name one in its answer, the platform in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The network wants the person to log in again.
    LoginExpired,
    /// The bot is no administrator there, or not one that may post.
    BotNotAdmin,
    /// Telegram does not know the channel.
    ChannelNotFound,
    /// The author's channel is not connected any more.
    ChannelDisconnected,
    /// The topic of the group is closed or deleted.
    TopicGone,
    /// The media's address did not give it.
    MediaUnreachable,
    /// The network can't show the media.
    MediaRejected,
    /// The text is longer than the network takes.
    TextTooLong,
    /// The network does not take the text.
    TextRejected,
    /// The network has the same post already.
    Duplicate,
    /// The network has too much to do, or takes no more posts for now.
    RateLimited,
    /// The network's connector can't be reached.
    ConnectorUnreachable,
    /// The network's connector is at an address that posts are not sent to.
    ConnectorRefused,
    /// The network refused the post and said nothing more.
    Refused,
}

impl FailureCode {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::LoginExpired,
        Self::BotNotAdmin,
        Self::ChannelNotFound,
        Self::ChannelDisconnected,
        Self::TopicGone,
        Self::MediaUnreachable,
        Self::MediaRejected,
        Self::TextTooLong,
        Self::TextRejected,
        Self::Duplicate,
        Self::RateLimited,
        Self::ConnectorUnreachable,
        Self::ConnectorRefused,
        Self::Refused,
    ];

    /// As stored, told and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoginExpired => "login_expired",
            Self::BotNotAdmin => "bot_not_admin",
            Self::ChannelNotFound => "channel_not_found",
            Self::ChannelDisconnected => "channel_disconnected",
            Self::TopicGone => "topic_gone",
            Self::MediaUnreachable => "media_unreachable",
            Self::MediaRejected => "media_rejected",
            Self::TextTooLong => "text_too_long",
            Self::TextRejected => "text_rejected",
            Self::Duplicate => "duplicate",
            Self::RateLimited => "rate_limited",
            Self::ConnectorUnreachable => "connector_unreachable",
            Self::ConnectorRefused => "connector_refused",
            Self::Refused => "refused",
        }
    }

    /// The class of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }
}
