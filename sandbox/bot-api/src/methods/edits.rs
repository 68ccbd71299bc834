//! Changing and deleting what was sent.

use super::photos::caption;
use super::sending::{link_preview_options, message_text};
use super::{Call, true_};
use crate::access;
use crate::answer::{ApiError, json};
use crate::clock;
use crate::control::Event;
use crate::markup;
use crate::wire::{ChatKind, Message};
use crate::world::{ChatKey, ChatMessage, Standing, World};

/// "A message can only be deleted if it was sent less than 48 hours ago" (Bot API documentation, deleteMessage).
const DELETABLE_SECONDS: i64 = 48 * 60 * 60;
/// "1-100 identifiers" (Bot API documentation, deleteMessages).
const MAX_DELETED_AT_ONCE: usize = 100;

pub(super) fn edit_text(call: &Call<'_>) -> Result<String, ApiError> {
    let source = call.params.text("text").ok_or_else(|| ApiError::bad("message text is empty"))?;
    let words = message_text(call.params, &source)?;
    let preview = link_preview_options(call.params)?;
    let reply_markup = markup::reply_markup(call.params)?;
    edit(call, Some(source.as_ref().to_owned()), |message| {
        if message.text.is_none() {
            return Err(ApiError::bad("there is no text in the message to edit"));
        }
        message.text = Some(words.text);
        message.entities = words.entities;
        message.link_preview_options = preview;
        message.reply_markup = reply_markup;
        Ok(())
    })
}

pub(super) fn edit_caption(call: &Call<'_>) -> Result<String, ApiError> {
    let (words, source) = caption(call)?;
    let reply_markup = markup::reply_markup(call.params)?;
    edit(call, source, |message| {
        if message.photo.is_empty() && !message.other.contains_key("video") {
            return Err(ApiError::bad("there is no caption in the message to edit"));
        }
        message.caption = (!words.text.is_empty()).then_some(words.text);
        message.caption_entities = words.entities;
        message.reply_markup = reply_markup;
        Ok(())
    })
}

pub(super) fn edit_reply_markup(call: &Call<'_>) -> Result<String, ApiError> {
    let reply_markup = markup::reply_markup(call.params)?;
    edit(call, None, |message| {
        message.reply_markup = reply_markup;
        Ok(())
    })
}

/// Applies `change` to the named message, if it is the bot's own and really changes.
fn edit(
    call: &Call<'_>,
    source: Option<String>,
    change: impl FnOnce(&mut Message) -> Result<(), ApiError>,
) -> Result<String, ApiError> {
    let mut world = call.shared.world();
    let (key, id) = named_message(&world, call)?;
    let not_found = || ApiError::bad("message to edit not found");
    let may_edit = is_own(&world, key, call.bot);
    let kept = world.chats.get_mut(&key).and_then(|chat| chat.message_mut(id)).ok_or_else(not_found)?;
    if !may_edit(kept) {
        return Err(ApiError::bad("message can't be edited"));
    }
    let mut changed = kept.message.clone();
    change(&mut changed)?;
    if changed == kept.message {
        return Err(ApiError::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
        ));
    }
    changed.edit_date = Some(clock::unix_seconds());
    kept.keep_version(call.shared.elapsed());
    kept.message = changed;
    if source.is_some() {
        kept.source = source;
        kept.parse_mode = call.params.text("parse_mode").map(std::borrow::Cow::into_owned);
    }
    let body = json(&kept.message);
    let event = call.shared.copy_for_listeners(kept);
    drop(world);
    if let Some(message) = event {
        call.shared.emit(|| Event::Edited { bot: call.bot, chat: key.1, message });
    }
    call.shared.touch();
    Ok(body)
}

/// Whether a message was sent by this bot; in channels every administrator's post counts.
fn is_own(world: &World, key: ChatKey, bot: i64) -> impl Fn(&ChatMessage) -> bool + use<> {
    let is_channel = world.chats.get(&key).is_some_and(|chat| chat.chat.kind == ChatKind::Channel);
    move |kept| is_channel || kept.message.from.as_ref().is_some_and(|from| from.id == bot)
}

/// The chat and message a call names; the bot may write there.
fn named_message(world: &World, call: &Call<'_>) -> Result<(ChatKey, i64), ApiError> {
    if call.params.text("chat_id").is_none() && call.params.text("inline_message_id").is_some() {
        // Messages sent through inline mode do not exist here.
        return Err(ApiError::bad("MESSAGE_ID_INVALID"));
    }
    let chat = access::named_chat(world, call.params)?;
    let key = access::writable(world, call.bot, chat)?;
    Ok((key, call.params.int("message_id").unwrap_or_default()))
}

pub(super) fn delete(call: &Call<'_>) -> Result<String, ApiError> {
    let mut world = call.shared.world();
    let (key, id) = named_message(&world, call)?;
    delete_one(&mut world, call, key, id)?;
    drop(world);
    call.shared.touch();
    Ok(true_())
}

pub(super) fn delete_many(call: &Call<'_>) -> Result<String, ApiError> {
    let ids = call.params.json("message_ids", "message_ids")?;
    let ids = ids.as_deref().and_then(|ids| ids.as_array());
    let ids = ids.ok_or_else(|| ApiError::bad("message identifiers are not specified"))?;
    if ids.len() > MAX_DELETED_AT_ONCE {
        return Err(ApiError::bad("too many message identifiers specified"));
    }
    let mut world = call.shared.world();
    let (key, _) = named_message(&world, call)?;
    for id in ids.iter().filter_map(serde_json::Value::as_i64) {
        // "If some of the specified messages can't be found, they are skipped."
        let _ = delete_one(&mut world, call, key, id);
    }
    drop(world);
    call.shared.touch();
    Ok(true_())
}

fn delete_one(world: &mut World, call: &Call<'_>, key: ChatKey, id: i64) -> Result<(), ApiError> {
    let not_found = || ApiError::bad("message to delete not found");
    let own = is_own(world, key, call.bot);
    let conversation = world.chats.get_mut(&key).ok_or_else(not_found)?;
    let rules = conversation.chat.kind == ChatKind::Private
        || conversation.standing(call.bot) == Standing::Administrator;
    let kept = conversation.message_mut(id).ok_or_else(not_found)?;
    let is_fresh = clock::unix_seconds() - kept.message.date < DELETABLE_SECONDS;
    if !is_fresh || !(rules || own(kept)) {
        return Err(ApiError::bad("message can't be deleted"));
    }
    kept.deleted = true;
    call.shared.emit(|| Event::Deleted { bot: call.bot, chat: key.1, message_id: id });
    Ok(())
}
