//! A picture or film that is sent to `/new`, and how the post with it will look.

use teloxide::types::{Message, MessageId};

use crate::bot::Bot;
use crate::domain::draft::MediaFile;
use crate::domain::language::Language;
use crate::domain::post_options::MediaKind;
use crate::text::new_post::preview_below;

/// What `message` shows, where that can be posted.
pub(super) fn of(message: &Message) -> Option<MediaFile> {
    // The sizes of one picture, the smallest first (Bot API documentation, "Message").
    let photo = message.photo().and_then(|sizes| sizes.last()).map(|size| (&size.file, MediaKind::Photo));
    let video = message.video().map(|video| (&video.file, MediaKind::Video));
    let (file, kind) = photo.or(video)?;
    Some(MediaFile { file_id: file.id.0.clone(), kind })
}

/// Shows `media` above `words` as a channel will. A question that was tapped can't become that: it says where to look.
pub(super) async fn preview(
    bot: &Bot,
    language: Language,
    chat_id: i64,
    instead_of: Option<MessageId>,
    media: &MediaFile,
    words: &str,
) {
    if let Some(message_id) = instead_of {
        bot.edit(chat_id, message_id, preview_below(language)).await;
    }
    bot.preview_media(chat_id, media, words).await;
}
