//! A post as callers see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::options::Options;
use crate::domain::approval::Approval;
use crate::domain::failure_code::FailureCode;
use crate::domain::post::{ManagedBy, Post, Status};
use crate::domain::post_move::PostMove;

/// One post.
#[derive(Serialize, ToSchema)]
#[schema(as = Post)]
pub(in crate::http) struct Shown {
    id: i64,
    status: Status,
    account: String,
    network: String,
    /// What a connected channel is called; null for a network of the settings.
    network_title: Option<String>,
    text: String,
    media_url: Option<String>,
    /// Whether it shows a picture or film that its author sent to the bot.
    has_media_file: bool,
    options: Options,
    publish_at: DateTime<Utc>,
    /// When it is tried next, while it is scheduled.
    next_try_at: Option<DateTime<Utc>>,
    /// Whether it waits for its author to say that it should still go out: then `retry` publishes it and `DELETE`
    /// cancels it.
    late: bool,
    attempts: u32,
    url: Option<String>,
    error: Option<String>,
    /// The class of the failure.
    error_code: Option<FailureCode>,
    fix: Option<String>,
    managed_by: ManagedBy,
    /// Whether its author has said yes, where that is needed.
    approval: Approval,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// One post and how it got where it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = PostWithHistory)]
pub(in crate::http) struct ShownWithHistory {
    #[serde(flatten)]
    pub(in crate::http) post: Shown,
    /// Its moves, oldest first; where one post is asked for, the last 200 of one that has more.
    pub(in crate::http) history: Vec<PostMove>,
}

impl From<Post> for Shown {
    fn from(post: Post) -> Self {
        Self {
            next_try_at: (post.status == Status::Scheduled && !post.late).then_some(post.due_at),
            late: post.late,
            id: post.id,
            status: post.status,
            account: post.account,
            network: post.network,
            network_title: post.network_title,
            text: post.text,
            media_url: post.media_url,
            has_media_file: post.media_file.is_some(),
            options: post.options.into(),
            publish_at: post.publish_at,
            attempts: post.attempts,
            url: post.url,
            error: post.error,
            error_code: post.error_code,
            fix: post.fix,
            managed_by: post.managed_by,
            approval: post.approval,
            created_at: post.created_at,
            updated_at: post.updated_at,
            finished_at: post.finished_at,
        }
    }
}
