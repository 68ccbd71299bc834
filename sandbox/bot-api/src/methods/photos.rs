//! sendPhoto and getFile.

use std::sync::Arc;

use serde_json::json;

use super::sending::{Draft, post};
use super::videos::is_video;
use super::{Call, result};
use crate::answer::ApiError;
use crate::image;
use crate::markup;
use crate::params::Upload;
use crate::text::{self, Formatted, MAX_CAPTION, check_link};
use crate::world::Photo;

/// "The photo must be at most 10 MB in size" (Bot API documentation, sendPhoto).
const MAX_PHOTO_BYTES: usize = 10 << 20;
/// What a photo by address is given, since nothing is fetched here.
const UNSEEN_SIZE: (u32, u32) = (1280, 720);

pub(super) fn send_photo(call: &Call<'_>) -> Result<String, ApiError> {
    let (words, source) = caption(call)?;
    let draft = Draft {
        photo: Some(photo(call)?),
        reply_markup: markup::reply_markup(call.params)?,
        words,
        source,
        ..Draft::default()
    };
    post(call, draft)
}

/// The caption, parsed, with its source; an empty one is fine.
pub(super) fn caption(call: &Call<'_>) -> Result<(Formatted, Option<String>), ApiError> {
    let Some(source) = call.params.text("caption") else { return Ok((Formatted::default(), None)) };
    let entities = call.params.json("caption_entities", "caption entities")?;
    let words = text::format(&source, call.params.text("parse_mode").as_deref(), entities.as_deref())?;
    if text::utf16_len(&words.text) > MAX_CAPTION {
        return Err(ApiError::bad("message caption is too long"));
    }
    Ok((words, Some(source.into_owned())))
}

/// An uploaded file, a file id from before, or an address.
fn photo(call: &Call<'_>) -> Result<Photo, ApiError> {
    if let Some(upload) = call.params.file("photo") {
        return uploaded(call, upload);
    }
    let given = call.params.text("photo").ok_or_else(|| ApiError::bad("there is no photo in the request"))?;
    let mut world = call.shared.world();
    if let Some(known) = world.files.get(given.as_ref()) {
        return Ok(known.clone());
    }
    if world.videos.contains_key(given.as_ref()) {
        return Err(ApiError::bad("can't use file of type Video as Photo"));
    }
    if !given.starts_with("http://") && !given.starts_with("https://") {
        return Err(ApiError::bad("wrong remote file identifier specified: Wrong string length"));
    }
    let url = check_link(&given).map_err(|_| ApiError::bad("wrong HTTP URL specified"))?;
    if is_video(&url) {
        return Err(ApiError::bad("wrong type of the web page content"));
    }
    let photo = Photo {
        file_id: format!("remote-photo-{}", world.new_file_number()),
        width: UNSEEN_SIZE.0,
        height: UNSEEN_SIZE.1,
        url: Some(url),
        bytes: Arc::default(),
    };
    world.files.insert(photo.file_id.clone(), photo.clone());
    Ok(photo)
}

fn uploaded(call: &Call<'_>, upload: &Upload) -> Result<Photo, ApiError> {
    if upload.bytes.is_empty() {
        return Err(ApiError::bad("file must be non-empty"));
    }
    if upload.bytes.len() > MAX_PHOTO_BYTES {
        return Err(ApiError::bad(format!(
            "file of size {} bytes is too big for a photo",
            upload.bytes.len()
        )));
    }
    let (width, height) = image::size(&upload.bytes).ok_or_else(|| ApiError::bad("IMAGE_PROCESS_FAILED"))?;
    // "Width and height must not exceed 10000 in total. Width and height ratio must be at most 20."
    let ratio_is_fine = width.max(height) <= width.min(height).saturating_mul(20);
    if width + height > 10_000 || !ratio_is_fine {
        return Err(ApiError::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    let mut world = call.shared.world();
    let photo = Photo {
        file_id: format!("uploaded-photo-{}", world.new_file_number()),
        width,
        height,
        url: None,
        bytes: Arc::from(upload.bytes.as_ref()),
    };
    world.files.insert(photo.file_id.clone(), photo.clone());
    Ok(photo)
}

pub(super) fn get_file(call: &Call<'_>) -> Result<String, ApiError> {
    let id = call.params.text("file_id").ok_or_else(|| ApiError::bad("file_id not specified"))?;
    let world = call.shared.world();
    let photo = world.files.get(id.as_ref()).ok_or_else(|| ApiError::bad("invalid file_id"))?;
    result(&json!({
        "file_id": photo.file_id,
        "file_unique_id": format!("u{}", photo.file_id),
        "file_size": photo.bytes.len(),
        "file_path": format!("photos/{}", photo.file_id),
    }))
}
