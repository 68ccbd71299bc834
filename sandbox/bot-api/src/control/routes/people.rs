//! Being people.

use std::time::Duration;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Outcome, done, found, missing, parsed};
use crate::api::BotApi;
use crate::people::{Person, typed};

/// How long a tap waits for the bot's answer unless the request says otherwise.
const TAP_SECONDS: f64 = 10.0;

pub(super) fn people(api: &BotApi) -> Outcome {
    let world = api.shared.world();
    found(world.people.values().collect::<Vec<_>>())
}

/// A message of a person: text, or any other kind by its fields.
#[derive(Deserialize)]
struct Writing {
    #[serde(default)]
    chat: Option<i64>,
    #[serde(default)]
    thread: Option<i64>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    fields: Map<String, Value>,
}

#[derive(Deserialize)]
struct Editing {
    message_id: i64,
    text: String,
}

#[derive(Deserialize)]
struct Tapping {
    #[serde(default)]
    chat: Option<i64>,
    message_id: i64,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    wait_seconds: Option<f64>,
}

pub(super) async fn person(api: &BotApi, id: i64, action: &str, body: &Value) -> Outcome {
    let Some(person) = api.known_person(id) else { return missing("person") };
    match action {
        "say" => {
            let writing: Writing = parsed(body)?;
            let message_id = api.write(id, writing.chat.unwrap_or(id), |message| {
                message.message_thread_id = writing.thread;
                message.is_topic_message = writing.thread.is_some();
                if let Some(text) = &writing.text {
                    typed(message, text);
                }
                message.other = writing.fields;
            })?;
            return found(json!({ "message_id": message_id }));
        }
        "edit" => {
            let editing: Editing = parsed(body)?;
            person.edits(editing.message_id, &editing.text)?;
        }
        "tap" => return tap(&person, &parsed(body)?).await,
        "block" => person.blocks_bot()?,
        "unblock" => person.unblocks_bot()?,
        "deactivate" => person.deactivates(),
        _ => return missing("action: say, edit, tap, block, unblock, deactivate"),
    }
    done()
}

async fn tap(person: &Person, tapping: &Tapping) -> Outcome {
    let chat = tapping.chat.unwrap_or_else(|| person.id());
    let tap = match (&tapping.data, &tapping.label) {
        (Some(data), _) => person.tap_data(chat, tapping.message_id, data)?,
        (None, Some(label)) => person.tap(chat, tapping.message_id, label)?,
        (None, None) => return Err((StatusCode::UNPROCESSABLE_ENTITY, "label or data, please".to_owned())),
    };
    let limit = Duration::try_from_secs_f64(tapping.wait_seconds.unwrap_or(TAP_SECONDS)).unwrap_or_default();
    let answer = tap.answer(limit).await.ok();
    found(json!({ "callback_query_id": tap.callback_query_id, "answer": answer }))
}
