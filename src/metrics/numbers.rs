//! What is counted, under which names.

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Error, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use super::PREFIX;

/// Bounds in seconds for answers of the port; 0.2 is the promise of the alert rules.
const HTTP_BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Bounds in seconds for Telegram's answers; its own limit for a message is 8 s, ours 17.
const TELEGRAM_BOUNDS: [f64; 9] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 17.0];

/// Bounds in seconds from when a notification could be sent: from at once to the last try.
const WAIT_BOUNDS: [f64; 12] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 3600.0, 43_200.0];

/// Bounds in seconds for runs of jobs.
const JOB_BOUNDS: [f64; 7] = [0.01, 0.1, 1.0, 10.0, 60.0, 300.0, 1800.0];

/// What is counted. A label is never called `job` or `instance`: those are Prometheus' own.
pub(super) struct Numbers {
    registry: Registry,
    pub(super) http_requests: IntCounterVec,
    pub(super) http_seconds: HistogramVec,
    pub(super) telegram_calls: IntCounterVec,
    pub(super) telegram_seconds: HistogramVec,
    pub(super) updates_waiting: IntGauge,
    pub(super) updates_arrived: IntCounter,
    pub(super) updates_handled: IntCounter,
    pub(super) notification_tries: IntCounterVec,
    pub(super) notification_seconds: HistogramVec,
    pub(super) post_tries: IntCounterVec,
    pub(super) job_runs: IntCounterVec,
    pub(super) job_seconds: HistogramVec,
    pub(super) database_errors: IntCounterVec,
}

impl Numbers {
    /// All of them, at zero.
    pub(super) fn new() -> Result<Self, Error> {
        let registry = Registry::new();
        registry.register(Box::new(ProcessCollector::for_self()))?;
        let build = IntGaugeVec::new(options("build_info", "Which version runs; always 1."), &["version"])?;
        registered(&registry, build)?.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let counters = |name, help, labels: &[&str]| {
            registered(&registry, IntCounterVec::new(options(name, help), labels)?)
        };
        let counter = |name, help| registered(&registry, IntCounter::with_opts(options(name, help))?);
        let seconds = |name, help, bounds: &[f64], labels: &[&str]| {
            let options = HistogramOpts::from(options(name, help)).buckets(bounds.to_vec());
            registered(&registry, HistogramVec::new(options, labels)?)
        };
        Ok(Self {
            http_requests: counters(
                "http_requests_total",
                "Requests to the port that were answered.",
                &["method", "route", "status"],
            )?,
            http_seconds: seconds(
                "http_request_duration_seconds",
                "From a request's head to its answer.",
                &HTTP_BOUNDS,
                &["method", "route"],
            )?,
            telegram_calls: counters(
                "telegram_calls_total",
                "Calls to the Bot API, by method and by what came of it: done, refused, not_sent, unknown.",
                &["method", "answer"],
            )?,
            telegram_seconds: seconds(
                "telegram_call_duration_seconds",
                "How long calls to the Bot API took, but those that wait for updates.",
                &TELEGRAM_BOUNDS,
                &["method"],
            )?,
            updates_waiting: registered(
                &registry,
                IntGauge::with_opts(options(
                    "telegram_updates_waiting",
                    "Updates that Telegram keeps for this bot, when it was last asked.",
                ))?,
            )?,
            updates_arrived: counter("updates_total", "Updates that arrived.")?,
            updates_handled: counter("updates_handled_total", "Updates whose handler has ended.")?,
            notification_tries: counters(
                "notification_tries_total",
                "Tries to send a notification, by its kind and the class of the outcome.",
                &["kind", "outcome"],
            )?,
            notification_seconds: seconds(
                "notification_delay_seconds",
                "From when a notification could be sent to Telegram's answer.",
                &WAIT_BOUNDS,
                &["kind"],
            )?,
            post_tries: counters(
                "post_tries_total",
                "Tries to publish a post, by network and outcome.",
                &["network", "outcome"],
            )?,
            job_runs: counters(
                "job_runs_total",
                "Runs of jobs that ended, by outcome.",
                &["name", "outcome"],
            )?,
            job_seconds: seconds(
                "job_run_duration_seconds",
                "How long runs of jobs took.",
                &JOB_BOUNDS,
                &["name"],
            )?,
            database_errors: counters(
                "database_errors_total",
                "Statements that the database did not carry out, by kind of failure.",
                &["error"],
            )?,
            registry,
        })
    }

    /// All of them, as they stand.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }
}

/// What every number of ours begins with.
pub(super) fn options(name: &str, help: &str) -> Opts {
    Opts::new(name, help).namespace(PREFIX)
}

/// `number`, shown from now on.
pub(super) fn registered<N: Collector + Clone + 'static>(registry: &Registry, number: N) -> Result<N, Error> {
    registry.register(Box::new(number.clone()))?;
    Ok(number)
}
