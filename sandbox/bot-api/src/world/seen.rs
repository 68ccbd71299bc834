//! A message as a test or a web chat sees it: what Telegram shows, and what the bot really sent.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::wire::{Button, Entity, InlineKeyboard, Message};

/// A message in a chat, with how it came to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// What everybody sees.
    pub message: Message,
    /// Whether a bot sent it.
    pub by_bot: bool,
    /// Text or caption as it was sent, tags and all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The parse mode `source` was sent with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parse_mode: Option<String>,
    /// Sent with `disable_notification`: the phone stayed quiet.
    #[serde(default)]
    pub silent: bool,
    /// The photo, with its bytes if it was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
    /// What it said before each edit, oldest first.
    #[serde(default)]
    pub edits: Vec<Edit>,
    /// Deleted messages stay visible here and nowhere else.
    #[serde(default)]
    pub deleted: bool,
    /// When it came, since the server started, by the monotonic clock.
    #[serde(skip)]
    pub at: Duration,
}

impl ChatMessage {
    pub(crate) fn new(message: Message, by_bot: bool, at: Duration) -> Self {
        Self {
            message,
            by_bot,
            source: None,
            parse_mode: None,
            silent: false,
            photo: None,
            edits: Vec::new(),
            deleted: false,
            at,
        }
    }

    /// Its id in its chat.
    pub fn id(&self) -> i64 {
        self.message.message_id
    }

    /// The plain words: text or caption.
    pub fn text(&self) -> &str {
        self.message.words()
    }

    /// What is bold, a link, … in [`Self::text`].
    pub fn entities(&self) -> &[Entity] {
        if self.message.text.is_some() { &self.message.entities } else { &self.message.caption_entities }
    }

    /// The buttons under it, row by row.
    pub fn buttons(&self) -> Vec<&Button> {
        self.message.reply_markup.iter().flat_map(InlineKeyboard::buttons).collect()
    }

    /// The labels of its buttons, row by row.
    pub fn labels(&self) -> Vec<&str> {
        self.buttons().into_iter().map(|button| button.text.as_str()).collect()
    }

    /// The first button whose label contains `label`.
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons().into_iter().find(|button| button.text.contains(label))
    }

    /// Keeps what it says now before an edit changes it.
    pub(crate) fn keep_version(&mut self, at: Duration) {
        self.edits.push(Edit {
            text: self.text().to_owned(),
            source: self.source.clone(),
            reply_markup: self.message.reply_markup.clone(),
            at,
        });
    }
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The plain words.
    pub text: String,
    /// As they were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The buttons of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<InlineKeyboard>,
    /// When the edit replaced it, since the server started.
    #[serde(skip)]
    pub at: Duration,
}

/// A photo as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Photo {
    /// Send it again by this.
    pub file_id: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The address Telegram was asked to fetch it from; nothing is fetched here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The uploaded bytes; empty for a photo by address.
    #[serde(default, with = "base64_bytes")]
    pub bytes: Arc<[u8]>,
}

/// Bytes as base64 text, in snapshots and over the control port.
mod base64_bytes {
    use std::sync::Arc;

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map(Arc::from).map_err(de::Error::custom)
    }
}
