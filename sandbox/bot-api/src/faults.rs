//! Everything that can go wrong between a bot and Telegram, on demand.
//!
//! Two sources: scripted faults ("the next three `sendMessage` to this chat …") come first; then the plan rolls a
//! die whose seed is known, so a failing run can be run again.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
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

    fn is_for(&self, method: &str, chat: Option<i64>) -> bool {
        (self.methods.is_empty() || self.methods.iter().any(|name| name.eq_ignore_ascii_case(method)))
            && (self.chats.is_empty() || chat.is_some_and(|chat| self.chats.contains(&chat)))
    }

    fn is_early(&self) -> bool {
        self.fault == Fault::ResetBeforeReading
    }

    fn chosen(&self) -> Chosen {
        let executed = self.executed.unwrap_or_else(|| self.fault.executes_by_default());
        Chosen { fault: self.fault.clone(), executed: executed && !self.is_early() }
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

/// What was decided for one request.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) fault: Fault,
    /// Whether the method is carried out.
    pub(crate) executed: bool,
}

/// The source of all faults of one server.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    random: StdRng,
    plan: FaultPlan,
    scripted: Vec<(u32, Rule)>,
    counts: BTreeMap<&'static str, FaultCount>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            random: StdRng::seed_from_u64(seed),
            plan: FaultPlan::default(),
            scripted: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Replaces the plan and starts its die anew.
    pub(crate) fn set_plan(&mut self, plan: FaultPlan, seed: u64) {
        self.plan = plan;
        self.seed = seed;
        self.random = StdRng::seed_from_u64(seed);
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// The next `times` requests that match get this fault.
    pub(crate) fn script(&mut self, times: u32, rule: Rule) {
        self.scripted.push((times, rule));
    }

    /// How many scripted faults have not struck yet.
    pub(crate) fn scripted_left(&self) -> u32 {
        self.scripted.iter().map(|(times, _)| times).sum()
    }

    /// No plan and no script any more; counts stay.
    pub(crate) fn clear(&mut self) {
        self.plan = FaultPlan::default();
        self.scripted.clear();
    }

    /// Rolls the die for one request: exactly once each, so that a run is determined by its seed.
    pub(crate) fn roll(&mut self) -> f64 {
        if self.plan.rules.is_empty() { 1.0 } else { self.random.random() }
    }

    /// Before the body was read: only resets can be decided here.
    pub(crate) fn choose_early(&mut self, method: &str, roll: f64) -> Option<Chosen> {
        self.choose(method, None, roll, true)
    }

    /// When the whole request is known.
    pub(crate) fn choose_late(&mut self, method: &str, chat: Option<i64>, roll: f64) -> Option<Chosen> {
        self.choose(method, chat, roll, false)
    }

    fn choose(&mut self, method: &str, chat: Option<i64>, roll: f64, early: bool) -> Option<Chosen> {
        let fits = |rule: &Rule| rule.is_early() == early && rule.is_for(method, chat);
        if let Some(at) = self.scripted.iter().position(|(_, rule)| fits(rule)) {
            let chosen = self.scripted[at].1.chosen();
            self.scripted[at].0 = self.scripted[at].0.saturating_sub(1);
            self.scripted.retain(|(times, _)| *times > 0);
            return Some(chosen);
        }
        // Each rule owns a fixed stretch of 0..1, so that a filter of one rule never changes another's share.
        let mut from = 0.0;
        for (share, rule) in &self.plan.rules {
            if (from..from + share).contains(&roll) {
                return fits(rule).then(|| rule.chosen());
            }
            from += share;
        }
        None
    }

    pub(crate) fn count(&mut self, fault: &Fault, accepted: bool) {
        let count = self.counts.entry(fault.name()).or_default();
        count.given += 1;
        count.accepted += u64::from(accepted);
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, FaultCount> {
        self.counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset() -> Rule {
        Rule::new(Fault::DropAnswer)
    }

    #[test]
    fn a_script_strikes_exactly_as_often_as_told_and_only_what_it_names() {
        let mut faults = Faults::new(1);
        faults.script(2, reset().method("sendmessage").chat(7));
        let mut strike = |method, chat| faults.choose_late(method, chat, 1.0).is_some();
        assert!(!strike("sendMessage", Some(8)));
        assert!(!strike("getMe", None));
        assert!(strike("sendMessage", Some(7)));
        assert!(strike("SendMessage", Some(7)));
        assert!(!strike("sendMessage", Some(7)), "the script is over");
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_at_about_the_planned_share() {
        let run = |seed| {
            let mut faults = Faults::new(0);
            faults.set_plan(FaultPlan::default().with(0.1, reset()).with(0.2, reset().method("getMe")), seed);
            let struck = |faults: &mut Faults, method| {
                let roll = faults.roll();
                faults.choose_late(method, None, roll).is_some()
            };
            (0..10_000).map(|_| struck(&mut faults, "sendMessage")).collect::<Vec<_>>()
        };
        assert_eq!(run(42), run(42));
        assert_ne!(run(42), run(43));
        let hits = run(42).into_iter().filter(|hit| *hit).count();
        assert!((900..1100).contains(&hits), "{hits} of 10,000 at 10 %");
    }

    #[test]
    fn a_reset_before_reading_is_decided_before_reading() {
        let mut faults = Faults::new(1);
        faults.script(1, Rule::new(Fault::ResetBeforeReading));
        assert!(faults.choose_late("getMe", None, 1.0).is_none());
        let chosen = faults.choose_early("getMe", 1.0).unwrap();
        assert!(!chosen.executed);
    }

    #[test]
    fn rules_travel_as_json() {
        let rule: Rule = serde_json::from_str(
            r#"{"fault":{"kind":"too_many_requests","retry_after":3},"methods":["sendMessage"]}"#,
        )
        .unwrap();
        assert_eq!(rule, Rule::new(Fault::TooManyRequests { retry_after: 3 }).method("sendMessage"));
    }
}
