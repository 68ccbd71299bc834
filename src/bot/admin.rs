//! What admins ask for, in their private chat: `/stats`, `/queue`, and what they did last.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use teloxide::types::MessageId;

use super::pause::paused;
use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::store::{ReasonCount, StoreError};
use crate::text::Button;
use crate::text::admin::{Queue, Runs, Stats};
use crate::text::audit::{self, Deed};

/// How many deeds are shown? With the title a message has eight lines at most.
const DEEDS: u64 = 7;

impl Bot {
    /// Whether `person` is one of the configured admins: by id, because names can be taken over.
    pub(super) fn is_admin(&self, person: &Person) -> bool {
        self.telegram.admins.contains(&person.chat_id)
    }
}

/// `/stats`
pub(super) async fn on_stats(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = stats(&bot, &person).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Refresh] below the stats, and the way back to them.
pub(super) async fn on_stats_tap(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = stats(bot, person).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// `/queue`
pub(super) async fn on_queue(bot: Arc<Bot>, person: Person) -> Handled {
    let person = bot.look_up(person).await?;
    let reply = queue(&bot, &person).await?;
    bot.say(person.chat_id, reply).await;
    Ok(())
}

/// [Queue], and [Refresh] below it.
pub(super) async fn on_queue_tap(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let reply = queue(bot, person).await?;
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

/// [Admin actions]
pub(super) async fn on_deeds(bot: &Bot, person: &Person, message_id: MessageId) -> Handled {
    let (deeds, now) = (bot.store.last_deeds(DEEDS).await?, bot.clock.now());
    let shown: Vec<Deed<'_>> = deeds
        .iter()
        .map(|deed| Deed {
            action: &deed.action,
            subject: deed.subject.as_deref(),
            by: &deed.actor,
            ago: since(deed.at, now),
        })
        .collect();
    let language = person.language();
    let reply = Reply::from(audit::deeds(language, &shown)).tap_row([(Button::Stats, Tap::Stats)], language);
    bot.edit(person.chat_id, message_id, reply).await;
    Ok(())
}

async fn stats(bot: &Bot, person: &Person) -> Result<Reply, StoreError> {
    let now = bot.clock.now();
    let (figures, runs) = (bot.store.figures(now).await?, bot.store.job_figures(now).await?);
    let queue = bot.store.queue_figures(now).await?;
    let pause = bot.store.sending_pause().await?;
    let stats = Stats {
        paused: pause.as_ref().map(|pause| paused(bot, person, pause)),
        linked: figures.linked.unsigned_abs(),
        linked_lately: figures.newly_linked.unsigned_abs(),
        blocked: figures.blocked.unsigned_abs(),
        sent: figures.sent.unsigned_abs(),
        failed: figures.failed.unsigned_abs(),
        p95: figures.p95_ms.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        runs: Runs {
            ok: runs.ok.unsigned_abs(),
            late: runs.late.unsigned_abs(),
            failed: runs.failed.unsigned_abs(),
        },
        queue: queue.due.unsigned_abs(),
        last_poll: bot.health.last_poll().map(|at| since(at, now)),
    };
    let language = person.language();
    let mut reply = Reply::from(stats.render(language));
    if pause.is_some() {
        reply = reply.tap_row([(Button::Resume, Tap::Resume)], language);
    }
    let looks =
        [(Button::Jobs, Tap::Jobs), (Button::Queue, Tap::Queue), (Button::DeadLetters, Tap::DeadLetters)];
    let others = [(Button::Refresh, Tap::Stats), (Button::Deeds, Tap::Deeds)];
    Ok(reply.tap_row(looks, language).tap_row(others, language))
}

async fn queue(bot: &Bot, person: &Person) -> Result<Reply, StoreError> {
    let now = bot.clock.now();
    let figures = bot.store.queue_figures(now).await?;
    let (pause, problem) = (bot.store.sending_pause().await?, bot.health.telegram().problem());
    let held_because = counted(&figures.held_because);
    let dead_because = counted(&figures.dead_because);
    let queue = Queue {
        pending: figures.due.unsigned_abs(),
        sending: figures.sending.unsigned_abs(),
        held: figures.held.unsigned_abs(),
        dead: figures.dead.unsigned_abs(),
        oldest: figures.oldest.map(|at| since(at, now)),
        paused: pause.as_ref().map(|pause| paused(bot, person, pause)),
        problem: problem.as_deref(),
        held_because: &held_because,
        dead_because: &dead_because,
    };
    let language = person.language();
    let mut reply = Reply::from(queue.render(language));
    if figures.dead > 0 {
        reply = reply.tap_row([(Button::DeadLetters, Tap::DeadLetters)], language);
    }
    Ok(reply.tap_row([(Button::Refresh, Tap::Queue), (Button::Stats, Tap::Stats)], language))
}

fn counted(reasons: &[ReasonCount]) -> Vec<(&str, u64)> {
    reasons.iter().map(|it| (it.reason.as_str(), it.count.unsigned_abs())).collect()
}

/// How long ago `at` was; nothing when the clock was set back since.
fn since(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - at).to_std().unwrap_or_default()
}
