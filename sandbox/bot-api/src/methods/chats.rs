//! Looking at chats and their members; sendChatAction.

use serde_json::{Value, json};

use super::{Call, result, true_};
use crate::access;
use crate::answer::ApiError;
use crate::wire::{AdministratorRights, ChatKind, ChatMember, MemberStatus, User};
use crate::world::{Conversation, Standing, World};

/// Bot API documentation, sendChatAction, `action`.
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn send_action(call: &Call<'_>) -> Result<String, ApiError> {
    let action = call.params.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_ref()) {
        return Err(ApiError::bad("wrong parameter action in request"));
    }
    let world = call.shared.world();
    let chat = access::named_chat(&world, call.params)?;
    let key = access::writable(&world, call.bot, chat)?;
    access::topic(&world, key, call.params.int("message_thread_id"))?;
    Ok(true_())
}

/// The conversation a call names; the bot may look at it.
fn conversation<'w>(world: &'w World, call: &Call<'_>) -> Result<&'w Conversation, ApiError> {
    let chat = access::named_chat(world, call.params)?;
    let key = access::readable(world, call.bot, chat)?;
    world.chats.get(&key).ok_or_else(access::not_found)
}

pub(super) fn get_chat(call: &Call<'_>) -> Result<String, ApiError> {
    let world = call.shared.world();
    let conversation = conversation(&world, call)?;
    let mut full = serde_json::to_value(&conversation.chat).unwrap_or_default();
    if let Value::Object(full) = &mut full {
        // Fields of ChatFullInfo that are always there, with what a plain chat has.
        full.insert("accent_color_id".to_owned(), json!(0));
        full.insert("max_reaction_count".to_owned(), json!(11));
        let gifts = json!({
            "unlimited_gifts": false,
            "limited_gifts": false,
            "unique_gifts": false,
            "premium_subscription": false,
            "gifts_from_channels": false,
        });
        full.insert("accepted_gift_types".to_owned(), gifts);
        if let Some(username) = &conversation.chat.username {
            full.insert("active_usernames".to_owned(), json!([username]));
        }
    }
    result(&full)
}

/// A person's or a bot's standing in a chat.
fn member<'w>(world: &'w World, conversation: &Conversation, user: i64) -> Option<(&'w User, MemberStatus)> {
    if let Some(bot) = world.bots.get(&user) {
        return Some((&bot.user, conversation.standing(user).on_the_wire()));
    }
    let person = &world.people.get(&user)?.user;
    let status = if conversation.creator == Some(user) {
        MemberStatus::Creator { is_anonymous: false }
    } else if conversation.administrators.contains(&user) {
        MemberStatus::Administrator(AdministratorRights::posting())
    } else if conversation.people.contains(&user) || conversation.chat.id == user {
        MemberStatus::Member
    } else {
        MemberStatus::Left
    };
    Some((person, status))
}

pub(super) fn get_member(call: &Call<'_>) -> Result<String, ApiError> {
    let user = call.params.int("user_id").filter(|id| *id > 0);
    let user = user.ok_or_else(|| ApiError::bad("invalid user_id specified"))?;
    let world = call.shared.world();
    let conversation = conversation(&world, call)?;
    let (user, status) = member(&world, conversation, user).ok_or_else(|| ApiError::bad("user not found"))?;
    result(&ChatMember { user, status })
}

pub(super) fn get_administrators(call: &Call<'_>) -> Result<String, ApiError> {
    let world = call.shared.world();
    let conversation = conversation(&world, call)?;
    if conversation.chat.kind == ChatKind::Private {
        return Err(ApiError::bad("there are no administrators in the private chat"));
    }
    let bots = conversation
        .bots
        .iter()
        .filter(|(_, standing)| matches!(standing, Standing::Administrator | Standing::Helper));
    let people = conversation.creator.iter().chain(&conversation.administrators);
    let ids = people.chain(bots.map(|(id, _)| id));
    let members: Vec<ChatMember<'_>> = ids
        .filter_map(|id| member(&world, conversation, *id))
        .map(|(user, status)| ChatMember { user, status })
        .collect();
    result(&members)
}

pub(super) fn get_member_count(call: &Call<'_>) -> Result<String, ApiError> {
    let world = call.shared.world();
    let conversation = conversation(&world, call)?;
    let count = if conversation.chat.kind == ChatKind::Private {
        2
    } else {
        conversation.people.len() + conversation.bots.values().filter(|standing| standing.is_inside()).count()
    };
    result(&count)
}

pub(super) fn leave(call: &Call<'_>) -> Result<String, ApiError> {
    let mut world = call.shared.world();
    let chat = access::named_chat(&world, call.params)?;
    let key = access::readable(&world, call.bot, chat)?;
    let conversation = world.chats.get_mut(&key).ok_or_else(access::not_found)?;
    if conversation.chat.kind == ChatKind::Private {
        return Err(ApiError::bad("chat member status can't be changed in private chats"));
    }
    conversation.bots.insert(call.bot, Standing::Left);
    drop(world);
    call.shared.touch();
    Ok(true_())
}
