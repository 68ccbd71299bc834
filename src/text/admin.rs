//! What admins ask for: `/stats` and `/queue`.

use std::time::Duration;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::{Html, joined};
use super::lines::Lines;
use super::pause::Paused;
use super::time::{age, latency};
use super::words::{reason, written};
use crate::domain::language::Language;

/// How the service does, over the last 24 hours where a number has a past.
#[derive(Clone, Copy, Debug)]
pub struct Stats<'a> {
    /// Whether sending is paused.
    pub paused: Option<Paused<'a>>,
    /// Connected chats.
    pub linked: u64,
    /// Of these, connected in the last 24 hours.
    pub linked_lately: u64,
    /// Connected chats that have blocked the bot.
    pub blocked: u64,
    /// Notifications sent in the last 24 hours.
    pub sent: u64,
    /// Notifications given up in the last 24 hours.
    pub failed: u64,
    /// 95 of 100 were sent within this time; `None`: not measured.
    pub p95: Option<Duration>,
    /// The runs of the timetable's jobs in the last 24 hours.
    pub runs: Runs,
    /// Notifications that are due and wait.
    pub queue: u64,
    /// How long ago Telegram answered a poll; `None`: it never did.
    pub last_poll: Option<Duration>,
}

/// How the timetable's jobs did.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// Runs that ended well.
    pub ok: u64,
    /// Runs that began late, however they ended.
    pub late: u64,
    /// Runs that did not end well.
    pub failed: u64,
}

impl Stats<'_> {
    /// The answer to `/stats`.
    pub fn render(&self, language: Language) -> Html {
        let count = |key, count| say(language, key, &Args::new().count("count", count));
        let p95 = self.p95.map(|took| Args::new().html("time", latency(language, took)));
        let poll = self.last_poll.map(|passed| Args::new().html("age", age(language, passed)));
        let sending = [
            Some(count(key!("stats-sent"), self.sent)),
            Some(count(key!("stats-failed"), self.failed)),
            p95.map(|args| say(language, key!("stats-p95"), &args)),
        ];
        let queue = [
            Some(count(key!("stats-queue"), self.queue)),
            poll.map(|args| say(language, key!("stats-poll"), &args)),
        ];
        let chats = Args::new()
            .count("linked", self.linked)
            .count("new", self.linked_lately)
            .count("blocked", self.blocked);
        let runs = Args::new()
            .count("ok", self.runs.ok)
            .count("late", self.runs.late)
            .count("failed", self.runs.failed);
        Lines::new(language)
            .say(key!("stats"), Args::new())
            .push_if_some(self.paused.map(|paused| paused.line(language)))
            .say(key!("stats-linked"), chats)
            .push(joined(sending.into_iter().flatten()))
            .say(key!("stats-jobs"), runs)
            .push(joined(queue.into_iter().flatten()))
            .finish()
    }
}

/// What waits to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Queue<'a> {
    /// Notifications that are due.
    pub pending: u64,
    /// Being sent right now.
    pub sending: u64,
    /// Held until later: quiet hours, a chat that Telegram limits, a retry.
    pub held: u64,
    /// Given up in the last 24 hours.
    pub dead: u64,
    /// How long the oldest of the due ones has waited.
    pub oldest: Option<Duration>,
    /// Whether sending is paused.
    pub paused: Option<Paused<'a>>,
    /// Why nothing could be sent at the moment.
    pub problem: Option<&'a str>,
    /// Why the most of the held ones are, as stored, and how many.
    pub held_because: &'a [(&'a str, u64)],
    /// Why the most of the given up ones were, as stored, and how many.
    pub dead_because: &'a [(&'a str, u64)],
}

impl Queue<'_> {
    /// The answer to `/queue`.
    pub fn render(&self, language: Language) -> Html {
        let waiting = Args::new()
            .count("pending", self.pending)
            .count("sending", self.sending)
            .count("held", self.held);
        let oldest = self.oldest.map(|waited| Args::new().html("age", age(language, waited)));
        Lines::new(language)
            .say(key!("queue"), Args::new())
            .push_if_some(self.paused.map(|paused| paused.line(language)))
            .say_if_some(
                key!("queue-problem"),
                written(self.problem).map(|why| Args::new().sentence("why", why)),
            )
            .say(key!("queue-waiting"), waiting)
            .say_if_some(key!("queue-held"), reasons(language, self.held_because))
            .say_if_some(key!("queue-oldest"), oldest)
            .say(key!("queue-dead"), Args::new().count("count", self.dead))
            .say_if_some(key!("queue-dead-because"), reasons(language, self.dead_because))
            .finish()
    }
}

/// Each reason with its count, on one line.
fn reasons(language: Language, counts: &[(&str, u64)]) -> Option<Args> {
    let counted = counts.iter().map(|(code, count)| {
        let args = Args::new().html("why", reason(language, Some(code))).count("count", *count);
        say(language, key!("reason-count"), &args)
    });
    (!counts.is_empty()).then(|| Args::new().html("reasons", joined(counted)))
}
