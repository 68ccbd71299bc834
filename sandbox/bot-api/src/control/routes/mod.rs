//! The routes of the control port. All take and give JSON; errors are `{"error": "…"}`.

mod people;
mod rooms;
mod switches;

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::api::BotApi;
use crate::people::{ActionError, NewPerson};

/// What a route gives.
pub(super) enum Reply {
    Json(Value),
    Bytes(Arc<[u8]>),
}

type Outcome = Result<Reply, (StatusCode, String)>;

impl From<ActionError> for (StatusCode, String) {
    fn from(error: ActionError) -> Self {
        (StatusCode::CONFLICT, error.to_string())
    }
}

fn done() -> Outcome {
    Ok(Reply::Json(json!({ "ok": true })))
}

fn found(value: impl serde::Serialize) -> Outcome {
    Ok(Reply::Json(serde_json::to_value(value).unwrap_or_default()))
}

fn missing<T>(what: &str) -> Result<T, (StatusCode, String)> {
    Err((StatusCode::NOT_FOUND, format!("no such {what}")))
}

fn parsed<T: DeserializeOwned>(body: &Value) -> Result<T, (StatusCode, String)> {
    T::deserialize(body).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
}

fn number(text: &str) -> Result<i64, (StatusCode, String)> {
    text.parse().map_err(|_| (StatusCode::NOT_FOUND, format!("{text:?} is no number")))
}

/// Finds and runs the route of a request.
pub(super) async fn route(api: &BotApi, method: &Method, path: &str, body: &Value) -> Outcome {
    let path = path.strip_prefix("/control/").unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["bots"]) => bots(api),
        ("POST", ["bots"]) => add_bot(api, body),
        ("GET", ["people"]) => people::people(api),
        ("POST", ["people"]) => found(json!({ "id": api.person(parsed::<NewPerson>(body)?).id() })),
        ("POST", ["people", id, action]) => people::person(api, number(id)?, action, body).await,
        ("GET", ["chats"]) => chats(api),
        ("POST", ["chats"]) => rooms::make_room(api, body),
        ("GET", ["chats", id, "messages"]) => found(without_bytes(api, number(id)?)),
        ("GET", ["chats", id, "messages", message, "photo"]) => photo(api, number(id)?, number(message)?),
        (_, ["chats", id, rest @ ..]) => rooms::room(api, method, number(id)?, rest, body),
        ("GET", ["stats"]) => found(api.stats()),
        ("GET", ["duplicates"]) => found(api.duplicates()),
        ("GET", ["requests"]) => found(api.requests()),
        ("DELETE", ["requests"]) => {
            api.clear_requests();
            done()
        }
        ("GET", ["updates"]) => updates(api),
        ("POST", ["updates"]) => {
            found(json!({ "update_id": api.push_update(&parsed::<Map<String, Value>>(body)?) }))
        }
        _ => switches::switches(api, method, &segments, body),
    }
}

fn bots(api: &BotApi) -> Outcome {
    let world = api.shared.world();
    let bots =
        world.bots.values().map(|bot| json!({ "user": bot.user, "token": bot.token })).collect::<Vec<_>>();
    found(bots)
}

#[derive(Deserialize)]
struct NewBot {
    token: String,
    username: String,
}

fn add_bot(api: &BotApi, body: &Value) -> Outcome {
    let new: NewBot = parsed(body)?;
    let added = api.add_bot(&new.token, &new.username);
    let added = added.map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    found(json!({ "id": added.bot_id() }))
}

fn chats(api: &BotApi) -> Outcome {
    let world = api.shared.world();
    let mine = world.chats.iter().filter(|((owner, _), _)| *owner == 0 || *owner == api.bot_id());
    let chats = mine.map(|(_, conversation)| {
        json!({
            "chat": conversation.chat,
            "bot": format!("{:?}", conversation.standing(api.bot_id())).to_lowercase(),
            "people": conversation.people,
            "topics": conversation.topics,
            "migrated_to": conversation.migrated_to,
            "sent_by_bots": conversation.sent_by_bots,
        })
    });
    found(chats.collect::<Vec<_>>())
}

/// The messages of a chat; photos without their bytes, which have a route of their own.
fn without_bytes(api: &BotApi, chat: i64) -> Vec<Value> {
    let messages = api.messages(chat).into_iter().map(|mut message| {
        if let Some(photo) = &mut message.photo {
            photo.bytes = Arc::default();
        }
        serde_json::to_value(message).unwrap_or_default()
    });
    messages.collect()
}

fn photo(api: &BotApi, chat: i64, message: i64) -> Outcome {
    match api.message(chat, message).and_then(|message| message.photo) {
        Some(photo) if !photo.bytes.is_empty() => Ok(Reply::Bytes(photo.bytes)),
        _ => missing("uploaded photo"),
    }
}

fn updates(api: &BotApi) -> Outcome {
    let pending: Vec<Value> =
        api.pending_updates().iter().filter_map(|update| serde_json::from_str(update).ok()).collect();
    found(json!({ "pending": pending, "acknowledged": api.acknowledged() }))
}
