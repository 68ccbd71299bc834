//! The command menu: setMyCommands, getMyCommands, deleteMyCommands, per scope and language.

use serde_json::Value;

use super::{Call, result, true_};
use crate::access;
use crate::answer::ApiError;
use crate::params::Params;
use crate::world::{Command, World};

/// "At most 100 commands can be specified" (Bot API documentation, setMyCommands).
const MAX_COMMANDS: usize = 100;
/// Bot API documentation, BotCommand: "1-32 characters".
const MAX_COMMAND: usize = 32;
/// Bot API documentation, BotCommand: "1-256 characters".
const MAX_DESCRIPTION: usize = 256;

pub(super) fn set(call: &Call<'_>) -> Result<String, ApiError> {
    let commands = given_commands(call.params)?;
    let language = language(call.params)?;
    let mut world = call.shared.world();
    let scope = scope(&world, call.params)?;
    let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
    bot.profile.commands.entry(scope).or_default().insert(language, commands);
    drop(world);
    call.shared.touch();
    Ok(true_())
}

pub(super) fn get(call: &Call<'_>) -> Result<String, ApiError> {
    let language = language(call.params)?;
    let world = call.shared.world();
    let scope = scope(&world, call.params)?;
    let commands = world.bots.get(&call.bot).and_then(|bot| bot.profile.commands.get(&scope)?.get(&language));
    result(&commands.cloned().unwrap_or_default())
}

pub(super) fn delete(call: &Call<'_>) -> Result<String, ApiError> {
    let language = language(call.params)?;
    let mut world = call.shared.world();
    let scope = scope(&world, call.params)?;
    if let Some(languages) =
        world.bots.get_mut(&call.bot).and_then(|bot| bot.profile.commands.get_mut(&scope))
    {
        languages.remove(&language);
    }
    drop(world);
    call.shared.touch();
    Ok(true_())
}

fn given_commands(params: &Params) -> Result<Vec<Command>, ApiError> {
    let Some(given) = params.json("commands", "commands")? else { return Ok(Vec::new()) };
    let given = given.as_array().ok_or_else(|| ApiError::bad("expected an Array of BotCommand"))?;
    if given.len() > MAX_COMMANDS {
        return Err(ApiError::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    given.iter().map(command).collect()
}

fn command(given: &Value) -> Result<Command, ApiError> {
    let field = |name: &str| {
        let missing = || ApiError::bad(format!("can't parse BotCommand: Can't find field \"{name}\""));
        given.get(name).and_then(Value::as_str).map(str::trim).ok_or_else(missing)
    };
    let name = field("command")?;
    let name = name.strip_prefix('/').unwrap_or(name);
    let description = field("description")?;
    if name.is_empty() {
        return Err(ApiError::bad("command must be non-empty"));
    }
    if name.chars().count() > MAX_COMMAND {
        return Err(ApiError::bad(format!("command length must not exceed {MAX_COMMAND}")));
    }
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(ApiError::bad("BOT_COMMAND_INVALID"));
    }
    if description.is_empty() {
        return Err(ApiError::bad("command description must be non-empty"));
    }
    if description.chars().count() > MAX_DESCRIPTION {
        return Err(ApiError::bad(format!("command description length must not exceed {MAX_DESCRIPTION}")));
    }
    Ok(Command { command: name.to_owned(), description: description.to_owned() })
}

/// "" or a two-letter ISO 639-1 code: anything longer (`ko-KR`) is refused by Telegram.
pub(super) fn language(params: &Params) -> Result<String, ApiError> {
    let language = params.text("language_code").unwrap_or_default();
    let is_code = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    if language.is_empty() || is_code {
        Ok(language.into_owned())
    } else {
        Err(ApiError::bad("invalid language code specified"))
    }
}

/// One name per scope: `default`, `chat:42`, `chat_member:-100:42`, ….
fn scope(world: &World, params: &Params) -> Result<String, ApiError> {
    let wrong = |words: &str| ApiError::bad(format!("can't parse BotCommandScope: {words}"));
    let Some(scope) = params.json("scope", "BotCommandScope")? else { return Ok("default".to_owned()) };
    let Value::Object(scope) = &*scope else { return Err(wrong("BotCommandScope must be an Object")) };
    let kind = scope.get("type").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"type\""))?;
    match kind {
        "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" => {
            Ok(kind.to_owned())
        }
        "chat" | "chat_administrators" | "chat_member" => {
            let chat = match scope.get("chat_id") {
                Some(Value::String(name)) if name.starts_with('@') => world.chat_named(&name[1..]),
                Some(Value::String(id)) => id.parse().ok(),
                Some(id) => id.as_i64(),
                None => return Err(wrong("Empty chat_id specified")),
            };
            // Telegram resolves the chat: a menu for a person who never spoke to the bot fails.
            let chat = chat.filter(|id| world.people.contains_key(id) || world.chats.contains_key(&(0, *id)));
            let chat = chat.ok_or_else(access::not_found)?;
            if kind != "chat_member" {
                return Ok(format!("{kind}:{chat}"));
            }
            let user = scope.get("user_id").and_then(Value::as_i64).filter(|id| *id > 0);
            user.map(|user| format!("{kind}:{chat}:{user}")).ok_or_else(|| wrong("Invalid user_id specified"))
        }
        _ => Err(wrong("Unsupported type specified")),
    }
}
