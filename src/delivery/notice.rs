//! What a notice of trouble with a post needs before its turn comes, and so does the edit of one: how the post stands
//! at this moment. Nobody is told of trouble that is over.

use std::sync::Arc;

use super::STORE_PAUSE;
use super::render::Age;
use super::send::Sender;
use crate::domain::event::EventKind;
use crate::domain::notice::{NoticeNow, ToldPost};
use crate::domain::notification::{Claimed, Kind};

/// A claimed row, and what is known about it when its turn comes.
pub(super) struct Telling {
    pub(super) row: Claimed,
    pub(super) age: Age,
    /// How the posts stand that it tells of, or that the notice it edits told of.
    pub(super) notice: Option<NoticeNow>,
}

impl Telling {
    /// Why there is nothing to tell any more, where that is so.
    pub(super) fn overtaken(&self) -> Option<&'static str> {
        let notice = self.notice.as_ref();
        if self.row.kind == Kind::NoticeEdit {
            let can_be_edited = notice.is_some_and(|notice| {
                let is_there = notice.message_id.is_some() && notice.chat_id == Some(self.row.chat_id);
                is_there && notice.told.iter().any(|told| told.post.is_some())
            });
            return (!can_be_edited).then_some("nothing_to_edit");
        }
        notice?.told.iter().any(ToldPost::is_looked_after).then_some("handled")
    }

    /// The message that the row edits.
    pub(super) fn edited(&self) -> Option<i32> {
        self.notice.as_ref().filter(|_| self.row.kind == Kind::NoticeEdit)?.message_id
    }
}

impl Sender {
    /// `row` with how its posts stand; `None` when the database did not say and the row was put back.
    pub(super) async fn looked_up(self: &Arc<Self>, row: Claimed, age: Age) -> Option<Telling> {
        let Some(id) = noticed(&row) else { return Some(Telling { row, age, notice: None }) };
        match self.store.notice_now(id).await {
            Ok(notice) => Some(Telling { row, age, notice }),
            Err(error) => {
                log::error!(target: "delivery", "the posts of notification {id} can't be read: {error}");
                tokio::time::sleep(STORE_PAUSE).await;
                Arc::clone(self).put_back(row, "database").await;
                None
            }
        }
    }
}

/// The notice whose posts have to be looked up to tell `row`.
fn noticed(row: &Claimed) -> Option<i64> {
    match row.kind {
        Kind::NoticeEdit => Some(row.edits.unwrap_or(row.id)),
        Kind::Event(EventKind::PostFailed | EventKind::PostUnconfirmed) => row.post_id.map(|_| row.id),
        _ => None,
    }
}
