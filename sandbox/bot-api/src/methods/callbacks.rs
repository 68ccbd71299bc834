//! answerCallbackQuery.

use serde_json::{Value, json};

use super::{Call, true_};
use crate::answer::ApiError;
use crate::control::Event;
use crate::text::utf16_len;

/// "0-200 characters" (Bot API documentation, answerCallbackQuery, `text`).
const MAX_ANSWER: usize = 200;

pub(super) fn answer(call: &Call<'_>) -> Result<String, ApiError> {
    let params = call.params;
    let id = params.text("callback_query_id").unwrap_or_default();
    let text = params.text("text").unwrap_or_default();
    if utf16_len(&text) > MAX_ANSWER {
        return Err(ApiError::bad("MESSAGE_TOO_LONG"));
    }
    let too_old = || ApiError::bad("query is too old and response timeout expired or query ID is invalid");
    let mut world = call.shared.world();
    let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let username = bot.user.username.clone().unwrap_or_default();
    // A query takes one answer: the second is as invalid as an invented id.
    let callback = bot.callbacks.get_mut(id.as_ref()).filter(|callback| callback.answer.is_none());
    let callback = callback.ok_or_else(too_old)?;
    let url = params.text("url");
    if let Some(url) = &url {
        // Without a game only a link that opens the bot itself is allowed.
        let opens_bot = [format!("https://t.me/{username}?start="), format!("t.me/{username}?start=")];
        if !opens_bot.iter().any(|start| url.starts_with(start)) {
            return Err(ApiError::bad("URL_INVALID"));
        }
    }
    let answer = json!({
        "text": text,
        "show_alert": params.flag("show_alert"),
        "url": url,
        "cache_time": params.int("cache_time").unwrap_or_default(),
    });
    callback.answer = Some(answer.clone());
    drop(world);
    let event = |answer: Value| Event::Answered { bot: call.bot, callback_query_id: id.into_owned(), answer };
    call.shared.emit(|| event(answer));
    call.shared.touch();
    Ok(true_())
}
