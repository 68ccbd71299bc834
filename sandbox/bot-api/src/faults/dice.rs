//! Which request gets which fault.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{Fault, FaultCount, FaultPlan, Rule};

impl Rule {
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
