//! What load balancers, orchestrators and people ask without a token: alive, ready, how is it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Answer;
use super::call::Call;
use super::openapi::{Answered, Says};
use super::port::Port;
use super::problem::Problem;
use crate::config::Engine;

/// How long may the database take to answer a probe? Kubernetes' probes time out after a second by default;
/// longer than two and nobody would read the answer.
const PING_LIMIT: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
    version: &'static str,
    telegram: &'static str,
    database: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Readiness {
    status: &'static str,
    reasons: Vec<String>,
    /// Since when an admin has messages to people wait; the instance is ready for work all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    sending_paused_since: Option<DateTime<Utc>>,
}

pub(super) const ALIVE: Says = Says::new("healthz", "Whether the process can answer at all")
    .answers(&[Answered::text(200, "text/plain; charset=utf-8", "It can: \"ok\"")]);

/// `GET /healthz`: 200 while the process can answer at all.
pub(super) async fn alive() -> Result<Answer, Problem> {
    Ok(Answer::text(StatusCode::OK, "ok"))
}

pub(super) const HEALTH: Says = Says::new("health", "How each part does")
    .answers(&[Answered::json::<Health>(200, "Always, also when a part is down")]);

/// `GET /health`: 200 with how each part is.
pub(super) async fn health(call: Call) -> Result<Answer, Problem> {
    let database = database_answers(&call.port).await;
    let telegram = call.port.health().telegram();
    let well = database && telegram.problem().is_none();
    Answer::json(
        StatusCode::OK,
        &Health {
            status: if well { "ok" } else { "degraded" },
            version: env!("CARGO_PKG_VERSION"),
            telegram: telegram.as_str(),
            database: if database { "up" } else { "down" },
        },
    )
}

pub(super) const READY: Says = Says::new("readyz", "Whether work should come here, or why not").answers(&[
    Answered::json::<Readiness>(200, "It should"),
    Answered::json::<Readiness>(503, "It should not, for these reasons"),
]);

/// `GET /readyz`: 200, or 503 with the reasons why work should not come here.
pub(super) async fn ready(call: Call) -> Result<Answer, Problem> {
    let reasons = why_not_ready(&call.port).await;
    let sending_paused_since = paused_since(&call.port).await;
    let (status, word) = match reasons.is_empty() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    Answer::json(status, &Readiness { status: word, reasons, sending_paused_since })
}

/// Why work should not come here; empty when it should.
pub(super) async fn why_not_ready(port: &Port) -> Vec<String> {
    let mut reasons = Vec::new();
    if !database_answers(port).await {
        reasons.push("the database does not answer".to_owned());
    }
    if leader_unknown(port) {
        reasons.push("which instance leads is not decided yet".to_owned());
    } else if answers_for_telegram(port) {
        reasons.extend(port.health().telegram().problem());
    }
    reasons
}

/// With PostgreSQL only the leader talks to Telegram; the others serve HTTP all the same.
fn answers_for_telegram(port: &Port) -> bool {
    port.health().leading() || port.config().database.engine() == Engine::Sqlite
}

/// A moment after the start, when nobody knows yet whether this instance has to answer for Telegram.
fn leader_unknown(port: &Port) -> bool {
    port.config().database.engine() == Engine::Postgres && !port.health().leader_known()
}

/// Since when an admin has paused sending, as every instance reads it; `None` also when it can't be read now.
async fn paused_since(port: &Port) -> Option<DateTime<Utc>> {
    let pause = tokio::time::timeout(PING_LIMIT, port.store().sending_pause()).await.ok()?.ok()?;
    pause.map(|pause| pause.since)
}

async fn database_answers(port: &Port) -> bool {
    let cause = match tokio::time::timeout(PING_LIMIT, port.store().ping()).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} seconds", PING_LIMIT.as_secs()),
    };
    log::warn!(target: "http", "a probe found the database down: {cause}");
    false
}
