//! sendMessage, and the way every new message takes into a chat.

use std::time::Instant;

use serde_json::Value;

use super::Call;
use crate::access;
use crate::answer::{ApiError, json};
use crate::clock;
use crate::control::Event;
use crate::markup;
use crate::params::Params;
use crate::text::{self, Formatted, MAX_TEXT};
use crate::wire::{ChatKind, InlineKeyboard, Message, PhotoSize};
use crate::world::{ChatKey, ChatMessage, Photo, World};

/// What is about to be sent, already parsed and measured.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) words: Formatted,
    pub(super) source: Option<String>,
    pub(super) photo: Option<Photo>,
    /// As the documentation's `Video`.
    pub(super) video: Option<Value>,
    pub(super) link_preview_options: Option<Value>,
    pub(super) reply_markup: Option<InlineKeyboard>,
}

pub(super) fn send_message(call: &Call<'_>) -> Result<String, ApiError> {
    let source = call.params.text("text").ok_or_else(|| ApiError::bad("message text is empty"))?;
    let draft = Draft {
        words: message_text(call.params, &source)?,
        link_preview_options: link_preview_options(call.params)?,
        reply_markup: markup::reply_markup(call.params)?,
        source: Some(source.into_owned()),
        ..Draft::default()
    };
    post(call, draft)
}

/// The text of a message, parsed; neither empty nor too long.
pub(super) fn message_text(params: &Params, source: &str) -> Result<Formatted, ApiError> {
    let entities = params.json("entities", "entities")?;
    let words = text::format(source, params.text("parse_mode").as_deref(), entities.as_deref())?;
    if words.text.is_empty() {
        return Err(ApiError::bad("text must be non-empty"));
    }
    if text::utf16_len(&words.text) > MAX_TEXT {
        return Err(ApiError::bad("message is too long"));
    }
    Ok(words)
}

/// `link_preview_options`, or what the old `disable_web_page_preview` means.
pub(super) fn link_preview_options(params: &Params) -> Result<Option<Value>, ApiError> {
    match params.json("link_preview_options", "link preview options")? {
        Some(options) if options.is_object() => Ok(Some(options.into_owned())),
        Some(_) => Err(ApiError::bad("object expected as link preview options")),
        None => {
            let disabled = params.flag("disable_web_page_preview");
            Ok(disabled.then(|| serde_json::json!({ "is_disabled": true })))
        }
    }
}

/// Puts a message into the chat the call names: access, topic, reply, flood control, and only then the message.
pub(super) fn post(call: &Call<'_>, draft: Draft) -> Result<String, ApiError> {
    let (shared, params) = (call.shared, call.params);
    let mut world = shared.world();
    let chat = access::named_chat(&world, params)?;
    let key = access::writable(&world, call.bot, chat)?;
    let thread = access::topic(&world, key, params.int("message_thread_id"))?;
    let reply_to = replied_message(&world, key, params)?;
    shared.flood(call.bot, |flood| flood.admit(chat, Instant::now())).map_err(ApiError::too_many_requests)?;

    let message_id = world.next_message_id(key);
    let sender = world.bots.get(&call.bot).map(|bot| bot.user.clone());
    let conversation = world.chats.get_mut(&key).ok_or_else(access::not_found)?;
    let mut message = Message::empty(message_id, conversation.chat.clone(), clock::unix_seconds());
    if conversation.chat.kind == ChatKind::Channel {
        message.sender_chat = Some(conversation.chat.clone());
    } else {
        message.from = sender;
    }
    message.message_thread_id = thread;
    message.is_topic_message = thread.is_some();
    message.reply_to_message = reply_to;
    fill(&mut message, &draft);
    let body = json(&message);
    let mut kept = ChatMessage::new(message, true, shared.elapsed());
    kept.source = draft.source;
    kept.parse_mode = params.text("parse_mode").map(std::borrow::Cow::into_owned);
    kept.silent = params.flag("disable_notification");
    kept.photo = draft.photo;
    let event = shared.copy_for_listeners(&kept);
    conversation.add(kept, shared.options.messages_per_chat);
    drop(world);
    if let Some(message) = event {
        shared.emit(|| Event::Message { bot: call.bot, chat, message });
    }
    shared.touch();
    Ok(body)
}

fn fill(message: &mut Message, draft: &Draft) {
    let Formatted { text, entities } = draft.words.clone();
    message.photo = draft.photo.iter().map(photo_size).collect();
    message.other = draft.video.iter().map(|video| ("video".to_owned(), video.clone())).collect();
    if draft.photo.is_some() || draft.video.is_some() {
        message.caption = (!text.is_empty()).then_some(text);
        message.caption_entities = entities;
    } else {
        message.text = Some(text);
        message.entities = entities;
        message.link_preview_options.clone_from(&draft.link_preview_options);
    }
    message.reply_markup.clone_from(&draft.reply_markup);
}

fn photo_size(photo: &Photo) -> PhotoSize {
    PhotoSize {
        file_id: photo.file_id.clone(),
        file_unique_id: format!("u{}", photo.file_id),
        width: photo.width,
        height: photo.height,
        file_size: (!photo.bytes.is_empty()).then_some(photo.bytes.len()),
    }
}

/// The message that `reply_parameters` (or the old `reply_to_message_id`) names.
fn replied_message(world: &World, key: ChatKey, params: &Params) -> Result<Option<Box<Message>>, ApiError> {
    let reply = params.json("reply_parameters", "reply parameters")?;
    let (id, optional) = match reply.as_deref() {
        Some(Value::Object(reply)) => (
            reply.get("message_id").and_then(Value::as_i64),
            reply.get("allow_sending_without_reply").and_then(Value::as_bool).unwrap_or_default(),
        ),
        Some(_) => return Err(ApiError::bad("object expected as reply parameters")),
        None => (params.int("reply_to_message_id"), params.flag("allow_sending_without_reply")),
    };
    let Some(id) = id.filter(|id| *id > 0) else { return Ok(None) };
    let found = world.chats.get(&key).and_then(|conversation| conversation.message(id));
    match found {
        Some(kept) => {
            // A reply shows what it answers, but not what that one answered.
            let mut message = kept.message.clone();
            message.reply_to_message = None;
            Ok(Some(Box::new(message)))
        }
        None if optional => Ok(None),
        None => Err(ApiError::bad("message to be replied not found")),
    }
}
