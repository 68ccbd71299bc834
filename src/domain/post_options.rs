//! How a post is shown on Telegram.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// The thread of a forum's general topic: messages go there without one (Bot API documentation, sendMessage).
const GENERAL_TOPIC: i32 = 1;

/// The endings of addresses that lead to a video.
const VIDEO_ENDINGS: [&str; 4] = ["mp4", "m4v", "mov", "webm"];

/// What a post's author chose; what they did not is as the network's settings say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostOptions {
    /// Whether it makes no sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<bool>,
    /// Whether a link in its text is shown with a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview: Option<bool>,
    /// The topic of the group that it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<i32>,
    /// What its media is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_kind: Option<MediaKind>,
}

/// What a post shows: Telegram wants to know before it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture.
    Photo,
    /// A film.
    Video,
}

impl MediaKind {
    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Photo, Self::Video].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl PostOptions {
    /// Whether anything was chosen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Says what is wrong with them, in words for the person who chose them; `has_media`: whether the post shows
    /// something.
    pub fn check(&self, has_media: bool) -> Result<(), String> {
        if self.thread_id.is_some_and(|thread| thread <= GENERAL_TOPIC) {
            return Err("`options.thread_id` is no topic's number; leave it out for the general topic".into());
        }
        if self.media_kind.is_some() && !has_media {
            return Err("`options.media_kind` is there and `media_url` is not".into());
        }
        Ok(())
    }

    /// What is at `address`: what was chosen, or what its ending says; a picture where that says nothing.
    pub fn kind_of_media(&self, address: &Url) -> MediaKind {
        self.media_kind.unwrap_or_else(|| {
            let ending = address.path().rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
            let is_video = ending.is_some_and(|ending| VIDEO_ENDINGS.contains(&ending.as_str()));
            if is_video { MediaKind::Video } else { MediaKind::Photo }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_an_address_says_what_is_there_unless_somebody_does() {
        for (address, kind) in [
            ("https://x.example/a.jpg", MediaKind::Photo),
            ("https://x.example/a.MP4?size=large", MediaKind::Video),
            ("https://x.example/film.mov", MediaKind::Video),
            ("https://x.example/a.mp4/poster", MediaKind::Photo),
            ("https://mp4.example/", MediaKind::Photo),
            ("https://x.example/?file=a.mp4", MediaKind::Photo),
        ] {
            let url = Url::parse(address).expect("an address");
            assert_eq!(PostOptions::default().kind_of_media(&url), kind, "{address}");
            let chosen = PostOptions { media_kind: Some(MediaKind::Video), ..PostOptions::default() };
            assert_eq!(chosen.kind_of_media(&url), MediaKind::Video);
        }
    }

    #[test]
    fn what_can_not_be_is_refused() {
        for thread in [i32::MIN, -1, 0, 1] {
            let options = PostOptions { thread_id: Some(thread), ..PostOptions::default() };
            assert!(options.check(false).unwrap_err().contains("thread_id"), "{thread}");
        }
        let topic = PostOptions { thread_id: Some(2), silent: Some(true), ..PostOptions::default() };
        assert_eq!(topic.check(false), Ok(()));
        let video = PostOptions { media_kind: Some(MediaKind::Video), ..PostOptions::default() };
        assert!(video.check(false).is_err() && video.check(true).is_ok());
    }
}
