//! The numbers of this process: counted where things happen, read by `GET /metrics`.
//!
//! Like the log it is there for every room and takes part in nothing. To count is a few atomic operations, and
//! nothing at all while nobody has switched the numbers on. What the database knows better is not counted here: it
//! comes as [`Readings`] with each look.

use std::sync::OnceLock;
use std::time::Duration;

mod numbers;
mod readings;

pub use readings::{Queue, Readings};

use numbers::Numbers;

/// The content type of what [`render`] gives (Prometheus documentation, "Exposition formats").
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What every name begins with, but those of the process itself.
const PREFIX: &str = "telegram_bot_scheduler";

/// getUpdates waits for something to happen: how long says nothing about Telegram.
const LONG_POLL: &str = "GetUpdates";

static NUMBERS: OnceLock<Numbers> = OnceLock::new();

/// The numbers can't be shown: two of them have the same name, or a name that is none.
#[derive(Debug, thiserror::Error)]
#[error("the metrics can't be made: {0}")]
pub struct MetricsError(#[from] prometheus::Error);

/// Counts from now on. Switching on again changes nothing: there is one process, and it has one set of numbers.
pub fn switch_on() -> Result<(), MetricsError> {
    if NUMBERS.get().is_none() {
        // Whoever came first meanwhile made the same.
        let _ = NUMBERS.set(Numbers::new()?);
    }
    Ok(())
}

/// Everything counted so far, and `readings`, in Prometheus' text format; empty while nothing is counted.
pub fn render(readings: &Readings) -> Result<String, MetricsError> {
    let Some(numbers) = NUMBERS.get() else { return Ok(String::new()) };
    let mut families = numbers.gather();
    families.extend(readings.gather()?);
    families.sort_by(|one, other| one.name().cmp(other.name()));
    Ok(prometheus::TextEncoder::new().encode_to_string(&families)?)
}

/// A request to the port was answered. `route` is the pattern, never the path: a path may be anything.
pub fn http_answered(method: &str, route: &str, status: u16, took: Duration) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.http_requests.with_label_values(&[method, route, &status.to_string()]).inc();
    numbers.http_seconds.with_label_values(&[method, route]).observe(took.as_secs_f64());
}

/// A call to Telegram ended with `answer`: `done`, `refused`, `not_sent` or `unknown`.
pub fn telegram_answered(method: &str, answer: &str, took: Duration) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.telegram_calls.with_label_values(&[method, answer]).inc();
    if method != LONG_POLL {
        numbers.telegram_seconds.with_label_values(&[method]).observe(took.as_secs_f64());
    }
}

/// How many updates Telegram says it keeps for us.
pub fn updates_waiting_at_telegram(waiting: u32) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.updates_waiting.set(waiting.into());
}

/// An update arrived that was not there before.
pub fn update_arrived() {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.updates_arrived.inc();
}

/// The handler of an update ended, however it did.
pub fn update_handled() {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.updates_handled.inc();
}

/// A try to send a notification of `kind` was written down with the class of its outcome.
pub fn notification_tried(kind: &str, outcome: &str) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.notification_tries.with_label_values(&[kind, outcome]).inc();
}

/// A notification of `kind` reached Telegram, `waited` after it could be sent.
pub fn notification_sent(kind: &str, waited: Duration) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.notification_seconds.with_label_values(&[kind]).observe(waited.as_secs_f64());
}

/// A try to publish a post on `network` was written down with its outcome.
pub fn post_tried(network: &str, outcome: &str) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.post_tries.with_label_values(&[network, outcome]).inc();
}

/// A run of `job` ended.
pub fn job_ended(job: &str, outcome: &str, took: Duration) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.job_runs.with_label_values(&[job, outcome]).inc();
    numbers.job_seconds.with_label_values(&[job]).observe(took.as_secs_f64());
}

/// The database did not do what it was asked for.
pub fn database_failed(error: &str) {
    let Some(numbers) = NUMBERS.get() else { return };
    numbers.database_errors.with_label_values(&[error]).inc();
}
