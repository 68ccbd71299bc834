//! sendVideo: by a file id from before, or by address.

use serde_json::{Value, json};

use super::Call;
use super::photos::caption;
use super::sending::{Draft, post};
use crate::answer::ApiError;
use crate::markup;
use crate::text::check_link;

/// The endings by which an address is known here, since nothing is fetched.
const VIDEO_ENDINGS: [&str; 4] = ["mp4", "m4v", "mov", "webm"];
const PICTURE_ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "gif", "webp"];

pub(super) fn send_video(call: &Call<'_>) -> Result<String, ApiError> {
    let (words, source) = caption(call)?;
    let draft = Draft {
        video: Some(video(call)?),
        reply_markup: markup::reply_markup(call.params)?,
        words,
        source,
        ..Draft::default()
    };
    post(call, draft)
}

/// What the documentation calls `Video`.
fn video(call: &Call<'_>) -> Result<Value, ApiError> {
    let given = call.params.text("video").ok_or_else(|| ApiError::bad("there is no video in the request"))?;
    let mut world = call.shared.world();
    if let Some(known) = world.videos.get(given.as_ref()) {
        return Ok(known.clone());
    }
    if world.files.contains_key(given.as_ref()) {
        return Err(ApiError::bad("can't use file of type Photo as Video"));
    }
    if !given.starts_with("http://") && !given.starts_with("https://") {
        return Err(ApiError::bad("wrong remote file identifier specified: Wrong string length"));
    }
    let url = check_link(&given).map_err(|_| ApiError::bad("wrong HTTP URL specified"))?;
    if has_ending(&url, &PICTURE_ENDINGS) {
        return Err(ApiError::bad("wrong type of the web page content"));
    }
    let number = world.new_file_number();
    let video = json!({
        "file_id": format!("remote-video-{number}"),
        "file_unique_id": format!("uremote-video-{number}"),
        "width": 1280,
        "height": 720,
        "duration": 1,
        "mime_type": "video/mp4",
    });
    world.videos.insert(format!("remote-video-{number}"), video.clone());
    Ok(video)
}

/// Whether an address leads to a video, as far as its ending tells.
pub(super) fn is_video(url: &str) -> bool {
    has_ending(url, &VIDEO_ENDINGS)
}

fn has_ending(url: &str, endings: &[&str]) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|it| ending.eq_ignore_ascii_case(it)))
}
