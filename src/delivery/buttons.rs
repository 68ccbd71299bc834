//! The buttons below notices: what there is to do about them, and only that.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardButtonKind, InlineKeyboardMarkup};

use super::render::Renderer;
use crate::domain::event::EventKind;
use crate::domain::language::Language;
use crate::domain::notice::NoticeNow;
use crate::domain::notification::{Claimed, Kind};
use crate::domain::place::PlaceNotice;
use crate::telegram::{MUTE_TAP, PostTap, SETTINGS_TAP};
use crate::text::Button;
use crate::text::button::reconnect;

impl Renderer {
    /// The buttons below the message of `row`; `None` where there is nothing to do about it.
    pub(super) fn buttons(
        &self,
        row: &Claimed,
        notice: Option<&NoticeNow>,
        language: Language,
    ) -> Option<InlineKeyboardMarkup> {
        let rows = match row.kind {
            Kind::Digest => vec![self.around_a_digest(language)],
            Kind::Event(EventKind::PostFailed) => {
                let network = row.content.event.network.as_deref().unwrap_or_default();
                vec![
                    self.retry(row, notice, language),
                    self.reconnect(network, language),
                    self.about(row, language),
                ]
            }
            Kind::Event(EventKind::PostUnconfirmed) => {
                vec![said(notice, language), self.about(row, language)]
            }
            Kind::Approval(notice) if notice.is_a_question() => vec![approval(row.post_id, language)],
            Kind::PostLate => vec![about_late(row.id, language)],
            Kind::MergedFailures => self.list(row.id, notice, language),
            Kind::NoticeEdit => self.left(row, notice, language),
            Kind::Place(PlaceNotice::Connected) => vec![vec![tap(Button::Settings, SETTINGS_TAP, language)]],
            _ => Vec::new(),
        };
        let rows: Vec<_> = rows.into_iter().filter(|row| !row.is_empty()).collect();
        let buttons = (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows));
        if row.place_id.is_some() { buttons.and_then(links_only) } else { buttons }
    }

    /// What there still is to do about a notice that is edited.
    fn left(
        &self,
        row: &Claimed,
        notice: Option<&NoticeNow>,
        language: Language,
    ) -> Vec<Vec<InlineKeyboardButton>> {
        match notice.map(|notice| &notice.told[..]) {
            Some([told]) if told.awaits_a_yes() => {
                vec![approval(told.post.as_ref().map(|post| post.id), language)]
            }
            _ => row.edits.map(|list| self.list(list, notice, language)).unwrap_or_default(),
        }
    }

    /// The calendar, where the platform has one, and the settings.
    fn around_a_digest(&self, language: Language) -> Vec<InlineKeyboardButton> {
        let calendar = self.platform.calendar_url.clone();
        let calendar =
            calendar.map(|page| InlineKeyboardButton::url(Button::OpenCalendar.label(language), page));
        calendar.into_iter().chain([tap(Button::Settings, SETTINGS_TAP, language)]).collect()
    }

    /// Below the list of failures in the row `id`: one set for all of them, as long as one is left to be mended.
    fn list(
        &self,
        id: i64,
        notice: Option<&NoticeNow>,
        language: Language,
    ) -> Vec<Vec<InlineKeyboardButton>> {
        let Some(NoticeNow { told, .. }) = notice.filter(|notice| notice.is_list) else { return Vec::new() };
        let mut left = told.iter().filter(|told| !told.is_looked_after()).peekable();
        let Some(first) = left.peek() else { return Vec::new() };
        let network = first.event.network.clone().unwrap_or_default();
        let all = tap(Button::RetryAll, &PostTap::RetryAll(id).to_data(), language);
        let all: Vec<_> = left.any(|told| told.id_here().is_some()).then_some(all).into_iter().collect();
        vec![all, self.reconnect(&network, language), vec![tap(Button::Mute, MUTE_TAP, language)]]
    }

    /// Here, where this service publishes the post; else on the platform, where it can be asked.
    fn retry(
        &self,
        row: &Claimed,
        notice: Option<&NoticeNow>,
        language: Language,
    ) -> Vec<InlineKeyboardButton> {
        if let Some(id) = id_here(notice) {
            return vec![tap(Button::RetryNow, &PostTap::Retry(id).to_data(), language)];
        }
        let page = row.content.event.post_id.as_deref().and_then(|id| self.platform.retry_link(id));
        page.map(|page| InlineKeyboardButton::url(Button::RetryNow.label(language), page))
            .into_iter()
            .collect()
    }

    fn reconnect(&self, network: &str, language: Language) -> Vec<InlineKeyboardButton> {
        let page = self.platform.reconnect_url.clone();
        page.map(|page| InlineKeyboardButton::url(reconnect(language, network), page)).into_iter().collect()
    }

    /// The page of the post, where the platform has one, and an hour of silence.
    fn about(&self, row: &Claimed, language: Language) -> Vec<InlineKeyboardButton> {
        let page = row.content.event.post_id.as_deref().and_then(|id| self.platform.post_link(id));
        let page = page.map(|page| InlineKeyboardButton::url(Button::OpenPost.label(language), page));
        page.into_iter().chain([tap(Button::Mute, MUTE_TAP, language)]).collect()
    }
}

/// What the person may say about a post that may be out or not.
fn said(notice: Option<&NoticeNow>, language: Language) -> Vec<InlineKeyboardButton> {
    let Some(id) = id_here(notice) else { return Vec::new() };
    vec![
        tap(Button::WentOut, &PostTap::WentOut(id).to_data(), language),
        tap(Button::PublishAgain, &PostTap::PublishAgain(id).to_data(), language),
    ]
}

/// Yes, another time, no.
fn approval(post: Option<i64>, language: Language) -> Vec<InlineKeyboardButton> {
    let Some(id) = post else { return Vec::new() };
    let button = |button: Button, data: PostTap| tap(button, &data.to_data(), language);
    vec![
        button(Button::Approve, PostTap::Approve(id)),
        button(Button::Move, PostTap::Move(id)),
        button(Button::Reject, PostTap::Reject(id)),
    ]
}

/// What becomes of the posts that the notification `id` asks about.
fn about_late(id: i64, language: Language) -> Vec<InlineKeyboardButton> {
    vec![
        tap(Button::PostNow, &PostTap::PublishLate(id).to_data(), language),
        tap(Button::CancelPost, &PostTap::CancelLate(id).to_data(), language),
    ]
}

fn id_here(notice: Option<&NoticeNow>) -> Option<i64> {
    notice?.told.first()?.id_here()
}

fn tap(button: Button, data: &str, language: Language) -> InlineKeyboardButton {
    InlineKeyboardButton::callback(button.label(language), data)
}

/// Buttons that act are for the person in their own chat; in a group only those stay that lead somewhere.
fn links_only(mut buttons: InlineKeyboardMarkup) -> Option<InlineKeyboardMarkup> {
    for row in &mut buttons.inline_keyboard {
        row.retain(|button| matches!(button.kind, InlineKeyboardButtonKind::Url(_)));
    }
    buttons.inline_keyboard.retain(|row| !row.is_empty());
    (!buttons.inline_keyboard.is_empty()).then_some(buttons)
}
