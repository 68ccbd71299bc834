//! Messages and what is inside them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Chat, InlineKeyboard, User};

/// A message in a chat (Bot API documentation, `Message`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Unique in its chat and growing.
    pub message_id: i64,
    /// The topic it belongs to, in forums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<i64>,
    /// Absent in channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<User>,
    /// The channel itself, for channel posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_chat: Option<Chat>,
    /// Unix seconds.
    pub date: i64,
    /// Where it stands.
    pub chat: Chat,
    /// Whether it was sent to a topic.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_topic_message: bool,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to_message: Option<Box<Message>>,
    /// Unix seconds of the last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit_date: Option<i64>,
    /// The plain text, after parsing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What is bold, a link, a command … in `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// How links in `text` are previewed, as the bot asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_preview_options: Option<Value>,
    /// Sizes of a photo, smallest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photo: Vec<PhotoSize>,
    /// The plain caption of a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// What is bold, a link, a command … in `caption`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caption_entities: Vec<Entity>,
    /// Everything not named here: stickers, locations, service messages.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// Inline keyboards only: others are never echoed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboard>,
}

impl Message {
    /// An empty message, to be filled.
    pub(crate) fn empty(message_id: i64, chat: Chat, date: i64) -> Self {
        Self {
            message_id,
            message_thread_id: None,
            from: None,
            sender_chat: None,
            date,
            chat,
            is_topic_message: false,
            reply_to_message: None,
            edit_date: None,
            text: None,
            entities: Vec::new(),
            link_preview_options: None,
            photo: Vec::new(),
            caption: None,
            caption_entities: Vec::new(),
            other: Map::new(),
            reply_markup: None,
        }
    }

    /// The words in it: the text, or the caption of a photo, or nothing.
    pub fn words(&self) -> &str {
        self.text.as_deref().or(self.caption.as_deref()).unwrap_or_default()
    }
}

/// A stretch of text with a meaning (Bot API documentation, `MessageEntity`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `bold`, `text_link`, `bot_command`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// In UTF-16 code units.
    pub offset: usize,
    /// In UTF-16 code units.
    pub length: usize,
    /// `text_link` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `text_mention` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// `pre` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `custom_emoji` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_emoji_id: Option<String>,
    /// `date_time` only: the instant shown in each reader's own zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unix_time: Option<i64>,
    /// `date_time` only: which parts of it are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_time_format: Option<String>,
}

impl Entity {
    /// An entity that carries nothing but its place.
    pub(crate) fn new(kind: &str, offset: usize, length: usize) -> Self {
        Self {
            kind: kind.to_owned(),
            offset,
            length,
            url: None,
            user: None,
            language: None,
            custom_emoji_id: None,
            unix_time: None,
            date_time_format: None,
        }
    }

    /// The first UTF-16 unit behind it.
    pub(crate) fn end(&self) -> usize {
        self.offset + self.length
    }
}

/// One size of a photo (Bot API documentation, `PhotoSize`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoSize {
    /// Send it again by this.
    pub file_id: String,
    /// Equal for equal files.
    pub file_unique_id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size: Option<usize>,
}
