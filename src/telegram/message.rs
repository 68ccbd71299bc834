//! How our texts are sent: as HTML, without a preview of the links in them.

use teloxide::payloads::{SendMessage, SendMessageSetters as _};
use teloxide::types::{ChatId, LinkPreviewOptions, ParseMode};

/// No preview: a notice about a post is not the post (Bot API documentation, "LinkPreviewOptions").
pub const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// The callback data of [Settings]: delivery writes it under digests, the conversation reads it.
pub const SETTINGS_TAP: &str = "settings";

/// The callback data of [Mute 1 h]: it mutes the account that the chat is connected to when it is tapped.
pub const MUTE_TAP: &str = "mute";

/// A message of Telegram HTML to `chat_id`.
pub fn html_message(chat_id: i64, html: &str) -> SendMessage {
    SendMessage::new(ChatId(chat_id), html).parse_mode(ParseMode::Html).link_preview_options(NO_PREVIEW)
}

/// The same message without its formatting: `plain` is the text that is left.
pub fn without_formatting(message: &mut SendMessage, plain: String) {
    message.text = plain;
    message.parse_mode = None;
}
