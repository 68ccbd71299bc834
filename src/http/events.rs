//! `POST /api/events`: what happened on the platform, accepted all or none, durable when answered.

use hyper::StatusCode;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Answer;
use super::auth::Caller;
use super::call::Call;
use super::idempotency;
use super::json::{Object, parse_object};
use super::openapi::{Answered, Form, Says};
use super::problem::{Kind, Problem};
use crate::domain::event::Event;
use crate::outbox;
use crate::store::Recorded;

/// How many events may come at once? What the store writes in one transaction.
const MAX_EVENTS: usize = 1000;

#[derive(Serialize, ToSchema)]
#[schema(as = AcceptedEvents)]
struct Accepted {
    /// Of the notifications, in the order of the events.
    ids: Vec<i64>,
}

pub(super) const ACCEPT: Says =
    Says::new("accept_events", "Tell what happened: one event, or up to 1,000, all or none")
        .body(Form::either::<Event, Batch>())
        .repeatable()
        .answers(&[Answered::json::<Accepted>(202, "Kept: each makes one notification")])
        .problems(&[Kind::InvalidEvent]);

/// `POST /api/events`: 202 with the ids, in the order of the events. 400 for what is malformed, 422 for what
/// makes no sense or reuses a key; then nothing is kept.
pub(super) async fn accept(call: Call, caller: Caller) -> Result<Answer, Problem> {
    let key = idempotency::key(&call, &caller)?;
    let events = parse(&call.body)?;
    match outbox::accept(call.port.store(), events, key, call.port.now()).await? {
        Recorded::Accepted(ids) | Recorded::Replayed(ids) => {
            Answer::json(StatusCode::ACCEPTED, &Accepted { ids })
        }
        Recorded::KeyReused => Err(idempotency::reused()),
    }
}

/// The events of a body: one, or `{"events": […]}`.
///
/// # Errors
/// 400 saying where, for anything malformed; 422 with the index, for an event that makes no sense.
pub(super) fn parse(body: &[u8]) -> Result<Vec<Event>, Problem> {
    let shape: Shape = parse_object(body)?;
    let Some(batch) = shape.events else {
        let event: Event = parse_object(body)?;
        event.check().map_err(|reason| Problem::new(Kind::InvalidEvent, format!("{reason}.")))?;
        return Ok(vec![event]);
    };
    if batch.is_empty() || batch.len() > MAX_EVENTS {
        let detail = format!("\"events\" has {} events; 1 to {MAX_EVENTS} may come at once.", batch.len());
        return Err(Problem::new(Kind::InvalidEvent, detail));
    }
    let Batch { events } = parse_object(body)?;
    for (index, event) in events.iter().enumerate() {
        event
            .check()
            .map_err(|reason| Problem::new(Kind::InvalidEvent, format!("events[{index}]: {reason}.")))?;
    }
    Ok(events)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Events)]
struct Batch {
    #[schema(min_items = 1, max_items = 1000)]
    events: Vec<Event>,
}

/// The outline of a body, looked at first: whether it is a batch, how large, and that there are objects and
/// texts where they belong. The derived readers of the events take arrays for objects as well.
#[derive(Deserialize)]
struct Shape {
    #[serde(default)]
    events: Option<Vec<Object<EventShape>>>,
    #[serde(default, rename = "type")]
    _kind: String,
    #[serde(default, rename = "data")]
    _data: Object<IgnoredAny>,
}

#[derive(Deserialize)]
struct EventShape {
    #[serde(default, rename = "type")]
    _kind: String,
    #[serde(default, rename = "data")]
    _data: Object<IgnoredAny>,
}
