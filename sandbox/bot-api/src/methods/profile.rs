//! What a bot says about itself: getMe, name, descriptions, menu button.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::commands::language;
use super::{Call, result, true_};
use crate::answer::ApiError;
use crate::world::Profile;

/// Bot API documentation, setMyName: "0-64 characters".
const MAX_NAME: usize = 64;
/// Bot API documentation, setMyDescription: "0-512 characters".
const MAX_DESCRIPTION: usize = 512;
/// Bot API documentation, setMyShortDescription: "0-120 characters".
const MAX_SHORT_DESCRIPTION: usize = 120;

pub(super) fn get_me(call: &Call<'_>) -> Result<String, ApiError> {
    let world = call.shared.world();
    let bot = world.bots.get(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let name = bot.profile.names.get("").unwrap_or(&bot.user.first_name);
    result(&json!({
        "id": bot.user.id,
        "is_bot": true,
        "first_name": name,
        "username": bot.user.username,
        "can_join_groups": true,
        "can_read_all_group_messages": true,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    }))
}

type Texts = BTreeMap<String, String>;

/// Sets one text per language; an empty one takes the language's own text away.
fn set_text(
    call: &Call<'_>,
    field: &str,
    most: usize,
    texts: fn(&mut Profile) -> &mut Texts,
) -> Result<String, ApiError> {
    let text = call.params.text(field).unwrap_or_default();
    if text.chars().count() > most {
        // Telegram publishes no wording for this one; only the code and the prefix are certain.
        return Err(ApiError::bad(format!("bot {} is too long", field.replace('_', " "))));
    }
    let language = language(call.params)?;
    let mut world = call.shared.world();
    let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let texts = texts(&mut bot.profile);
    if text.is_empty() {
        texts.remove(&language);
    } else {
        texts.insert(language, text.into_owned());
    }
    drop(world);
    call.shared.touch();
    Ok(true_())
}

/// The text of a language, or that for every other language, or nothing.
fn get_text(call: &Call<'_>, field: &str, texts: fn(&Profile) -> &Texts) -> Result<String, ApiError> {
    let language = language(call.params)?;
    let world = call.shared.world();
    let bot = world.bots.get(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let texts = texts(&bot.profile);
    let text = texts.get(&language).or_else(|| texts.get("")).cloned();
    let default = if field == "name" { bot.user.first_name.clone() } else { String::new() };
    result(&json!({ field: text.unwrap_or(default) }))
}

pub(super) fn set_name(call: &Call<'_>) -> Result<String, ApiError> {
    set_text(call, "name", MAX_NAME, |profile| &mut profile.names)
}

pub(super) fn get_name(call: &Call<'_>) -> Result<String, ApiError> {
    get_text(call, "name", |profile| &profile.names)
}

pub(super) fn set_description(call: &Call<'_>) -> Result<String, ApiError> {
    set_text(call, "description", MAX_DESCRIPTION, |profile| &mut profile.descriptions)
}

pub(super) fn get_description(call: &Call<'_>) -> Result<String, ApiError> {
    get_text(call, "description", |profile| &profile.descriptions)
}

pub(super) fn set_short_description(call: &Call<'_>) -> Result<String, ApiError> {
    set_text(call, "short_description", MAX_SHORT_DESCRIPTION, |profile| &mut profile.short_descriptions)
}

pub(super) fn get_short_description(call: &Call<'_>) -> Result<String, ApiError> {
    get_text(call, "short_description", |profile| &profile.short_descriptions)
}

pub(super) fn set_menu_button(call: &Call<'_>) -> Result<String, ApiError> {
    let button = call.params.json("menu_button", "menu button")?;
    let button = button.map_or_else(|| json!({ "type": "default" }), std::borrow::Cow::into_owned);
    check_menu_button(&button)?;
    let chat = call.params.int("chat_id").unwrap_or_default();
    let mut world = call.shared.world();
    let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
    bot.profile.menu_buttons.insert(chat, button);
    drop(world);
    call.shared.touch();
    Ok(true_())
}

fn check_menu_button(button: &Value) -> Result<(), ApiError> {
    let wrong = |words: &str| ApiError::bad(format!("can't parse menu button: {words}"));
    match button.get("type").and_then(Value::as_str) {
        Some("default" | "commands") => Ok(()),
        Some("web_app") => {
            let url = button.pointer("/web_app/url").and_then(Value::as_str).unwrap_or_default();
            let has_text = button.get("text").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            if has_text && url.starts_with("https://") {
                Ok(())
            } else {
                Err(ApiError::bad("BUTTON_INVALID"))
            }
        }
        Some(_) => Err(wrong("MenuButton has unsupported type")),
        None => Err(wrong("MenuButton must be an Object")),
    }
}

pub(super) fn get_menu_button(call: &Call<'_>) -> Result<String, ApiError> {
    let chat = call.params.int("chat_id").unwrap_or_default();
    let world = call.shared.world();
    let bot = world.bots.get(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let buttons = &bot.profile.menu_buttons;
    let button = buttons.get(&chat).or_else(|| buttons.get(&0)).cloned();
    result(&button.unwrap_or_else(|| json!({ "type": "default" })))
}
