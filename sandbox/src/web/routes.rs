//! Which path does what. `/api/{account}/…` is what one demo person sees and does, `/connectors/{network}` is where the
//! service publishes; everything else is a file.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, json_answer};
use super::{Site, changes, chat, events, files};
use crate::demo::DemoPerson;

/// How large may a body be? Telegram's longest text has 4,096 characters of four bytes, six when escaped twice.
const MAX_BODY: usize = 64 * 1024;

/// How long may a request take to arrive? What is asked of others has its own limits.
const BODY_LIMIT: Duration = Duration::from_secs(10);

/// Answers any request.
pub(super) async fn answer(site: Arc<Site>, request: Request<Incoming>) -> Answer {
    let answered = match site.guard.check(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => routed(site, request).await,
        Err(refusal) => Err(refusal),
    };
    answered.unwrap_or_else(Answer::from)
}

async fn routed(site: Arc<Site>, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    if let Some(network) = path.strip_prefix("/connectors/").filter(|_| head.method == Method::POST) {
        return site.connectors.answer(network, &json_body(body).await?);
    }
    let Some(rest) = path.strip_prefix("/api/") else {
        let found = (head.method == Method::GET).then(|| files::file(path)).flatten();
        return found.ok_or_else(Refusal::not_found);
    };
    let (account, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let person = DemoPerson::with_account(account).ok_or_else(Refusal::not_found)?;
    let body = match head.method {
        Method::GET => Value::Null,
        _ => json_body(body).await?,
    };
    let segments: Vec<&str> = rest.split('/').collect();
    match (head.method.as_str(), segments.as_slice()) {
        ("GET", [""]) => Ok(json_answer(&chat::screen(&site.telegram, person))),
        ("GET", ["changes"]) => Ok(changes::stream(&site, person)),
        (_, ["platform", rest @ ..]) => on_platform(&site, person, &head.method, rest, body).await,
        ("GET", ["chats", chat, "photos", message]) => {
            chat::photo(&site.telegram, person, number(chat)?, number(message)?)
        }
        ("POST", [action]) => act(&site, person, action, &body).await,
        _ => Err(Refusal::not_found()),
    }
}

/// What a person does in the chat app.
async fn act(site: &Site, person: &DemoPerson, action: &str, body: &Value) -> Result<Answer, Refusal> {
    let someone = person.in_telegram(&site.telegram);
    match action {
        "say" => chat::say(&someone, &parsed(body)?)?,
        "start" => {
            let Start { payload, group } = parsed(body)?;
            match group {
                Some(group) => chat::starts_in(&site.telegram, &someone, group, &payload)?,
                None => someone.starts(&payload).map(drop)?,
            }
        }
        "tap" => return chat::tap(&site.telegram, &someone, &parsed(body)?).await,
        "block" => someone.blocks_bot()?,
        "unblock" => someone.unblocks_bot()?,
        _ => return Err(Refusal::not_found()),
    }
    Ok(json_answer(&json!({})))
}

#[derive(Deserialize)]
struct Start {
    payload: String,
    /// The group that was chosen for it, of a link for groups.
    group: Option<i64>,
}

/// What a person does on the pretend platform: each is one request to the service.
async fn on_platform(
    site: &Site,
    person: &DemoPerson,
    method: &Method,
    path: &[&str],
    body: Value,
) -> Result<Answer, Refusal> {
    let account = site.platform.account(person);
    match (method.as_str(), path) {
        ("GET", ["status"]) => account.get(&["api", "telegram", "status"]).await,
        ("POST", ["link"]) => {
            let Place { zone, language } = parsed(&body)?;
            account.asks_for_link(&zone, &language).await
        }
        ("POST", ["verify"]) => account.post(&["api", "telegram", "verify-link"], Some(body)).await,
        ("POST", ["test"]) => account.post(&["api", "telegram", "send-test-message"], None).await,
        ("POST", ["unlink"]) => account.post(&["api", "telegram", "unlink-account"], None).await,
        ("POST", ["settings"]) => account.patch(&["api", "telegram", "settings"], body).await,
        ("POST", ["event"]) => {
            let Happening { kind } = parsed(&body)?;
            let event =
                events::event(&kind, person, &site.platform.next_post()).ok_or_else(Refusal::not_found)?;
            site.platform.tell(event).await
        }
        ("GET", ["posts"]) => account.get(&["api", "posts"]).await,
        ("POST", ["posts"]) => account.post(&["api", "posts"], Some(body)).await,
        ("DELETE", ["posts", id]) => account.delete(&["api", "posts", id]).await,
        ("POST", ["posts", id, wish @ ("retry" | "approve" | "reject")]) => {
            account.post(&["api", "posts", id, wish], None).await
        }
        _ => Err(Refusal::not_found()),
    }
}

/// Where the browser is.
#[derive(Deserialize)]
struct Place {
    zone: String,
    language: String,
}

#[derive(Deserialize)]
struct Happening {
    kind: String,
}

async fn json_body(body: Incoming) -> Result<Value, Refusal> {
    let collected = tokio::time::timeout(BODY_LIMIT, Limited::new(body, MAX_BODY).collect()).await;
    let Ok(collected) = collected else {
        return Err(Refusal(StatusCode::REQUEST_TIMEOUT, "The request came too slowly.".to_owned()));
    };
    let bytes = collected
        .map_err(|_| Refusal(StatusCode::PAYLOAD_TOO_LARGE, "At most 64 KiB are taken.".to_owned()))?
        .to_bytes();
    if bytes.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&bytes).map_err(|_| Refusal::bad("The body is not JSON."))
}

fn parsed<T: DeserializeOwned>(body: &Value) -> Result<T, Refusal> {
    T::deserialize(body).map_err(|error| Refusal::bad(error.to_string()))
}

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}
