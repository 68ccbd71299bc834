//! A message as the page draws it: words and entities, never markup.

use bot_api::ChatMessage;
use bot_api::wire::{Button, Entity};
use serde::Serialize;

/// One message.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: i64,
    /// Unix seconds.
    date: i64,
    edited: bool,
    /// Whether who uses the page wrote it.
    mine: bool,
    /// Who wrote it, unless the chat itself did.
    author: Option<String>,
    /// The topic that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<i64>,
    text: String,
    entities: Vec<Entity>,
    silent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<ShownPhoto>,
    buttons: Vec<Vec<ShownButton>>,
    /// What else is in it and has no words: `location`, `sticker`.
    other: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ShownPhoto {
    width: u32,
    height: u32,
    /// Whether the picture is here; otherwise only its address is known, because nothing is fetched.
    is_here: bool,
    address: Option<String>,
}

/// A button; one with neither can only be looked at here.
#[derive(Debug, Serialize)]
struct ShownButton {
    text: String,
    /// A tap on it is told to the bot.
    taps: bool,
    /// It opens this.
    url: Option<String>,
    /// It copies this.
    copies: Option<String>,
}

impl Shown {
    /// `kept` as the person with the Telegram id `reader` sees it.
    pub(super) fn new(kept: &ChatMessage, reader: i64) -> Self {
        let message = &kept.message;
        Self {
            id: kept.id(),
            date: message.date,
            edited: message.edit_date.is_some(),
            mine: message.from.as_ref().is_some_and(|from| from.id == reader),
            author: message.from.as_ref().map(|from| from.first_name.clone()),
            topic: message.message_thread_id.filter(|_| message.is_topic_message),
            text: kept.text().to_owned(),
            entities: kept.entities().to_vec(),
            silent: kept.silent,
            photo: kept.photo.as_ref().map(|photo| ShownPhoto {
                width: photo.width,
                height: photo.height,
                is_here: !photo.bytes.is_empty(),
                address: photo.url.clone(),
            }),
            buttons: message
                .reply_markup
                .iter()
                .flat_map(|keyboard| &keyboard.inline_keyboard)
                .map(|row| row.iter().map(ShownButton::of).collect())
                .collect(),
            other: message.other.keys().cloned().collect(),
        }
    }
}

impl ShownButton {
    fn of(button: &Button) -> Self {
        let copies = button.other.get("copy_text").and_then(|copied| copied.get("text"));
        Self {
            text: button.text.clone(),
            taps: button.callback_data.is_some(),
            url: button.url.clone(),
            copies: copies.and_then(|text| text.as_str()).map(str::to_owned),
        }
    }
}
