//! What admins ask for, in their private chat: `/stats` and `/queue`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::person::Person;
use super::reply::Reply;
use super::tap::Tap;
use super::{Bot, Handled};
use crate::store::ReasonCount;
use crate::text::Button;
use crate::text::admin::{Queue, Stats};

impl Bot {
    /// Whether `person` is one of the configured admins: by id, because names can be taken over.
    pub(super) fn is_admin(&self, person: &Person) -> bool {
        self.telegram.admins.contains(&person.chat_id)
    }
}

/// `/stats`
pub(super) async fn on_stats(bot: Arc<Bot>, person: Person) -> Handled {
    let now = bot.clock.now();
    let figures = bot.store.figures(now).await?;
    let queue = bot.store.queue_figures(now).await?;
    let stats = Stats {
        linked: figures.linked.unsigned_abs(),
        linked_lately: figures.newly_linked.unsigned_abs(),
        blocked: figures.blocked.unsigned_abs(),
        sent: figures.sent.unsigned_abs(),
        failed: figures.failed.unsigned_abs(),
        p95: figures.p95_ms.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        queue: queue.due.unsigned_abs(),
        last_poll: bot.health.last_poll().map(|at| since(at, now)),
    };
    let language = bot.language_of(&person).await?;
    bot.say(person.chat_id, stats.render(language)).await;
    Ok(())
}

/// `/queue`
pub(super) async fn on_queue(bot: Arc<Bot>, person: Person) -> Handled {
    let now = bot.clock.now();
    let figures = bot.store.queue_figures(now).await?;
    let paused = bot.health.telegram().problem();
    let held_because = counted(&figures.held_because);
    let dead_because = counted(&figures.dead_because);
    let queue = Queue {
        pending: figures.due.unsigned_abs(),
        sending: figures.sending.unsigned_abs(),
        held: figures.held.unsigned_abs(),
        dead: figures.dead.unsigned_abs(),
        oldest: figures.oldest.map(|at| since(at, now)),
        paused: paused.as_deref(),
        held_because: &held_because,
        dead_because: &dead_because,
    };
    let language = bot.language_of(&person).await?;
    let mut reply = Reply::from(queue.render(language));
    if figures.dead > 0 {
        reply = reply.tap_row([(Button::DeadLetters, Tap::DeadLetters)], language);
    }
    bot.say(person.chat_id, reply).await;
    Ok(())
}

fn counted(reasons: &[ReasonCount]) -> Vec<(&str, u64)> {
    reasons.iter().map(|it| (it.reason.as_str(), it.count.unsigned_abs())).collect()
}

/// How long ago `at` was; nothing when the clock was set back since.
fn since(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (now - at).to_std().unwrap_or_default()
}
