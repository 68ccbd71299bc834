//! How a post is shown on Telegram, as callers write and see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::post_options::{MediaKind, PostOptions};

/// What is null, or not there, is as the network's settings say.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PostOptions)]
pub(super) struct Options {
    /// Whether it makes no sound.
    silent: Option<bool>,
    /// Whether a link in the text is shown with a preview.
    link_preview: Option<bool>,
    /// The topic of a group.
    thread_id: Option<i32>,
    /// What is at `media_url`; else its ending decides: .mp4, .m4v, .mov and .webm are videos.
    media_kind: Option<MediaKind>,
}

impl From<Options> for PostOptions {
    fn from(options: Options) -> Self {
        let Options { silent, link_preview, thread_id, media_kind } = options;
        Self { silent, link_preview, thread_id, media_kind }
    }
}

impl From<PostOptions> for Options {
    fn from(options: PostOptions) -> Self {
        let PostOptions { silent, link_preview, thread_id, media_kind } = options;
        Self { silent, link_preview, thread_id, media_kind }
    }
}
