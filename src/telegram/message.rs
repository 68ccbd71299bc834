//! How our texts are sent: as HTML, without a preview of the links in them.

use teloxide::payloads::{
    EditMessageText, EditMessageTextSetters as _, SendMessage, SendMessageSetters as _, SendPhoto,
    SendPhotoSetters as _,
};
use teloxide::types::{ChatId, FileId, InputFile, LinkPreviewOptions, MessageId, ParseMode};

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

/// Other Telegram HTML for the message `message_id` of `chat_id`; without the buttons that it had.
pub fn html_edit(chat_id: i64, message_id: MessageId, html: &str) -> EditMessageText {
    EditMessageText::new(ChatId(chat_id), message_id, html)
        .parse_mode(ParseMode::Html)
        .link_preview_options(NO_PREVIEW)
}

/// The longest caption of a picture, in UTF-16 units after the markup is read (Bot API documentation, sendPhoto).
pub const LONGEST_CAPTION: usize = 1024;

/// Under which name a picture is attached to the request that sends it.
pub(super) const PICTURE: &str = "picture";

/// A picture with Telegram HTML below it to `chat_id`; its bytes go along with the call
/// ([`Api::send_with_picture`](super::Api::send_with_picture)).
pub fn html_photo(chat_id: i64, caption: &str) -> SendPhoto {
    let attached = InputFile::file_id(FileId(format!("attach://{PICTURE}")));
    SendPhoto::new(ChatId(chat_id), attached).caption(caption).parse_mode(ParseMode::Html)
}

/// The same message without its formatting: `plain` is the text that is left.
pub fn without_formatting(message: &mut SendMessage, plain: String) {
    message.text = plain;
    message.parse_mode = None;
}
