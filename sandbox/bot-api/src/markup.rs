//! `reply_markup`: its shape, and what a button may be.

use serde_json::{Map, Value};

use crate::answer::ApiError;
use crate::params::Params;
use crate::text::check_link;
use crate::wire::{Button, InlineKeyboard};

/// "1-64 bytes" (Bot API documentation, InlineKeyboardButton, `callback_data`).
const MAX_CALLBACK_DATA: usize = 64;
/// "1-256 characters" (Bot API documentation, CopyTextButton).
const MAX_COPY_TEXT: usize = 256;
/// Most buttons of one inline keyboard that Telegram takes.
const MAX_BUTTONS: usize = 100;
/// What a button can do; Telegram takes the first it finds, this server wants exactly one.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
];

/// The inline keyboard of `reply_markup`. Other markups are checked and then forgotten: Telegram never echoes them.
pub(crate) fn reply_markup(params: &Params) -> Result<Option<InlineKeyboard>, ApiError> {
    let Some(markup) = params.json("reply_markup", "reply keyboard markup")? else { return Ok(None) };
    let Value::Object(markup) = &*markup else {
        return Err(ApiError::bad("object expected as reply markup"));
    };
    if let Some(keyboard) = markup.get("keyboard") {
        check_keyboard(keyboard)?;
        return Ok(None);
    }
    let Some(rows) = markup.get("inline_keyboard") else { return Ok(None) };
    let wrong_type = || ApiError::bad("field \"inline_keyboard\" must be of type Array");
    let rows = rows.as_array().ok_or_else(wrong_type)?;
    let inline_keyboard = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let keyboard =
        InlineKeyboard { inline_keyboard: inline_keyboard.into_iter().filter(|r| !r.is_empty()).collect() };
    if keyboard.buttons().count() > MAX_BUTTONS {
        return Err(ApiError::bad("reply markup is too long"));
    }
    Ok((!keyboard.inline_keyboard.is_empty()).then_some(keyboard))
}

fn row(row: &Value) -> Result<Vec<Button>, ApiError> {
    let wrong =
        || ApiError::bad("field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays");
    row.as_array().ok_or_else(wrong)?.iter().map(button).collect()
}

fn unparsed(words: &str) -> ApiError {
    ApiError::bad(format!("can't parse inline keyboard button: {words}"))
}

fn button(given: &Value) -> Result<Button, ApiError> {
    let Value::Object(fields) = given else { return Err(unparsed("InlineKeyboardButton must be an Object")) };
    let text = match fields.get("text") {
        Some(Value::String(text)) => text,
        Some(_) => return Err(unparsed("Field \"text\" must be of type String")),
        None => return Err(unparsed("Can't find field \"text\"")),
    };
    if text.trim().is_empty() {
        return Err(ApiError::bad("inline keyboard button text must be non-empty"));
    }
    let is_set = |name: &&&str| fields.get(**name).is_some_and(|value| !value.is_null() && value != "");
    let actions: Vec<&str> = ACTIONS.iter().filter(is_set).copied().collect();
    match actions.as_slice() {
        [] => Err(unparsed("Text buttons are unallowed in the inline keyboard")),
        [action] => checked(text, action, fields),
        [..] => Err(unparsed("exactly one action is allowed")),
    }
}

fn checked(text: &str, action: &str, fields: &Map<String, Value>) -> Result<Button, ApiError> {
    let mut button = Button { text: text.to_owned(), ..Button::default() };
    let field = &fields[action];
    match action {
        "url" => button.url = Some(button_url("URL", text_of(field)?, false)?),
        "callback_data" => {
            let data = text_of(field)?;
            if data.len() > MAX_CALLBACK_DATA {
                return Err(ApiError::bad("BUTTON_DATA_INVALID"));
            }
            button.callback_data = Some(data.to_owned());
        }
        _ => {
            check_other(action, field)?;
            button.other.insert(action.to_owned(), field.clone());
        }
    }
    Ok(button)
}

fn text_of(field: &Value) -> Result<&str, ApiError> {
    field.as_str().ok_or_else(|| unparsed("a button's action must be of type String"))
}

fn button_url(what: &str, url: &str, https_only: bool) -> Result<String, ApiError> {
    let refused = |why| ApiError::bad(format!("inline keyboard button {what} '{url}' is invalid: {why}"));
    let checked = check_link(url).map_err(refused)?;
    if https_only && !checked.starts_with("https://") {
        return Err(refused("Only HTTPS links are allowed"));
    }
    Ok(checked)
}

fn check_other(action: &str, field: &Value) -> Result<(), ApiError> {
    let inner = |name: &str| field.get(name).and_then(Value::as_str);
    match action {
        "web_app" | "login_url" => {
            let what = if action == "web_app" { "Web App URL" } else { "login URL" };
            let url = inner("url").ok_or_else(|| unparsed("Can't find field \"url\""))?;
            button_url(what, url, action == "web_app").map(|_| ())
        }
        "copy_text" => match inner("text").map(|text| text.chars().count()) {
            Some(1..=MAX_COPY_TEXT) => Ok(()),
            _ => Err(ApiError::bad("BUTTON_COPY_TEXT_INVALID")),
        },
        _ => Ok(()),
    }
}

/// A reply keyboard: rows of texts or of objects with a text.
fn check_keyboard(keyboard: &Value) -> Result<(), ApiError> {
    let wrong = || ApiError::bad("field \"keyboard\" must be an Array of Arrays");
    for row in keyboard.as_array().ok_or_else(wrong)? {
        for button in row.as_array().ok_or_else(wrong)? {
            let text = button.as_str().or_else(|| button.get("text").and_then(Value::as_str));
            if text.is_none_or(str::is_empty) {
                return Err(ApiError::bad("keyboard button text must be non-empty"));
            }
        }
    }
    Ok(())
}
