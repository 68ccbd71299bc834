//! A claimed row becomes a message, in the person's language and zone of this moment.

use chrono_tz::Tz;
use teloxide::payloads::{SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _};
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ThreadId};

use super::briefing::Briefing;
use crate::config;
use crate::domain::account::Settings;
use crate::domain::approval::ApprovalNotice;
use crate::domain::digest::DigestNews;
use crate::domain::event::EventKind;
use crate::domain::language::Language;
use crate::domain::notification::{Claimed, Kind};
use crate::telegram::{LONGEST_CAPTION, PostTap, SETTINGS_TAP, html_message, html_photo, without_formatting};
use crate::text::{self, Button, Html};

/// Whether a row is told in its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// It is.
    Fresh,
    /// It is older than news of its kind should be, and its reader has to see that.
    Late,
}

/// What rendering needs beside the row and its account.
#[derive(Clone, Debug)]
pub(super) struct Renderer {
    /// Where buttons lead.
    pub(super) platform: config::Platform,
    /// The zone of people whose zone is not known.
    pub(super) default_zone: Tz,
}

/// What is sent.
pub(super) enum Message {
    /// A text.
    Text(Box<SendMessage>),
    /// A picture with a text below it.
    Picture(Box<Picture>),
}

/// A picture with a text below it.
pub(super) struct Picture {
    /// All but its bytes.
    pub(super) photo: SendPhoto,
    /// Its bytes.
    pub(super) png: Vec<u8>,
    /// What is sent when Telegram does not take the picture.
    pub(super) instead: SendMessage,
}

impl Renderer {
    /// The message that tells `row` to the account of `settings`, addressed to `chat_id`; `briefing`: what a digest
    /// tells.
    pub(super) fn message(
        &self,
        row: &Claimed,
        age: Age,
        chat_id: i64,
        settings: &Settings,
        briefing: Briefing,
    ) -> Message {
        let html = self.text(row, settings, &briefing.news);
        let html = match age {
            Age::Fresh => html,
            Age::Late => text::carried::late(settings.language(), html),
        };
        let text = self.text_message(row, chat_id, settings, &html);
        match briefing.picture {
            // No text of ours is longer; one that were would rather go without a picture than not at all.
            Some(png) if !row.plain && html.utf16_len() <= LONGEST_CAPTION => {
                let mut photo = html_photo(chat_id, html.as_str()).disable_notification(row.silent);
                photo.message_thread_id = text.message_thread_id;
                photo.reply_markup.clone_from(&text.reply_markup);
                Message::Picture(Box::new(Picture { photo, png, instead: text }))
            }
            _ => Message::Text(Box::new(text)),
        }
    }

    fn text_message(&self, row: &Claimed, chat_id: i64, settings: &Settings, html: &Html) -> SendMessage {
        let mut message = html_message(chat_id, html.as_str()).disable_notification(row.silent);
        if row.plain {
            without_formatting(&mut message, html.plain());
        }
        if let Some(thread_id) = row.thread_id {
            message = message.message_thread_id(ThreadId(MessageId(thread_id)));
        }
        match self.buttons(row, settings) {
            Some(buttons) => message.reply_markup(buttons),
            None => message,
        }
    }

    fn text(&self, row: &Claimed, settings: &Settings, news: &DigestNews) -> Html {
        let language = settings.language();
        let zone = settings.zone.unwrap_or(self.default_zone);
        let data = &row.content.event;
        let network = data.network.as_deref().unwrap_or_default();
        let said = data.text.as_deref();
        match row.kind {
            Kind::Event(EventKind::PostPublished) => {
                text::notification::Published { network, text: said, url: data.url.as_deref() }
                    .render(language)
            }
            Kind::Event(EventKind::PostFailed) => text::notification::Failed {
                network,
                text: said,
                scheduled_at: data.scheduled_at,
                zone,
                code: data.error_code,
                why: data.error.as_deref(),
                fix: data.fix.as_deref(),
                reference: data.post_id.as_deref(),
            }
            .render(language),
            Kind::Event(EventKind::PostUnconfirmed) => {
                text::notification::unconfirmed(language, network, said)
            }
            Kind::Event(EventKind::AutomationExecuted) => {
                text::notification::automation(language, data.name.as_deref(), said)
            }
            Kind::Event(EventKind::Announcement) => {
                text::notification::announcement(language, said.unwrap_or_default())
            }
            Kind::Approval(notice) => text::approval::NeedsApproval {
                network,
                text: said,
                media_url: row.content.media_url.as_deref(),
                at: data.scheduled_at,
                zone,
            }
            .render(language, notice),
            Kind::Digest => {
                let digest =
                    text::digest::Digest { account: &settings.account_name, at: row.event_at, zone, news }
                        .render(language);
                match &row.content.carried {
                    // There is no digest today, only what was to go with it.
                    Some(carried) if news.is_empty() && !settings.digest.when_empty => {
                        text::carried::catch_up(language, carried)
                    }
                    Some(carried) => text::carried::below_digest(language, digest, carried),
                    None => digest,
                }
            }
            Kind::WhileAway => {
                let carried = row.content.carried.clone().unwrap_or_default();
                text::carried::while_away(language, &carried)
            }
            Kind::CatchUp => {
                let carried = row.content.carried.clone().unwrap_or_default();
                text::carried::catch_up(language, &carried)
            }
            Kind::PostLate => {
                let late = row.content.late.clone().unwrap_or_default();
                text::late_posts::question(language, &late, zone)
            }
            Kind::Test => text::notification::test(language, row.event_at, zone),
            // It is written for a chat, not for an account.
            Kind::Alert => Html::default(),
            Kind::LinkMoved => {
                let language = row.content.chat_language.unwrap_or(language);
                text::linking::moved_away(language, &settings.account_name)
            }
        }
    }

    fn buttons(&self, row: &Claimed, settings: &Settings) -> Option<InlineKeyboardMarkup> {
        match row.kind {
            Kind::Digest => Some(self.digest_buttons(settings)),
            Kind::Approval(ApprovalNotice::Asked | ApprovalNotice::Reminder) => {
                approval_buttons(row, settings)
            }
            Kind::PostLate => Some(late_buttons(row.id, settings.language())),
            _ => self.post_button(row, settings),
        }
    }

    /// The calendar, where the platform has one, and the settings.
    fn digest_buttons(&self, settings: &Settings) -> InlineKeyboardMarkup {
        let language = settings.language();
        let calendar = self.platform.calendar_url.clone();
        let calendar =
            calendar.map(|page| InlineKeyboardButton::url(Button::OpenCalendar.label(language), page));
        let to_settings = InlineKeyboardButton::callback(Button::Settings.label(language), SETTINGS_TAP);
        InlineKeyboardMarkup::new([calendar.into_iter().chain([to_settings])])
    }

    /// The page of the post, where the platform has one.
    fn post_button(&self, row: &Claimed, settings: &Settings) -> Option<InlineKeyboardMarkup> {
        let post_id = row.content.event.post_id.as_deref()?;
        let about_trouble =
            matches!(row.kind, Kind::Event(EventKind::PostFailed | EventKind::PostUnconfirmed));
        let page = self.platform.post_link(post_id).filter(|_| about_trouble)?;
        let label = Button::OpenPost.label(settings.language());
        Some(InlineKeyboardMarkup::new([[InlineKeyboardButton::url(label, page)]]))
    }
}

/// Yes, another time, no.
fn approval_buttons(row: &Claimed, settings: &Settings) -> Option<InlineKeyboardMarkup> {
    let id: i64 = row.content.event.post_id.as_deref()?.parse().ok()?;
    let button = |button: Button, tap: PostTap| {
        InlineKeyboardButton::callback(button.label(settings.language()), tap.to_data())
    };
    Some(InlineKeyboardMarkup::new([[
        button(Button::Approve, PostTap::Approve(id)),
        button(Button::Move, PostTap::Move(id)),
        button(Button::Reject, PostTap::Reject(id)),
    ]]))
}

/// What becomes of the posts that the notification `id` asks about.
fn late_buttons(id: i64, language: Language) -> InlineKeyboardMarkup {
    let button =
        |button: Button, tap: PostTap| InlineKeyboardButton::callback(button.label(language), tap.to_data());
    InlineKeyboardMarkup::new([[
        button(Button::PostNow, PostTap::PublishLate(id)),
        button(Button::CancelPost, PostTap::CancelLate(id)),
    ]])
}
