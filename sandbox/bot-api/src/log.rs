//! The request log: what was asked, when, and what became of it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

/// One request to a method.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// Counts from 0 over the server's life.
    pub number: u64,
    /// Id of the bot whose token was used.
    pub bot: i64,
    /// The method in the documentation's spelling.
    pub method: &'static str,
    /// `chat_id`, when it is a number.
    pub chat: Option<i64>,
    /// All parameters; uploaded files appear as `<name, n bytes>`.
    pub params: Map<String, Value>,
    /// When it arrived, since the server started, by the monotonic clock.
    #[serde(serialize_with = "as_millis")]
    pub at: Duration,
    /// When it was logged (getUpdates: when its wait ended), milliseconds since 1970.
    pub unix_millis: i64,
    /// What became of it.
    pub outcome: Outcome,
}

impl Request {
    /// The text or caption it carried.
    pub fn text(&self) -> &str {
        let field = |name| self.params.get(name).and_then(Value::as_str);
        field("text").or_else(|| field("caption")).unwrap_or_default()
    }
}

/// How often a method was called; a getUpdates that still waits counts too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Requests so far.
    pub count: u64,
    /// When the first arrived, since the server started.
    pub first: Duration,
    /// When the last arrived, since the server started.
    pub last: Duration,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// HTTP status of the answer; 0 when there was none.
    pub status: u16,
    /// Telegram's description when it was refused.
    pub error: Option<String>,
    /// The fault that struck.
    pub fault: Option<&'static str>,
    /// Whether the method took effect, whatever the caller was told.
    pub accepted: bool,
}

fn as_millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64() * 1000.0)
}

/// The last requests, and counts of all of them.
#[derive(Debug)]
pub(crate) struct RequestLog {
    capacity: usize,
    next: u64,
    requests: VecDeque<Request>,
    by_method: BTreeMap<&'static str, Calls>,
}

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, next: 0, requests: VecDeque::new(), by_method: BTreeMap::new() }
    }

    /// Whether requests are remembered at all: if not, nobody need build them.
    pub(crate) fn is_on(&self) -> bool {
        self.capacity > 0
    }

    /// Counts a request as it arrives; gives its number.
    pub(crate) fn count(&mut self, method: &'static str, at: Duration) -> u64 {
        let calls = self.by_method.entry(method).or_insert(Calls { count: 0, first: at, last: at });
        calls.count += 1;
        calls.last = at;
        let number = self.next;
        self.next += 1;
        number
    }

    pub(crate) fn remember(&mut self, request: Request) {
        if self.requests.len() >= self.capacity {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(crate) fn requests(&self) -> &VecDeque<Request> {
        &self.requests
    }

    pub(crate) fn by_method(&self) -> BTreeMap<String, u64> {
        self.by_method.iter().map(|(method, calls)| ((*method).to_owned(), calls.count)).collect()
    }

    pub(crate) fn calls(&self, method: &str) -> Option<Calls> {
        self.by_method.iter().find(|(name, _)| name.eq_ignore_ascii_case(method)).map(|(_, calls)| *calls)
    }

    /// Forgets requests and counts.
    pub(crate) fn clear(&mut self) {
        self.requests.clear();
        self.by_method.clear();
    }
}
