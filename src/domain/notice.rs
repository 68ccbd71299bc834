//! A notice about posts, as it stands at the moment its message is written or edited: what it told, and what
//! has become of the posts since.

use super::approval::Approval;
use super::event::{EventData, EventKind};
use super::notification::Kind;
use super::post::{ManagedBy, Post, Status};

/// A notice and its posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeNow {
    /// The chat that it was written for.
    pub chat_id: Option<i64>,
    /// Its message there; `None` while it was not sent.
    pub message_id: Option<i32>,
    /// What it tells of.
    pub told: Vec<ToldPost>,
    /// Whether it is a list of several.
    pub is_list: bool,
    /// Whether another message lists its post since.
    pub is_listed_elsewhere: bool,
}

/// A post that a notice tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldPost {
    /// What the notice is about: what happened to it, or what is asked.
    pub kind: Kind,
    /// What was said about it.
    pub event: EventData,
    /// The post as it is now, where it is one that this service publishes.
    pub post: Option<Post>,
    /// Whether the platform told since that it is out, of a post that the platform publishes.
    pub is_out: bool,
    /// Where it can be seen, of one that is out.
    pub url: Option<String>,
}

impl ToldPost {
    /// Whether the post has left the state that the notice tells of, whoever moved it.
    pub fn is_looked_after(&self) -> bool {
        let Some(post) = &self.post else { return self.is_out };
        match self.kind {
            Kind::Event(EventKind::PostFailed) => post.status != Status::Failed,
            Kind::Event(EventKind::PostUnconfirmed) => post.status != Status::Unconfirmed,
            Kind::Approval(notice) if notice.is_a_question() => !self.awaits_a_yes(),
            _ => false,
        }
    }

    /// Whether the post still waits for its author's yes.
    pub fn awaits_a_yes(&self) -> bool {
        let awaits = |post: &Post| post.status == Status::Scheduled && post.approval == Approval::Awaiting;
        self.post.as_ref().is_some_and(awaits)
    }

    /// The id of the post, where this service can try it again.
    pub fn id_here(&self) -> Option<i64> {
        self.post.as_ref().filter(|post| post.managed_by == ManagedBy::Scheduler).map(|post| post.id)
    }
}
