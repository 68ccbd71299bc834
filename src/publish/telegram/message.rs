//! A post as a message of the Bot API, and the call that sends it.

use std::time::Duration;

use teloxide::payloads::{
    SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _, SendVideo, SendVideoSetters as _,
};
use teloxide::types::{FileId, InputFile, LinkPreviewOptions, Message, MessageId, Recipient, ThreadId};
use url::Url;

use crate::config::TelegramNetwork;
use crate::domain::post::Post;
use crate::domain::post_options::MediaKind;
use crate::telegram::{Answer, Api, NO_PREVIEW};

/// What a post shows has an address that is none.
pub(super) struct NoAddress;

/// Sends `post` to `to`, as it says and, where it does not, as posts are shown on its `network`.
pub(super) async fn send(
    api: &Api,
    to: Recipient,
    post: &Post,
    network: &TelegramNetwork,
    timeout: Duration,
) -> Result<Answer<Message>, NoAddress> {
    let silent = post.options.silent.unwrap_or(network.silent);
    let thread = post.options.thread_id.or(network.thread_id).map(|thread| ThreadId(MessageId(thread)));
    let Some((file, kind)) = media(post)? else {
        let is_disabled = !post.options.link_preview.unwrap_or(network.link_preview);
        let mut message = SendMessage::new(to, &post.text)
            .disable_notification(silent)
            .link_preview_options(LinkPreviewOptions { is_disabled, ..NO_PREVIEW });
        message.message_thread_id = thread;
        return Ok(api.call(&message, timeout).await);
    };
    Ok(match kind {
        MediaKind::Photo => {
            let mut photo = SendPhoto::new(to, file).caption(&post.text).disable_notification(silent);
            photo.message_thread_id = thread;
            api.call(&photo, timeout).await
        }
        MediaKind::Video => {
            let mut video = SendVideo::new(to, file).caption(&post.text).disable_notification(silent);
            video.message_thread_id = thread;
            api.call(&video, timeout).await
        }
    })
}

/// What `post` shows, and which kind that is; `None`: nothing but words.
fn media(post: &Post) -> Result<Option<(InputFile, MediaKind)>, NoAddress> {
    if let Some(file_id) = &post.media_file {
        let kind = post.options.media_kind.unwrap_or(MediaKind::Photo);
        return Ok(Some((InputFile::file_id(FileId(file_id.clone())), kind)));
    }
    let Some(address) = &post.media_url else { return Ok(None) };
    let address = Url::parse(address).map_err(|_| NoAddress)?;
    let kind = post.options.kind_of_media(&address);
    Ok(Some((InputFile::url(address), kind)))
}
