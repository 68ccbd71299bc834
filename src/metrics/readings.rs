//! What is not counted but looked up when somebody asks: the state of things that outlive this process.

use prometheus::proto::MetricFamily;
use prometheus::{Error, Gauge, GaugeVec, IntGauge, IntGaugeVec, Registry};

use super::numbers::{options, registered};

/// How it stands at this moment. What could not be read is left out: an old value would look like a new one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Whether this instance leads.
    pub leads: bool,
    /// Each state that Telegram may be in, and whether it is.
    pub telegram: Vec<(&'static str, bool)>,
    /// The outbox.
    pub queue: Option<Queue>,
    /// Each job that ever ended well, and when it last did, in seconds since 1970.
    pub job_successes: Vec<(String, f64)>,
}

/// The outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Queue {
    /// Waiting and due.
    pub due: i64,
    /// Waiting for a later time.
    pub held: i64,
    /// On their way.
    pub sending: i64,
    /// How long the oldest due one waits, in seconds; 0 when none is due.
    pub oldest_due_seconds: f64,
}

impl Readings {
    /// As Prometheus has them.
    pub(super) fn gather(&self) -> Result<Vec<MetricFamily>, Error> {
        let registry = Registry::new();
        let help = "Whether this instance leads: talks with Telegram, sends, publishes, keeps the timetable.";
        let leader = registered(&registry, IntGauge::with_opts(options("leader", help))?)?;
        leader.set(self.leads.into());
        let help = "How this instance stands with Telegram: the state it is in is 1.";
        let telegram = registered(&registry, IntGaugeVec::new(options("telegram_state", help), &["state"])?)?;
        for (state, is_so) in &self.telegram {
            telegram.with_label_values(&[state]).set((*is_so).into());
        }
        if let Some(queue) = &self.queue {
            queue.register(&registry)?;
        }
        let help = "When each job last ended well.";
        let successes = registered(
            &registry,
            GaugeVec::new(options("job_last_success_timestamp_seconds", help), &["name"])?,
        )?;
        for (job, at) in &self.job_successes {
            successes.with_label_values(&[job]).set(*at);
        }
        Ok(registry.gather())
    }
}

impl Queue {
    fn register(&self, registry: &Registry) -> Result<(), Error> {
        let help = "Notifications that have not ended: due, held for later, or on their way.";
        let rows = registered(registry, IntGaugeVec::new(options("queue_notifications", help), &["state"])?)?;
        for (state, count) in [("due", self.due), ("held", self.held), ("sending", self.sending)] {
            rows.with_label_values(&[state]).set(count);
        }
        let help = "How long the oldest due notification waits; 0 when none is due.";
        registered(registry, Gauge::with_opts(options("queue_oldest_due_seconds", help))?)?
            .set(self.oldest_due_seconds);
        Ok(())
    }
}
