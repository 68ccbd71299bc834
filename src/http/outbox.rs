//! The outbox as admins' tools see it: what waits, was sent, died, and why; a dead letter sent again.

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::auth::Caller;
use super::call::Call;
use super::openapi::{Answered, Parameter, Says};
use super::paging::{self, Paging};
use super::problem::{Kind, Problem};
use crate::domain::account::DisabledReason;
use crate::domain::audit::Actor;
use crate::domain::notification::State;
use crate::store::{Attempt, OutboxListing, OutboxRow, Resent};

/// How many tries of one notification are told at most? One that keeps being put back may have thousands.
const TRIES_TOLD: u64 = 100;

/// A notification, without its words.
#[derive(Serialize, ToSchema)]
#[schema(as = Notification)]
struct Shown {
    id: i64,
    account: String,
    kind: String,
    state: State,
    reason: Option<String>,
    attempts: u32,
    event_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    message_id: Option<i32>,
}

impl From<OutboxRow> for Shown {
    fn from(row: OutboxRow) -> Self {
        Self {
            id: row.id,
            account: row.account,
            kind: row.kind,
            state: row.state,
            reason: row.reason,
            attempts: row.attempts,
            event_at: row.event_at,
            created_at: row.created_at,
            due_at: row.due_at,
            finished_at: row.finished_at,
            message_id: row.message_id,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Notifications)]
struct Page {
    notifications: Vec<Shown>,
    /// For the next page; null on the last one.
    next_cursor: Option<String>,
}

/// A notification and every try to send it.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationWithHistory)]
struct WithHistory {
    #[serde(flatten)]
    notification: Shown,
    /// The newest first. Those that spent no attempt are among them, and those before it was sent again.
    history: Vec<ShownAttempt>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(super) struct ShownAttempt {
    started_at: DateTime<Utc>,
    latency_ms: u128,
    class: String,
    /// Telegram's own, or the network's.
    words: Option<String>,
}

impl From<Attempt> for ShownAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            started_at: attempt.started_at,
            latency_ms: attempt.latency.as_millis(),
            class: attempt.class,
            words: attempt.words,
        }
    }
}

const NOTIFICATION: Parameter = Parameter::new::<i64>("id", "The notification\u{2019}s number");

pub(super) const LIST: Says = Says::new("list_notifications", "Notifications in one state, the newest first")
    .query(&[
        Parameter::new::<State>("state", "In which state; dead ones unless it says otherwise"),
        paging::LIMIT,
        paging::CURSOR,
    ])
    .answers(&[Answered::json::<Page>(200, "A page")]);

/// `GET /api/admin/outbox?state=dead&limit=&cursor=`: 200 with a page of notifications, the newest first.
pub(super) async fn list(call: Call) -> Result<Answer, Problem> {
    let query = call.query(&["state", "limit", "cursor"])?;
    let state = match query.get("state") {
        None => State::Dead,
        Some(name) => State::from_name(name).ok_or_else(unknown_state)?,
    };
    let paging = Paging::of(&query)?;
    let listing = OutboxListing { state, before: paging.before, limit: paging.looked_for() };
    let mut rows = call.port.store().outbox(listing).await?;
    let next_cursor = paging.cut(&mut rows, |row| row.id);
    let notifications = rows.into_iter().map(Shown::from).collect();
    Answer::json(StatusCode::OK, &Page { notifications, next_cursor })
}

pub(super) const SHOW: Says = Says::new("notification", "A notification and every try to send it")
    .path(NOTIFICATION)
    .answers(&[Answered::json::<WithHistory>(200, "The notification and its last 100 tries")]);

/// `GET /api/admin/outbox/{id}`: 200 with the notification and its last 100 tries.
pub(super) async fn show(call: Call) -> Result<Answer, Problem> {
    let id = call.row_id().ok_or_else(not_found)?;
    let row = call.port.store().outbox_row(id).await?.ok_or_else(not_found)?;
    let tries = call.port.store().attempts(id, TRIES_TOLD).await?;
    let history = tries.into_iter().map(ShownAttempt::from).collect();
    Answer::json(StatusCode::OK, &WithHistory { notification: row.into(), history })
}

pub(super) const RESEND: Says =
    Says::new("resend", "Send a dead notification again, once however often it is asked for")
        .path(NOTIFICATION)
        .answers(&[Answered::json::<Shown>(200, "The notification, which waits to be sent")])
        .problems(&[Kind::NotificationState, Kind::NotLinked, Kind::ChatUnreachable]);

/// `POST /api/admin/outbox/{id}/resend`: 200 with the notification, which waits to be sent. 409 when it is not
/// dead, or when its account has no chat that can be reached: then it stays as it is.
pub(super) async fn resend(call: Call, caller: Caller) -> Result<Answer, Problem> {
    call.needs_no_words()?;
    let id = call.row_id().ok_or_else(not_found)?;
    match call.port.store().resend(id, &Actor::Api(caller.account), call.port.now()).await? {
        Resent::Waits(row) => {
            log::info!(target: "delivery", "notification {id} is sent again: asked for through the port");
            Answer::json(StatusCode::OK, &Shown::from(row))
        }
        Resent::NotDead(row) => Err(Problem::new(
            Kind::NotificationState,
            format!("It is {}. Only a dead notification can be sent again.", row.state.as_str()),
        )),
        Resent::NotLinked(_) => Err(Problem::new(
            Kind::NotLinked,
            "Its account is not connected to a chat. It stays dead until there is one to send it to.",
        )),
        Resent::Unreachable(_, reason) => Err(Problem::new(
            Kind::ChatUnreachable,
            format!("{} It stays dead until the chat can be reached.", why_unreachable(reason)),
        )),
        Resent::Unknown => Err(not_found()),
    }
}

fn why_unreachable(reason: DisabledReason) -> &'static str {
    match reason {
        DisabledReason::Blocked => "The person has blocked the bot.",
        DisabledReason::Deactivated => "The person's Telegram account is gone.",
        DisabledReason::Unreachable | DisabledReason::Unlinked | DisabledReason::ChatSwitched => {
            "Telegram does not let the bot write to the chat."
        }
    }
}

fn unknown_state() -> Problem {
    let known = State::ALL.map(State::as_str).join(", ");
    Problem::new(Kind::BadRequest, format!("\"state\" must be one of: {known}."))
}

fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "There is no such notification, or it was removed after its time.")
}
