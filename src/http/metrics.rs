//! `GET /metrics`: this process in numbers, for whoever has the metrics token.

use std::time::Duration;

use hyper::{HeaderMap, StatusCode};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use super::answer::Answer;
use super::auth::bearer_token;
use super::call::Call;
use super::openapi::{Answered, Says};
use super::port::Port;
use super::problem::{Kind, Problem};
use crate::health::Telegram;
use crate::metrics::{self, Queue, Readings};
use crate::store::StoreError;

/// How long may the database take? Prometheus gives up after ten seconds by default; without the database's part the
/// rest is still worth reading.
const READING_LIMIT: Duration = Duration::from_secs(2);

pub(super) const METRICS: Says = Says::new("metrics", "This process in numbers, for Prometheus")
    .answers(&[Answered::text(200, metrics::CONTENT_TYPE, "The numbers")])
    .problems(&[Kind::NotFound]);

/// Lets in whoever shows the metrics token.
///
/// # Errors
/// 404 while the settings name none, as if there were no such route; 401 for another.
pub(super) fn admit(port: &Port, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = &port.config().metrics.token else {
        return Err(Problem::new(Kind::NotFound, "No METRICS_TOKEN is set, so there is nothing here."));
    };
    let given = bearer_token(headers).map_err(Problem::unauthorized)?;
    if !bool::from(given.as_bytes().ct_eq(token.expose_secret().as_bytes())) {
        return Err(Problem::unauthorized("the metrics token is wrong"));
    }
    Ok(())
}

/// `GET /metrics`: 200 with the numbers.
pub(super) async fn show(call: Call) -> Result<Answer, Problem> {
    let readings = readings(&call.port).await;
    let text = metrics::render(&readings).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Answer::new(StatusCode::OK, metrics::CONTENT_TYPE, text))
}

async fn readings(port: &Port) -> Readings {
    let state = port.health().telegram().as_str();
    let telegram = Telegram::NAMES.map(|name| (name, name == state)).into();
    let readings = Readings { leads: port.health().leading(), telegram, ..Readings::default() };
    let read = tokio::time::timeout(READING_LIMIT, of_the_database(port, readings.clone()));
    let why = match read.await {
        Ok(Ok(readings)) => return readings,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} seconds", READING_LIMIT.as_secs()),
    };
    log::warn!(target: "http", "the metrics lack what the database knows: {why}");
    readings
}

async fn of_the_database(port: &Port, readings: Readings) -> Result<Readings, StoreError> {
    let now = port.now();
    let depth = port.store().queue_depth(now).await?;
    let waits = depth.oldest.and_then(|oldest| (now - oldest).to_std().ok()).unwrap_or_default();
    let queue = Queue {
        due: depth.due,
        held: depth.held,
        sending: depth.sending,
        oldest_due_seconds: waits.as_secs_f64(),
    };
    let successes = port.store().last_successes().await?;
    let job_successes = successes.into_iter().map(|(job, at)| (job.to_owned(), seconds(at))).collect();
    Ok(Readings { queue: Some(queue), job_successes, ..readings })
}

/// Seconds since 1970; exact for the next two hundred thousand years.
#[allow(clippy::cast_precision_loss)]
fn seconds(at: chrono::DateTime<chrono::Utc>) -> f64 {
    at.timestamp_millis() as f64 / 1000.0
}
