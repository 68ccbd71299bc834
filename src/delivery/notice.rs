//! What a notice that asks to be looked after needs before its turn comes, and so does the edit of one: how the post stands
//! at this moment. Nobody is told of trouble that is over, nor three times of the same.

use std::sync::Arc;

use chrono::TimeDelta;

use super::STORE_PAUSE;
use super::render::Age;
use super::send::Sender;
use crate::domain::event::EventKind;
use crate::domain::notice::{NoticeNow, ToldPost};
use crate::domain::notification::{Claimed, Kind};
use crate::store::{Folded, Outcome, StoreError};

/// A claimed row, and what is known about it when its turn comes.
pub(super) struct Telling {
    pub(super) row: Claimed,
    pub(super) age: Age,
    /// How the posts stand that it tells of, or that the notice it edits told of.
    pub(super) notice: Option<NoticeNow>,
}

impl Telling {
    /// What becomes of the row where there is nothing to tell any more.
    pub(super) fn overtaken(&self) -> Option<Outcome> {
        let notice = self.notice.as_ref();
        if self.row.kind == Kind::NoticeEdit {
            let can_be_edited = notice.is_some_and(|notice| {
                let is_there = notice.message_id.is_some() && notice.chat_id == Some(self.row.chat_id);
                let has_changed = notice.is_list
                    || notice.is_listed_elsewhere
                    || notice.told.iter().any(|told| told.post.is_some() || told.is_out);
                is_there && has_changed
            });
            return (!can_be_edited).then_some(Outcome::NothingToEdit);
        }
        notice?.told.iter().all(ToldPost::is_looked_after).then_some(Outcome::Cancelled { reason: "handled" })
    }

    /// The message that the row edits.
    pub(super) fn edited(&self) -> Option<i32> {
        self.notice.as_ref().filter(|_| self.row.kind == Kind::NoticeEdit)?.message_id
    }
}

impl Sender {
    /// `row`, or the row that tells it together with what failed for the same cause, with how its posts stand; `None`
    /// when there is nothing to send now: the claim is no longer ours, or the database failed and the row was put back.
    pub(super) async fn looked_up(self: &Arc<Self>, row: Claimed, age: Age) -> Option<Telling> {
        let row = match self.merged(&row, age).await {
            Ok(Folded::Into { carrier, .. }) => *carrier,
            Ok(Folded::Alone) => row,
            Ok(Folded::Lost) => return None,
            Err(error) => return self.not_now(row, &error).await,
        };
        let Some(id) = noticed(&row) else { return Some(Telling { row, age, notice: None }) };
        match self.store.notice_now(id).await {
            Ok(notice) => Some(Telling { row, age, notice }),
            Err(error) => self.not_now(row, &error).await,
        }
    }

    /// What was held back, or is late, was gathered already.
    async fn merged(&self, row: &Claimed, age: Age) -> Result<Folded, StoreError> {
        let now = self.clock.now();
        let window = TimeDelta::from_std(self.settings.merge_window).unwrap_or_default();
        let can_be = row.kind == Kind::Event(EventKind::PostFailed) && row.cause.is_some();
        if !can_be || row.held || age == Age::Late || window.is_zero() {
            return Ok(Folded::Alone);
        }
        self.store.merge(row.clone(), now - window, now).await
    }

    async fn not_now(self: &Arc<Self>, row: Claimed, error: &StoreError) -> Option<Telling> {
        log::error!(target: "delivery", "the posts of notification {} can't be read: {error}", row.id);
        tokio::time::sleep(STORE_PAUSE).await;
        Arc::clone(self).put_back(row, "database").await;
        None
    }
}

/// The notice whose posts have to be looked up to tell `row`.
fn noticed(row: &Claimed) -> Option<i64> {
    match row.kind {
        Kind::NoticeEdit => Some(row.edits.unwrap_or(row.id)),
        Kind::MergedFailures => Some(row.id),
        Kind::Approval(_) => Some(row.id),
        // Trouble with a post that has no number: nobody could say that it is over.
        Kind::Event(EventKind::PostFailed | EventKind::PostUnconfirmed) => {
            let is_of_platform = row.content.event.platform_post().is_some();
            (row.post_id.is_some() || is_of_platform).then_some(row.id)
        }
        _ => None,
    }
}
