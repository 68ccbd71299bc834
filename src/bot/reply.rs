//! Answers to people: sent under the limits that delivery keeps too, tried again where that is safe.

use std::time::Duration;

use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters as _, EditMessageText, EditMessageTextSetters as _,
    SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _, SendVideo, SendVideoSetters as _,
};
use teloxide::types::{
    CallbackQueryId, ChatId, FileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, MessageId,
    ParseMode, ThreadId,
};
use tokio::time::Instant;

use super::tap::Tap;
use super::{Bot, working_time};
use crate::domain::account::DisabledReason;
use crate::domain::draft::MediaFile;
use crate::domain::language::Language;
use crate::domain::post_options::MediaKind;
use crate::telegram::{Answer, NO_PREVIEW, Place, RefusalClass, html_message, without_formatting};
use crate::text::{Button, Html};

/// How long may one call for a reply take? Shorter than the time a handler has.
const CALL_LIMIT: Duration = Duration::from_secs(4);

/// A longer wait that Telegram asks for is not waited: the person has written again by then.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How many updates of one chat may wait for their answers? Each answer takes a second under the limits, and
/// Telegram hands out no more than 100 updates past the oldest unanswered one: whoever sends faster than that
/// would delay everybody, so they get fewer answers.
const LONGEST_BACKLOG: usize = 20;

/// How often is a reply tried that never reached Telegram?
const TRIES: u32 = 3;

/// The pause between these tries.
const PAUSE: Duration = Duration::from_millis(300);

/// A message to a person: a text and the rows of buttons below it.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    html: Html,
    buttons: Vec<Vec<InlineKeyboardButton>>,
    /// The topic that it goes to.
    thread_id: Option<i32>,
}

impl From<Html> for Reply {
    fn from(html: Html) -> Self {
        Self { html, buttons: Vec::new(), thread_id: None }
    }
}

impl Reply {
    /// Adds a row with a button that leads to a page; no row where there is no page.
    pub(super) fn link_row(mut self, button: Button, page: Option<&url::Url>, language: Language) -> Self {
        if let Some(page) = page {
            self.buttons.push(vec![InlineKeyboardButton::url(button.label(language), page.clone())]);
        }
        self
    }

    /// Adds a row of buttons to tap.
    pub(super) fn tap_row<const N: usize>(mut self, buttons: [(Button, Tap); N], language: Language) -> Self {
        let row = buttons
            .map(|(button, tap)| InlineKeyboardButton::callback(button.label(language), tap.to_data()));
        self.buttons.push(row.into());
        self
    }

    /// Adds a row of one button with a label of its own.
    pub(super) fn named_tap_row(mut self, label: String, tap: Tap) -> Self {
        self.buttons.push(vec![InlineKeyboardButton::callback(label, tap.to_data())]);
        self
    }

    /// Adds rows of buttons whose labels depend on what they do.
    pub(super) fn labelled_rows(mut self, rows: Vec<Vec<(String, Tap)>>) -> Self {
        let button = |(label, tap): (String, Tap)| InlineKeyboardButton::callback(label, tap.to_data());
        self.buttons.extend(rows.into_iter().map(|row| row.into_iter().map(button).collect::<Vec<_>>()));
        self
    }

    /// Goes to a topic of the group, where one is named.
    pub(super) fn in_topic(self, thread_id: Option<i32>) -> Self {
        Self { thread_id, ..self }
    }

    /// The same buttons below another text, made of this one.
    pub(super) fn map_text(self, change: impl FnOnce(Html) -> Html) -> Self {
        Self { html: change(self.html), ..self }
    }

    fn markup(&self) -> InlineKeyboardMarkup {
        InlineKeyboardMarkup::new(self.buttons.clone())
    }
}

/// What is left to do after a call for a reply.
enum Next {
    Finished,
    Again,
    AsPlainText,
    AsNewMessage,
}

/// Waits for a moment that Telegram's limits set.
async fn wait_until(at: Instant) {
    working_time::pardon(at.saturating_duration_since(Instant::now()));
    crate::telegram::wait_until(at).await;
}

impl Bot {
    /// Sends `reply` to `chat_id`. A reply is for now: one that can't be sent in a few seconds is dropped and
    /// logged.
    pub(super) async fn say(&self, chat_id: i64, reply: impl Into<Reply>) {
        self.say_in_turn(chat_id, reply.into(), LONGEST_BACKLOG).await;
    }

    /// The same, however many updates of the chat wait: the last word before they are dropped.
    pub(super) async fn say_at_last(&self, chat_id: i64, reply: impl Into<Reply>) {
        self.say_in_turn(chat_id, reply.into(), usize::MAX).await;
    }

    async fn say_in_turn(&self, chat_id: i64, reply: Reply, longest_backlog: usize) {
        let mut message = html_message(chat_id, reply.html.as_str());
        if !reply.buttons.is_empty() {
            message = message.reply_markup(reply.markup());
        }
        message.message_thread_id = reply.thread_id.map(|thread_id| ThreadId(MessageId(thread_id)));
        for _ in 0..TRIES {
            if !self.has_place(chat_id, longest_backlog).await {
                return;
            }
            match self.next_after(self.api.send(&message, CALL_LIMIT).await, chat_id).await {
                Next::Again => {}
                Next::AsPlainText if message.parse_mode.is_some() => {
                    without_formatting(&mut message, reply.html.plain());
                }
                _ => return,
            }
        }
    }

    /// Replaces the message with the buttons that were tapped; says it anew where that can't be edited.
    pub(super) async fn edit(&self, chat_id: i64, message_id: MessageId, reply: impl Into<Reply>) {
        let reply = reply.into();
        if !self.edit_in_place(chat_id, message_id, &reply).await {
            self.say(chat_id, reply).await;
        }
    }

    /// Replaces a message; false when there is none any more that can be edited. What fails otherwise is dropped and
    /// logged, as in [`Bot::say`].
    pub(super) async fn edit_in_place(&self, chat_id: i64, message_id: MessageId, reply: &Reply) -> bool {
        let mut edit = EditMessageText::new(ChatId(chat_id), message_id, reply.html.as_str())
            .parse_mode(ParseMode::Html)
            .link_preview_options(NO_PREVIEW)
            .reply_markup(reply.markup());
        for _ in 0..TRIES {
            if !self.has_place(chat_id, LONGEST_BACKLOG).await {
                return true;
            }
            match self.next_after(self.api.call(&edit, CALL_LIMIT).await, chat_id).await {
                Next::Again => {}
                Next::AsPlainText if edit.parse_mode.is_some() => {
                    edit.text = reply.html.plain();
                    edit.parse_mode = None;
                }
                Next::AsNewMessage => return false,
                _ => return true,
            }
        }
        true
    }

    /// Shows `words` as a network shows them that takes plain text: in the place of a message, or below.
    pub(super) async fn preview(&self, chat_id: i64, instead_of: Option<MessageId>, words: &str) {
        let mut instead_of = instead_of;
        for _ in 0..TRIES {
            if !self.has_place(chat_id, LONGEST_BACKLOG).await {
                return;
            }
            let next = match instead_of {
                Some(message_id) => {
                    let edit = EditMessageText::new(ChatId(chat_id), message_id, words);
                    self.next_after(self.api.call(&edit, CALL_LIMIT).await, chat_id).await
                }
                None => {
                    let message = SendMessage::new(ChatId(chat_id), words);
                    self.next_after(self.api.call(&message, CALL_LIMIT).await, chat_id).await
                }
            };
            match next {
                Next::Again => {}
                Next::AsNewMessage => instead_of = None,
                Next::AsPlainText | Next::Finished => return,
            }
        }
    }

    /// Shows a picture or film above `words`, as a channel does.
    pub(super) async fn preview_media(&self, chat_id: i64, media: &MediaFile, words: &str) {
        let file = InputFile::file_id(FileId(media.file_id.clone()));
        for _ in 0..TRIES {
            if !self.has_place(chat_id, LONGEST_BACKLOG).await {
                return;
            }
            let answer = match media.kind {
                MediaKind::Photo => {
                    let photo = SendPhoto::new(ChatId(chat_id), file.clone()).caption(words);
                    self.api.call(&photo, CALL_LIMIT).await
                }
                MediaKind::Video => {
                    let video = SendVideo::new(ChatId(chat_id), file.clone()).caption(words);
                    self.api.call(&video, CALL_LIMIT).await
                }
            };
            if !matches!(self.next_after(answer, chat_id).await, Next::Again) {
                return;
            }
        }
    }

    /// Waits for a place under the limits; false when the reply is not worth it. With more than `longest_backlog` open
    /// updates of the chat only a place counts that is there at once.
    async fn has_place(&self, chat_id: i64, longest_backlog: usize) -> bool {
        // A group has 20 messages a minute: its next place may be a minute away.
        let patience = if self.acknowledgements.open_in(chat_id) > longest_backlog {
            log::debug!(target: "bot", "a chat writes faster than it can be answered");
            Duration::ZERO
        } else if chat_id > 0 {
            self.handler_limit()
        } else {
            LONGEST_WAIT
        };
        let (now, deadline) = (Instant::now(), Instant::now() + patience);
        loop {
            match self.limits.reserve(chat_id, Instant::now()) {
                Place::At(at) => {
                    wait_until(at).await;
                    return true;
                }
                Place::NotBefore(at) if at <= deadline => wait_until(at).await,
                Place::NotBefore(at) => {
                    let wait = at.duration_since(now).as_secs();
                    log::debug!(target: "bot", "a chat has to wait {wait} s: a reply is dropped");
                    return false;
                }
            }
        }
    }

    /// Answers a tap, with a line over the chat or silently; true when Telegram took the answer. A tap that was
    /// answered before or is too old takes none.
    pub(super) async fn answer_tap(&self, id: CallbackQueryId, words: Option<String>) -> bool {
        let mut answer = AnswerCallbackQuery::new(id);
        if let Some(words) = words {
            answer = answer.text(words);
        }
        match self.api.call(&answer, CALL_LIMIT).await {
            Answer::Done(_) => return true,
            Answer::Refused(refusal) if refusal.class() == RefusalClass::StaleCallback => {}
            Answer::Refused(refusal) => {
                log::warn!(target: "TELEGRAM", "a tap could not be answered: {}", refusal.description);
            }
            Answer::NotSent(why) | Answer::Unknown(why) => {
                log::warn!(target: "TELEGRAM", "a tap could not be answered: {why}");
            }
        }
        false
    }

    async fn next_after<T>(&self, answer: Answer<T>, chat_id: i64) -> Next {
        let refusal = match answer {
            Answer::Done(_) => return Next::Finished,
            Answer::NotSent(why) => {
                log::warn!(target: "TELEGRAM", "a reply did not reach Telegram: {why}");
                tokio::time::sleep(PAUSE).await;
                return Next::Again;
            }
            // Saying it twice is worse than once too seldom: the person can ask again.
            Answer::Unknown(why) => {
                log::warn!(target: "TELEGRAM", "a reply may be lost: {why}");
                return Next::Finished;
            }
            Answer::Refused(refusal) => refusal,
        };
        match refusal.class() {
            RefusalClass::NotModified => Next::Finished,
            RefusalClass::NotEditable => Next::AsNewMessage,
            RefusalClass::Unparsable => {
                log::error!(target: "bot", "a text of ours can't be parsed: {}", refusal.description);
                Next::AsPlainText
            }
            RefusalClass::Wait(wait) => self.heed_wait(chat_id, wait).await,
            RefusalClass::Gone(reason) => {
                self.disable(chat_id, reason).await;
                Next::Finished
            }
            _ => {
                log::warn!(target: "TELEGRAM", "a reply was refused: {}", refusal.description);
                Next::Finished
            }
        }
    }

    async fn heed_wait(&self, chat_id: i64, wait: Duration) -> Next {
        let now = Instant::now();
        self.limits.pause_chat(chat_id, now + wait, now);
        if wait <= LONGEST_WAIT {
            return Next::Again;
        }
        log::warn!(target: "TELEGRAM", "a chat is limited for {} s: a reply is dropped", wait.as_secs());
        if let Err(error) = self.store.keep_chat_wait(chat_id, self.clock.now() + wait).await {
            log::error!(target: "bot", "the wait of a chat is not kept: {error}");
        }
        Next::Finished
    }

    async fn disable(&self, chat_id: i64, reason: DisabledReason) {
        if let Err(error) = self.store.disable_chat(chat_id, reason, self.clock.now()).await {
            log::error!(target: "bot", "a chat that is gone can't be disabled: {error}");
        }
    }
}
