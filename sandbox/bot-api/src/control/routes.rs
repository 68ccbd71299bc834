//! The routes of the control port. All take and give JSON; errors are `{"error": "…"}`.

use std::sync::Arc;
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::api::BotApi;
use crate::faults::{FaultPlan, Rule};
use crate::options::Limits;
use crate::people::{ActionError, NewPerson, Person, typed};
use crate::rooms::Room;
use crate::shared::Reach;
use crate::wire::ChatKind;
use crate::world::Standing;

/// How long a tap waits for the bot's answer unless the request says otherwise.
const TAP_SECONDS: f64 = 10.0;

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
        ("GET", ["people"]) => people(api),
        ("POST", ["people"]) => found(json!({ "id": api.person(parsed::<NewPerson>(body)?).id() })),
        ("POST", ["people", id, action]) => person(api, number(id)?, action, body).await,
        ("GET", ["chats"]) => chats(api),
        ("POST", ["chats"]) => make_room(api, body),
        ("GET", ["chats", id, "messages"]) => found(without_bytes(api, number(id)?)),
        ("GET", ["chats", id, "messages", message, "photo"]) => photo(api, number(id)?, number(message)?),
        (_, ["chats", id, rest @ ..]) => room(api, method, number(id)?, rest, body),
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
        _ => switches(api, method, &segments, body),
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

fn people(api: &BotApi) -> Outcome {
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

async fn person(api: &BotApi, id: i64, action: &str, body: &Value) -> Outcome {
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

#[derive(Deserialize)]
struct NewRoom {
    kind: ChatKind,
    title: String,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    forum: bool,
    creator: i64,
}

fn make_room(api: &BotApi, body: &Value) -> Outcome {
    let new: NewRoom = parsed(body)?;
    if new.kind == ChatKind::Private || api.known_person(new.creator).is_none() {
        return Err((
            StatusCode::UNPROCESSABLE_ENTITY,
            "a group, supergroup or channel of a known person".to_owned(),
        ));
    }
    let room = api.make_room(new.kind, &new.title, new.username.as_deref(), new.forum, new.creator);
    found(json!({ "id": room.id() }))
}

fn room(api: &BotApi, method: &Method, id: i64, rest: &[&str], body: &Value) -> Outcome {
    let Some(room) = api.room(id) else { return missing("group, supergroup or channel") };
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    match (method.as_str(), rest) {
        ("POST", ["people"]) => {
            let person = body.get("person").and_then(Value::as_i64).and_then(|id| api.known_person(id));
            let Some(person) = person else { return missing("person") };
            room.add(&person);
        }
        ("POST", ["bot"]) => set_bot(&room, text("standing"))?,
        ("POST", ["migrate"]) => return found(json!({ "id": room.migrates()?.id() })),
        ("POST", ["topics"]) => return found(json!({ "thread": room.add_topic(text("name"))? })),
        ("POST", ["topics", thread, "close"]) => room.close_topic(number(thread)?, true)?,
        ("POST", ["topics", thread, "reopen"]) => room.close_topic(number(thread)?, false)?,
        ("DELETE", ["topics", thread]) => room.delete_topic(number(thread)?)?,
        _ => return missing("route"),
    }
    done()
}

fn set_bot(room: &Room, standing: &str) -> Result<(), (StatusCode, String)> {
    let standing = match standing {
        "member" => Standing::Member,
        "administrator" => Standing::Administrator,
        "left" => Standing::Left,
        "kicked" => Standing::Kicked,
        _ => return missing("standing: member, administrator, left, kicked"),
    };
    Ok(room.set_bot(standing)?)
}

fn updates(api: &BotApi) -> Outcome {
    let pending: Vec<Value> =
        api.pending_updates().iter().filter_map(|update| serde_json::from_str(update).ok()).collect();
    found(json!({ "pending": pending, "acknowledged": api.acknowledged() }))
}

#[derive(Deserialize)]
struct Scripted {
    times: u32,
    #[serde(flatten)]
    rule: Rule,
}

#[derive(Deserialize)]
struct Planned {
    #[serde(default)]
    seed: u64,
    #[serde(flatten)]
    plan: FaultPlan,
}

/// What goes wrong, how fast it goes, how much is allowed.
fn switches(api: &BotApi, method: &Method, segments: &[&str], body: &Value) -> Outcome {
    let flag = |field: &str| body.get(field).and_then(Value::as_bool).unwrap_or_default();
    match (method.as_str(), segments) {
        ("GET", ["faults"]) => {
            let faults = api.shared.faults();
            return found(json!({
                "seed": faults.seed(),
                "plan": faults.plan(),
                "scripted_left": faults.scripted_left(),
                "counts": faults.counts(),
            }));
        }
        ("POST", ["faults"]) => {
            let Scripted { times, rule } = parsed(body)?;
            api.fault_next(times, rule);
        }
        ("PUT", ["faults"]) => {
            let Planned { seed, plan } = parsed(body)?;
            api.set_fault_plan(plan, seed);
        }
        ("DELETE", ["faults"]) => api.clear_faults(),
        ("PUT", ["limits"]) => api.set_limits(parsed::<Limits>(body)?),
        ("PUT", ["limits", chat]) => {
            let seconds = body.get("retry_after").and_then(Value::as_u64).unwrap_or_default();
            api.limit_chat(number(chat)?, Duration::from_secs(seconds));
        }
        ("PUT", ["latency"]) => {
            let millis = body.get("millis").and_then(Value::as_u64).unwrap_or_default();
            api.set_send_latency(Duration::from_millis(millis));
        }
        ("PUT", ["reach"]) => api.set_reach(parsed::<Reach>(body.get("reach").unwrap_or(&Value::Null))?),
        ("PUT", ["unauthorized"]) => api.set_unauthorized(flag("unauthorized")),
        _ => return missing("route"),
    }
    done()
}
