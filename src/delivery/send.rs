//! One claimed row: sent, judged, written down.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::STORE_PAUSE;
use super::addressees::Addressees;
use super::briefing::{Briefed, BriefingDesk};
use super::notice::Telling;
use super::outage::Outage;
use super::outcome::{Attempt, Signal, Verdict, judge, snooze};
use super::render::{Age, Message, Picture, Renderer};
use crate::clock::Clock;
use crate::config;
use crate::domain::event::EventKind;
use crate::domain::notification::{Claimed, Kind};
use crate::health::{Health, Telegram};
use crate::metrics;
use crate::store::{Effect, Finalise, Folded, Outcome, Sent, Store, Together, until_taken};
use crate::telegram::{Answer, Api, Limits, Place, RefusalClass, SentMessage};

/// What sending one row needs.
pub(super) struct Sender {
    pub(super) store: Store,
    pub(super) api: Api,
    pub(super) limits: Arc<Limits>,
    pub(super) health: Health,
    pub(super) clock: Clock,
    pub(super) outage: Outage,
    pub(super) renderer: Renderer,
    pub(super) desk: BriefingDesk,
    pub(super) settings: config::Delivery,
    /// Cancelled when nobody can wait for Telegram's answers any longer: the process has to end.
    pub(super) cut: CancellationToken,
}

/// A claimed row, ready to go.
pub(super) struct Letter {
    pub(super) row: Claimed,
    /// Where the account's messages go at this moment.
    pub(super) chat_id: i64,
    message: Message,
    /// The message that it edits, where it is not one of its own.
    edited: Option<i32>,
    /// When the lease on the row began.
    claimed_at: Instant,
}

/// A claimed row that was looked at.
pub(super) enum Addressed {
    /// It can be sent.
    To(Box<Letter>),
    /// It goes nowhere.
    Nowhere(Box<(Claimed, Verdict)>),
}

impl Sender {
    /// `row`, or the row that carries it: what was held back, or is too old to be told on its own, goes into one
    /// message with what waits behind it and is so, too; alone it is told itself. `None` when there is nothing to send
    /// now: the claim is no longer ours, or the database failed and the row was put back.
    pub(super) async fn fold(self: &Arc<Self>, mut row: Claimed) -> Option<(Claimed, Age)> {
        let now = self.clock.now();
        let Some(together) = self.told_together_with(&row, now) else { return Some((row, Age::Fresh)) };
        loop {
            match self.store.fold(row.clone(), together.clone(), now).await {
                Ok(Folded::Into { carrier, all: true }) => return Some((*carrier, Age::Fresh)),
                Ok(Folded::Into { carrier, all: false }) => row = *carrier,
                Ok(Folded::Alone) => {
                    let age = if together == Together::Held { Age::Fresh } else { Age::Late };
                    return Some((row, age));
                }
                Ok(Folded::Lost) => return None,
                Err(error) => {
                    log::error!(target: "delivery", "what belongs together can't be folded: {error}");
                    tokio::time::sleep(STORE_PAUSE).await;
                    Arc::clone(self).put_back(row, "database").await;
                    return None;
                }
            }
        }
    }

    /// What may be told by one message with `row`; `None` when it goes on its own. What was held back is as old as
    /// its person wanted it: it is never too old.
    fn told_together_with(&self, row: &Claimed, now: DateTime<Utc>) -> Option<Together> {
        match row.kind {
            Kind::CatchUp => Some(Together::Held),
            Kind::Event(_) if row.held => Some(Together::Held),
            Kind::Event(_) | Kind::WhileAway => {
                let limits = self.too_old_before(now);
                let is_old = |(kind, before): &(Kind, _)| *kind == row.kind && row.event_at < *before;
                let too_old = limits.iter().any(is_old);
                (too_old || row.kind == Kind::WhileAway).then_some(Together::Stale(limits))
            }
            Kind::Approval(_) | Kind::Digest | Kind::Test | Kind::LinkMoved | Kind::Alert => None,
            Kind::NoticeEdit | Kind::MergedFailures | Kind::Place(_) | Kind::ChannelLost | Kind::PostLate => {
                None
            }
        }
    }

    /// Before when is each kind of event too old to be told on its own? What went well is old news soon; what the
    /// person has to mend, or was to read, stays worth its own message for longer.
    fn too_old_before(&self, now: DateTime<Utc>) -> Vec<(Kind, DateTime<Utc>)> {
        let before = |age: Duration| TimeDelta::from_std(age).map_or(DateTime::UNIX_EPOCH, |age| now - age);
        let limit = |kind| match kind {
            EventKind::PostPublished | EventKind::AutomationExecuted => self.settings.max_age_published,
            EventKind::PostFailed | EventKind::PostUnconfirmed | EventKind::Announcement => {
                self.settings.max_age_failed
            }
        };
        EventKind::ALL.map(|kind| (Kind::Event(kind), before(limit(kind)))).into()
    }

    /// Addresses and writes the message of `row`; a verdict when it goes nowhere.
    /// A digest needs its briefing.
    pub(super) fn address(
        &self,
        telling: Telling,
        addressees: &Addressees,
        briefed: Briefed,
        claimed_at: Instant,
    ) -> Addressed {
        let nowhere =
            |row, outcome, class| Addressed::Nowhere(Box::new((row, Verdict::without_a_try(outcome, class))));
        if telling.row.kind == Kind::Alert {
            let row = telling.row;
            return match self.renderer.alert_message(&row) {
                Some(message) => {
                    let (chat_id, message) = (row.chat_id, Message::Text(Box::new(message)));
                    Addressed::To(Box::new(Letter { row, chat_id, message, edited: None, claimed_at }))
                }
                None => nowhere(row, Outcome::Dead { reason: "unreadable" }, "unreadable"),
            };
        }
        let (chat_id, settings) = match addressees.of(&telling.row) {
            Ok(addressee) => addressee,
            Err((outcome, class)) => return nowhere(telling.row, outcome, class),
        };
        if let Some(outcome) = telling.overtaken() {
            return nowhere(telling.row, outcome, "cancelled");
        }
        let edited = telling.edited();
        let Telling { row, age, notice } = telling;
        let unreadable = Outcome::Dead { reason: "unreadable" };
        let briefing = match briefed {
            // It goes back to its place.
            Briefed::NotYet => return nowhere(row, snooze("database"), "put_back"),
            Briefed::Never => return nowhere(row, unreadable, "unreadable"),
            Briefed::Ready(briefing) => briefing,
        };
        // What it carries is told by it, whatever else there is.
        let has_something = !briefing.news.is_empty() || row.content.carried.is_some();
        if row.kind == Kind::Digest && !has_something && !settings.digest.when_empty {
            return nowhere(row, Outcome::Cancelled { reason: "nothing_to_tell" }, "cancelled");
        }
        // One row that breaks the renderer must not end the worker for all.
        let write = AssertUnwindSafe(|| {
            self.renderer.message(&row, age, chat_id, settings, *briefing, notice.as_ref())
        });
        match std::panic::catch_unwind(write) {
            Ok(message) => Addressed::To(Box::new(Letter { row, chat_id, message, edited, claimed_at })),
            Err(_) => nowhere(row, unreadable, "unreadable"),
        }
    }

    /// Sends `letter`, whose place was `at`, and writes down what became of it.
    pub(super) async fn send(self: Arc<Self>, letter: Box<Letter>, at: Instant) {
        let Letter { row, chat_id, message, edited, claimed_at } = *letter;
        let started_at = self.clock.now();
        let started = Instant::now();
        // A leader that was frozen wakes up with rows in hand that another one has sent since.
        if !self.health.leading() {
            return self.put_back(row, "not_leading").await;
        }
        let told = tokio::select! {
            told = self.tell(message, chat_id, at, claimed_at) => told,
            () = self.cut.cancelled() => Some(Answer::Unknown("stopped before Telegram answered".into())),
        };
        let Some(answer) = told else { return self.put_back(row, "chat_waits").await };
        let verdict = judge(answer, self.attempt(&row, edited));
        self.heed(chat_id, &verdict);
        let latency_ms = i32::try_from(started.elapsed().as_millis()).unwrap_or(i32::MAX);
        self.write_down(row, chat_id, verdict, started_at, latency_ms).await;
    }

    /// Sends `message`, whose place was `at`; a text alone where Telegram does not take its picture. `None` when that
    /// has to wait.
    async fn tell(
        &self,
        message: Message,
        chat_id: i64,
        at: Instant,
        claimed_at: Instant,
    ) -> Option<Answer<SentMessage>> {
        let limit = self.settings.request_timeout;
        let (answer, at) = match message {
            Message::Text(text) => (self.api.send(&*text, limit).await, at),
            Message::Edit(edit) => (self.api.send(&*edit, limit).await, at),
            Message::Picture(picture) => {
                let Picture { photo, png, instead } = *picture;
                let answer = self.api.send_with_picture(&photo, png, limit).await;
                if !is_about_the_picture(&answer) {
                    (answer, at)
                } else {
                    let at = self.second_place(chat_id, claimed_at).await?;
                    (self.api.send(&instead, limit).await, at)
                }
            }
        };
        if matches!(answer, Answer::Done(_)) {
            self.limits.answered(chat_id, at, at.elapsed());
        }
        Some(answer)
    }

    /// Waits for another place in the chat, as long as the lease leaves time for another request.
    async fn second_place(&self, chat_id: i64, claimed_at: Instant) -> Option<Instant> {
        let latest = claimed_at + self.settings.lease.saturating_sub(self.settings.request_timeout);
        loop {
            match self.limits.reserve(chat_id, Instant::now()) {
                Place::At(at) if at <= latest => {
                    tokio::time::sleep_until(at).await;
                    return Some(at);
                }
                Place::NotBefore(ready) if ready <= latest => tokio::time::sleep_until(ready).await,
                Place::At(_) | Place::NotBefore(_) => return None,
            }
        }
    }

    /// Puts `row` back to its place, unsent.
    pub(super) async fn put_back(self: Arc<Self>, row: Claimed, reason: &'static str) {
        self.conclude(row, Verdict::without_a_try(snooze(reason), "put_back")).await;
    }

    /// Writes down what becomes of `row` without a try.
    pub(super) async fn conclude(self: Arc<Self>, row: Claimed, verdict: Verdict) {
        let (chat_id, now) = (row.chat_id, self.clock.now());
        self.write_down(row, chat_id, verdict, now, 0).await;
    }

    fn attempt(&self, row: &Claimed, edited: Option<i32>) -> Attempt<'_> {
        Attempt {
            spent: row.attempts,
            plain: row.plain,
            in_topic: row.thread_id.is_some(),
            edited,
            backoff: &self.settings.backoff,
            dice: rand::random::<f64>(),
            now: self.clock.now(),
        }
    }

    /// What the verdict means for other messages.
    fn heed(&self, chat_id: i64, verdict: &Verdict) {
        match verdict.signal {
            Signal::Answering => {
                if self.outage.answered() {
                    log::info!(target: "TELEGRAM", "Telegram takes messages again");
                }
            }
            Signal::Silent => {
                if self.outage.silent() {
                    let words = verdict.words.as_deref().unwrap_or_default();
                    log::warn!(target: "TELEGRAM", "Telegram does not take messages, they wait: {words}");
                }
            }
            Signal::TokenRefused => {
                if self.health.set_telegram(Telegram::TokenRefused) {
                    log::error!(target: "TELEGRAM", "Telegram refuses the bot token: messages wait");
                }
            }
        }
        if let Effect::Wait { until } = verdict.effect {
            let now = Instant::now();
            let wait = (until - self.clock.now()).to_std().unwrap_or_default();
            if self.limits.pause_chat(chat_id, now + wait, now) {
                log::warn!(target: "TELEGRAM", "several chats are limited at once: all sending pauses");
            }
        }
        if verdict.class == "unparsable" {
            let words = verdict.words.as_deref().unwrap_or_default();
            log::error!(target: "delivery", "a text of ours can't be parsed, it goes out plain: {words}");
        }
    }

    /// Writes the outcome down: Telegram has the message, and only this says so.
    async fn write_down(
        &self,
        row: Claimed,
        chat_id: i64,
        verdict: Verdict,
        started_at: DateTime<Utc>,
        latency_ms: i32,
    ) {
        if let Outcome::Dead { reason } = &verdict.outcome {
            log::warn!(target: "delivery", "notification {} is given up: {reason}", row.id);
        }
        let finalise = Finalise {
            id: row.id,
            lease_token: row.lease_token,
            lane: row.chat_id,
            carries: row.kind.carries(),
            chat_id,
            outcome: verdict.outcome,
            effect: verdict.effect,
            started_at,
            latency_ms,
            class: verdict.class,
            words: verdict.words,
        };
        let sent = Sent { target: "delivery", what: "notification", id: row.id };
        let write = || self.store.finalise(finalise.clone(), self.clock.now());
        if until_taken(sent, self.settings.lease, || !self.cut.is_cancelled(), write).await {
            self.count(&row, &finalise);
        }
    }

    fn count(&self, row: &Claimed, written: &Finalise) {
        metrics::notification_tried(row.kind.as_str(), written.class);
        if written.outcome.is_sent() {
            let waited = (self.clock.now() - row.sendable_since).to_std().unwrap_or_default();
            metrics::notification_sent(row.kind.as_str(), waited);
        }
    }
}

/// Whether Telegram refuses a picture for what it is, and may take the text alone: not allowed there, not understood,
/// too large. What it says about the chat is as true of a text.
fn is_about_the_picture(answer: &Answer<SentMessage>) -> bool {
    let Answer::Refused(refusal) = answer else { return false };
    let refused = match refusal.class() {
        RefusalClass::Wait(_)
        | RefusalClass::Gone(_)
        | RefusalClass::MaybeGone
        | RefusalClass::Migrated(_)
        | RefusalClass::TopicGone
        | RefusalClass::TokenRefused => false,
        // Unparsable below a picture is unparsable without one: let the row go out plain.
        RefusalClass::Unparsable => false,
        _ => true,
    };
    if refused {
        log::warn!(target: "TELEGRAM", "a picture is refused, its text goes alone: {}", refusal.description);
    }
    refused
}
