//! Groups, supergroups and channels.

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, done, found, missing, number, parsed};
use crate::api::BotApi;
use crate::rooms::Room;
use crate::wire::ChatKind;
use crate::world::Standing;

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

pub(super) fn make_room(api: &BotApi, body: &Value) -> Outcome {
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

pub(super) fn room(api: &BotApi, method: &Method, id: i64, rest: &[&str], body: &Value) -> Outcome {
    let Some(room) = api.room(id) else { return missing("group, supergroup or channel") };
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    match (method.as_str(), rest) {
        ("POST", ["people"]) => {
            let person = body.get("person").and_then(Value::as_i64).and_then(|id| api.known_person(id));
            let Some(person) = person else { return missing("person") };
            room.add(&person);
        }
        ("POST", ["administrators"]) => {
            let person = body.get("person").and_then(Value::as_i64).and_then(|id| api.known_person(id));
            let Some(person) = person else { return missing("person") };
            room.promote(&person, true)?;
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
        "helper" => Standing::Helper,
        "left" => Standing::Left,
        "kicked" => Standing::Kicked,
        _ => return missing("standing: member, administrator, helper, left, kicked"),
    };
    Ok(room.set_bot(standing)?)
}
