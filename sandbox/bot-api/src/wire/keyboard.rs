//! Inline keyboards: rows of buttons under a message.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keyboard under a message (Bot API documentation, `InlineKeyboardMarkup`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InlineKeyboard {
    /// Rows from top to bottom, buttons from left to right.
    pub inline_keyboard: Vec<Vec<Button>>,
}

impl InlineKeyboard {
    /// All buttons, row by row.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.inline_keyboard.iter().flatten()
    }
}

/// One button (Bot API documentation, `InlineKeyboardButton`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// What the person reads.
    pub text: String,
    /// Opened by the app; the bot hears nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Sent back to the bot in a callback query; 1–64 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    /// Other actions (`web_app`, `copy_text`, …), kept as they were sent.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}
