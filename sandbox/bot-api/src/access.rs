//! Who may write where, and what Telegram says to those who may not.

use crate::answer::ApiError;
use crate::params::Params;
use crate::wire::ChatKind;
use crate::world::{ChatKey, Standing, World};

/// A general topic has this id and takes no `message_thread_id` (Bot API server: "message thread not found").
const GENERAL_TOPIC: i64 = 1;

/// The chat that `chat_id` names: a number, or `@username` of a public group or channel.
pub(crate) fn named_chat(world: &World, params: &Params) -> Result<i64, ApiError> {
    let given = params.text("chat_id").ok_or_else(|| ApiError::bad("chat_id is empty"))?;
    let found = match given.strip_prefix('@') {
        Some(username) => world.chat_named(username),
        None => given.trim().parse().ok(),
    };
    found.ok_or_else(not_found)
}

pub(crate) fn not_found() -> ApiError {
    ApiError::bad("chat not found")
}

/// The conversation a bot may write to, or why it may not.
pub(crate) fn writable(world: &World, bot: i64, chat: i64) -> Result<ChatKey, ApiError> {
    if chat > 0 {
        private_writable(world, bot, chat)?
    } else {
        shared_writable(world, bot, chat)?
    }
    Ok(World::key(bot, chat))
}

fn private_writable(world: &World, bot: i64, chat: i64) -> Result<(), ApiError> {
    if world.bots.contains_key(&chat) {
        return Err(ApiError::forbidden("the bot can't send messages to the bot"));
    }
    let person = world.people.get(&chat).ok_or_else(not_found)?;
    if person.deactivated {
        return Err(ApiError::forbidden("user is deactivated"));
    }
    match world.chat(bot, chat).map(|conversation| conversation.standing(bot)).unwrap_or_default() {
        Standing::Stranger => Err(ApiError::forbidden("bot can't initiate conversation with a user")),
        Standing::Kicked => Err(ApiError::forbidden("bot was blocked by the user")),
        _ => Ok(()),
    }
}

fn shared_writable(world: &World, bot: i64, chat: i64) -> Result<(), ApiError> {
    let conversation = world.chat(bot, chat).ok_or_else(not_found)?;
    let kind = conversation.chat.kind;
    if let Some(to) = conversation.migrated_to {
        return Err(ApiError::migrated(to));
    }
    match conversation.standing(bot) {
        Standing::Kicked => Err(ApiError::forbidden(format!("bot was kicked from the {} chat", kind.name()))),
        Standing::Stranger | Standing::Left => {
            Err(ApiError::forbidden(format!("bot is not a member of the {} chat", kind.name())))
        }
        Standing::Member | Standing::Helper if kind == ChatKind::Channel => {
            Err(ApiError::bad("need administrator rights in the channel chat"))
        }
        Standing::Member | Standing::Helper | Standing::Administrator => Ok(()),
    }
}

/// A conversation that a bot may look at (getChat and its like).
pub(crate) fn readable(world: &World, bot: i64, chat: i64) -> Result<ChatKey, ApiError> {
    let conversation = world.chat(bot, chat).ok_or_else(not_found)?;
    let standing = conversation.standing(bot);
    match conversation.chat.kind {
        ChatKind::Private if standing == Standing::Stranger => Err(not_found()),
        ChatKind::Private => Ok(World::key(bot, chat)),
        kind if standing == Standing::Kicked => {
            Err(ApiError::forbidden(format!("bot was kicked from the {} chat", kind.name())))
        }
        kind if !standing.is_inside()
            && conversation.chat.username.is_none()
            && conversation.migrated_to.is_none() =>
        {
            Err(ApiError::forbidden(format!("bot is not a member of the {} chat", kind.name())))
        }
        _ => Ok(World::key(bot, chat)),
    }
}

/// The topic a message is for, if its chat has topics.
pub(crate) fn topic(world: &World, key: ChatKey, thread: Option<i64>) -> Result<Option<i64>, ApiError> {
    let Some(thread) = thread.filter(|thread| *thread > 0) else { return Ok(None) };
    let Some(conversation) = world.chats.get(&key) else { return Ok(None) };
    let may_have_topics = conversation.chat.is_forum || conversation.chat.kind == ChatKind::Private;
    if !may_have_topics {
        // Groups without topics ignore the field.
        return Ok(None);
    }
    match conversation.topics.get(&thread) {
        Some(topic) if topic.closed => Err(ApiError::bad("TOPIC_CLOSED")),
        Some(_) if thread != GENERAL_TOPIC => Ok(Some(thread)),
        _ => Err(ApiError::bad("message thread not found")),
    }
}
