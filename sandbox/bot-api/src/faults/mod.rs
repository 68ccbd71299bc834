//! Everything that can go wrong between a bot and Telegram, on demand.
//!
//! Two sources: scripted faults ("the next three `sendMessage` to this chat …") come first; then the plan rolls a
//! die whose seed is known, so a failing run can be run again.

mod dice;

pub(crate) use dice::{Chosen, Faults};

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One way to go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// 429 with `parameters.retry_after`.
    TooManyRequests {
        /// Seconds.
        retry_after: u64,
    },
    /// A refusal in JSON with any code: 500, 502, 403, ….
    Error {
        /// HTTP status and `error_code`.
        status: u16,
        /// The whole description, prefix included.
        description: String,
    },
    /// An HTML page, as a proxy in front of Telegram answers.
    Html {
        /// HTTP status.
        status: u16,
    },
    /// The connection is reset when only the request's head was read. Rules with this fault can't name chats.
    ResetBeforeReading,
    /// The connection is reset instead of an answer: the message was accepted and nobody is told.
    DropAnswer,
    /// Half of the answer, then the connection closes.
    HalfAnswer,
    /// The whole answer, a few bytes at a time.
    Drip {
        /// From the first byte to the last.
        seconds: f64,
    },
    /// Silence, then the connection closes without an answer.
    Hang {
        /// How long the silence lasts.
        seconds: f64,
    },
    /// `ok:true` with a result of a shape no client knows.
    UnknownShape,
    /// Exactly these bytes.
    Exact {
        /// HTTP status.
        status: u16,
        /// Content-Type header.
        content_type: String,
        /// The body.
        body: String,
    },
}

impl Fault {
    /// Whether the method takes effect although the answer goes wrong, unless a rule says otherwise.
    pub fn executes_by_default(&self) -> bool {
        matches!(self, Self::DropAnswer | Self::HalfAnswer | Self::Drip { .. } | Self::UnknownShape)
    }

    /// Its name in the log and in counts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Error { .. } => "error",
            Self::Html { .. } => "html",
            Self::ResetBeforeReading => "reset_before_reading",
            Self::DropAnswer => "drop_answer",
            Self::HalfAnswer => "half_answer",
            Self::Drip { .. } => "drip",
            Self::Hang { .. } => "hang",
            Self::UnknownShape => "unknown_shape",
            Self::Exact { .. } => "exact",
        }
    }

    /// Seconds as a duration; nonsense is no wait.
    pub(crate) fn duration(seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }
}

/// A fault and the requests it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What happens.
    pub fault: Fault,
    /// Overrides [`Fault::executes_by_default`].
    #[serde(default)]
    pub executed: Option<bool>,
    /// Method names in any case; empty = every method.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Chat ids; empty = every chat and requests without one.
    #[serde(default)]
    pub chats: Vec<i64>,
}

impl Rule {
    /// A rule for every request.
    pub fn new(fault: Fault) -> Self {
        Self { fault, executed: None, methods: Vec::new(), chats: Vec::new() }
    }

    /// Only for this method (and others added likewise).
    #[must_use]
    pub fn method(mut self, name: &str) -> Self {
        self.methods.push(name.to_owned());
        self
    }

    /// Only for this chat (and others added likewise).
    #[must_use]
    pub fn chat(mut self, id: i64) -> Self {
        self.chats.push(id);
        self
    }

    /// Whether the method takes effect.
    #[must_use]
    pub fn executed(mut self, executed: bool) -> Self {
        self.executed = Some(executed);
        self
    }
}

/// Faults that come by chance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FaultPlan {
    /// Each rule with the share of its matching requests that it hits, 0.0–1.0. The shares add up to at most 1.
    pub rules: Vec<(f64, Rule)>,
}

impl FaultPlan {
    /// Adds a rule that hits `share` (0.0–1.0) of its requests.
    #[must_use]
    pub fn with(mut self, share: f64, rule: Rule) -> Self {
        self.rules.push((share, rule));
        self
    }
}

/// How often a fault struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCount {
    /// Requests it was given to.
    pub given: u64,
    /// Of these, requests that took effect all the same: each may become a duplicate.
    pub accepted: u64,
}
