//! A claimed row becomes a message, in the person's language and zone of this moment.

use chrono_tz::Tz;
use teloxide::payloads::{
    EditMessageText, SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _,
};
use teloxide::types::{MessageId, ThreadId};

use super::briefing::Briefing;
use crate::config;
use crate::domain::account::Settings;
use crate::domain::digest::DigestNews;
use crate::domain::event::EventKind;
use crate::domain::notice::{NoticeNow, ToldPost};
use crate::domain::notification::{Claimed, Kind};
use crate::telegram::{LONGEST_CAPTION, html_edit, html_message, html_photo, without_formatting};
use crate::text::failures::Failures;
use crate::text::post_stands::PostStands;
use crate::text::{self, Html};

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
    /// Other words, and other buttons, for a message that is there.
    Edit(Box<EditMessageText>),
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
        notice: Option<&NoticeNow>,
    ) -> Message {
        if let Some(message_id) = notice.filter(|_| row.kind == Kind::NoticeEdit).and_then(|it| it.message_id)
        {
            return Message::Edit(Box::new(self.edit(row, chat_id, MessageId(message_id), settings, notice)));
        }
        let html = self.text(row, settings, &briefing.news, notice);
        let html = match age {
            Age::Fresh => html,
            Age::Late => text::carried::late(settings.language(), html),
        };
        let html = signed(row, settings, html);
        let text = self.text_message(row, chat_id, settings, &html, notice);
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

    fn text_message(
        &self,
        row: &Claimed,
        chat_id: i64,
        settings: &Settings,
        html: &Html,
        notice: Option<&NoticeNow>,
    ) -> SendMessage {
        let mut message = html_message(chat_id, html.as_str()).disable_notification(row.silent);
        if row.plain {
            without_formatting(&mut message, html.plain());
        }
        if let Some(thread_id) = row.thread_id {
            message = message.message_thread_id(ThreadId(MessageId(thread_id)));
        }
        match self.buttons(row, notice, settings.language()) {
            Some(buttons) => message.reply_markup(buttons),
            None => message,
        }
    }

    /// What the message `message_id` says now: what its notice asked was looked after, or it lists more posts.
    fn edit(
        &self,
        row: &Claimed,
        chat_id: i64,
        message_id: MessageId,
        settings: &Settings,
        notice: Option<&NoticeNow>,
    ) -> EditMessageText {
        let html = notice.map(|notice| self.looked_after(row, notice, settings)).unwrap_or_default();
        let html = signed(row, settings, html);
        let mut edit = html_edit(chat_id, message_id, html.as_str());
        if row.plain {
            edit.text = html.plain();
            edit.parse_mode = None;
        }
        edit.reply_markup = self.buttons(row, notice, settings.language());
        edit
    }

    fn looked_after(&self, row: &Claimed, notice: &NoticeNow, settings: &Settings) -> Html {
        let language = settings.language();
        let zone = settings.zone.unwrap_or(self.default_zone);
        let told = &notice.told[..];
        match told {
            _ if notice.is_list => Failures { told, zone }.render(language),
            [ToldPost { event, .. }] if notice.is_listed_elsewhere => {
                let network = event.network.as_deref().unwrap_or_default();
                text::failures::listed_below(language, network, event.text.as_deref())
            }
            [ToldPost { kind: Kind::Approval(_), post: Some(post), .. }] => {
                PostStands { post, zone }.card(language, row.event_at)
            }
            [ToldPost { post: Some(post), .. }] => PostStands { post, zone }.looked_after(language),
            [ToldPost { event, is_out: true, url, .. }] => {
                let network = event.network.as_deref().unwrap_or_default();
                text::notification::Published { network, text: event.text.as_deref(), url: url.as_deref() }
                    .render(language)
            }
            _ => Html::default(),
        }
    }

    fn text(
        &self,
        row: &Claimed,
        settings: &Settings,
        news: &DigestNews,
        notice: Option<&NoticeNow>,
    ) -> Html {
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
            Kind::Approval(asks) => {
                // It may have been moved since it was asked about.
                let post = notice.and_then(|notice| notice.told.first()?.post.as_ref());
                text::approval::NeedsApproval {
                    network,
                    text: said,
                    media_url: row.content.media_url.as_deref(),
                    at: post.map(|post| post.publish_at).or(data.scheduled_at),
                    zone,
                }
                .render(language, asks)
            }
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
            Kind::MergedFailures | Kind::NoticeEdit => {
                notice.map(|notice| self.looked_after(row, notice, settings)).unwrap_or_default()
            }
            Kind::Test => text::notification::test(language, row.event_at, zone),
            Kind::Place(what) => {
                let title = data.name.as_deref().unwrap_or_default();
                text::places::happened(language, what, title, row.content.by.as_deref())
            }
            Kind::ChannelLost => text::channels::lost(language, data.name.as_deref().unwrap_or_default()),
            // It is written for a chat, not for an account.
            Kind::Alert => Html::default(),
            Kind::LinkMoved => {
                let language = row.content.chat_language.unwrap_or(language);
                text::linking::moved_away(language, &settings.account_name)
            }
        }
    }
}

/// A group may hear from several accounts.
fn signed(row: &Claimed, settings: &Settings, html: Html) -> Html {
    match row.place_id {
        Some(_) => text::places::from_account(settings.language(), html, &settings.account_name),
        None => html,
    }
}
