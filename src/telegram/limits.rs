//! Telegram's limits, shared by replies, delivery and publishing.
//!
//! In all, at most N messages in any second, evenly spaced once a small burst is spent: bursts at a window's
//! edge are what earn 429s. Per private chat about one a second after a burst; per group so many in any minute.
//! A chat that Telegram told to wait waits. Nothing here sleeps for another chat.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Telegram counts when a message arrives, we when it leaves: the window is longer than its second by what
/// the way may vary. 0.8 % costs 0.3 s of 40.
const SECOND: Duration = Duration::from_millis(1_008);

/// The same for a group's minute.
const MINUTE: Duration = Duration::from_millis(60_500);

/// How far apart may two chats be told to wait that it counts as together? The whole bot being limited hits
/// whatever is on its way at that moment.
const TOGETHER: Duration = Duration::from_secs(5);

/// How many chats may be remembered before the idle ones are forgotten?
const SWEEP_ABOVE: usize = 4_096;

/// The answer to "may I send to this chat?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Yes, at that moment, at most a burst's length away: sleep until then and send.
    At(Instant),
    /// Not before that moment, and nothing was reserved: ask again then. Others may send meanwhile.
    NotBefore(Instant),
}

/// The chats that have to wait by themselves, whatever others do.
#[derive(Debug, Default)]
pub struct ChatWaits {
    /// May not be written to now.
    pub waiting: Vec<i64>,
    /// When the first of them may be again.
    pub first_over: Option<Instant>,
    /// May be written to now, and were written to, or had to wait, a second ago at most: whoever has more to send there
    /// can go on.
    pub can_go_on: Vec<i64>,
}

/// Waits until `moment`. tokio's timers count whole milliseconds and round up: of a moment that has come they would
/// make one more to wait, for each message.
pub async fn wait_until(moment: Instant) {
    if moment > Instant::now() {
        tokio::time::sleep_until(moment).await;
    }
}

/// How much may be sent. Zero switches a limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Messages in any one second, over all chats.
    pub per_second: u32,
    /// How many may go at once after idling.
    pub burst: u32,
    /// Messages per second to one chat.
    pub per_chat_per_second: u32,
    /// How many may go at once to a chat after idling.
    pub per_chat_burst: u32,
    /// Messages to one group in any minute.
    pub per_group_per_minute: u32,
}

impl Pace {
    /// How far apart messages to one chat are; `None` without that limit.
    fn chat_interval(&self) -> Option<Duration> {
        SECOND.checked_div(self.per_chat_per_second)
    }
}

/// The limits and what was sent under them.
#[derive(Debug)]
pub struct Limits {
    pace: Pace,
    // A std mutex: held for arithmetic, never across an await.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    all: Bucket,
    /// The last `per_second` messages.
    recent: Vec<Departure>,
    /// The quickest answer so far: a message that took longer may have arrived later by as much.
    quickest: Option<Duration>,
    /// Nobody sends before.
    paused_until: Option<Instant>,
    chats: HashMap<i64, Chat>,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
struct Departure {
    /// The moment that was reserved.
    at: Instant,
    /// From then to Telegram's answer, once it is there.
    took: Option<Duration>,
}

impl Departure {
    /// When Telegram counts it, as far as we know. The first messages wait for their connections, and Telegram
    /// sees them a little closer to those that follow than we do.
    fn counted_at(&self, quickest: Option<Duration>) -> Instant {
        self.at + self.took.unwrap_or_default().saturating_sub(quickest.unwrap_or_default())
    }
}

#[derive(Debug, Default)]
struct Chat {
    bucket: Bucket,
    /// The last message that was to leave: when, and how the bucket was before it.
    last: Option<(Instant, Bucket)>,
    /// When the messages of the last minute left; groups only.
    recent: VecDeque<Instant>,
    /// Telegram told it to wait.
    paused_until: Option<Instant>,
    /// When this process heard that.
    told_at: Option<Instant>,
}

impl Chat {
    /// Until when it has to wait, or had to, by itself; `None`: it never had to.
    fn waits_until(&self, pace: &Pace, chat_id: i64) -> Option<Instant> {
        let by_second =
            pace.chat_interval().and_then(|interval| self.bucket.ready_at(interval, pace.per_chat_burst));
        let is_full =
            pace.per_group_per_minute > 0 && self.recent.len() >= pace.per_group_per_minute as usize;
        let by_minute = self.recent.front().filter(|_| is_group(chat_id) && is_full);
        self.paused_until.max(by_second).max(by_minute.map(|oldest| *oldest + MINUTE))
    }
}

/// A generic cell rate: one each `interval`, `burst` at once after idling.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// When the bucket will be full again ("theoretical arrival time").
    full_at: Option<Instant>,
}

impl Bucket {
    /// Since when there is something in it, or from when on there will be; `None`: since ever.
    fn ready_at(&self, interval: Duration, burst: u32) -> Option<Instant> {
        let slack = interval * burst.max(1).saturating_sub(1);
        self.full_at.and_then(|full_at| full_at.checked_sub(slack))
    }

    fn take(&mut self, interval: Duration, at: Instant) {
        self.full_at = Some(self.full_at.map_or(at, |full_at| full_at.max(at)) + interval);
    }
}

impl Limits {
    /// Limits under which nothing was sent yet.
    pub fn new(pace: Pace) -> Self {
        Self { pace, state: Mutex::default() }
    }

    /// Reserves the next place for a message to `chat_id`, unless the chat or everybody has to wait first.
    ///
    /// Delivery reserves one place at a time, so a reply waits for one message at most, not for the queue.
    pub fn reserve(&self, chat_id: i64, now: Instant) -> Place {
        let mut state = self.lock();
        let allowed = state.chat_ready_at(&self.pace, chat_id, now).max(state.paused_until.unwrap_or(now));
        if allowed > now {
            return Place::NotBefore(allowed);
        }
        let at = state.next_place(&self.pace, now);
        state.take(&self.pace, chat_id, at);
        Place::At(at)
    }

    /// The first moment at which `chat_id` may be written to; nothing is reserved.
    pub fn ready_at(&self, chat_id: i64, now: Instant) -> Instant {
        let state = self.lock();
        state.chat_ready_at(&self.pace, chat_id, now).max(state.paused_until.unwrap_or(now))
    }

    /// Telegram took the message to `chat_id` that was to leave `at`, and answered after `took`.
    pub fn answered(&self, chat_id: i64, at: Instant, took: Duration) {
        let mut state = self.lock();
        // The first one has nothing to be compared with: all of its time counts.
        let late_by = took.saturating_sub(state.quickest.unwrap_or_default());
        state.quickest = Some(state.quickest.map_or(took, |quickest| quickest.min(took)));
        let open = |departure: &&mut Departure| departure.at == at && departure.took.is_none();
        if let Some(departure) = state.recent.iter_mut().find(open) {
            departure.took = Some(took);
        }
        if let Some(interval) = self.pace.chat_interval()
            && let Some(chat) = state.chats.get_mut(&chat_id)
            && let Some((left_at, before)) = chat.last
            && left_at == at
        {
            // Telegram's bucket began to refill when the message arrived. Only a full one counts that: of a message
            // that was late for a bucket in use, the next one has its place all the same.
            chat.bucket = before;
            chat.bucket.take(interval, at + late_by);
        }
    }

    /// Until when everybody has to wait; `now` when nobody has to.
    pub fn paused_until(&self, now: Instant) -> Instant {
        self.lock().paused_until.map_or(now, |until| until.max(now))
    }

    /// Which chats have to wait at `now`, and which can go on.
    pub fn chat_waits(&self, now: Instant) -> ChatWaits {
        let state = self.lock();
        let mut waits = ChatWaits::default();
        for (chat_id, chat) in &state.chats {
            let Some(until) = chat.waits_until(&self.pace, *chat_id) else { continue };
            let last = chat.last.map_or(until, |(left_at, _)| left_at.max(until));
            if until > now {
                waits.waiting.push(*chat_id);
                waits.first_over = Some(waits.first_over.map_or(until, |first| first.min(until)));
            } else if now.saturating_duration_since(last) < SECOND {
                waits.can_go_on.push(*chat_id);
            }
        }
        waits
    }

    /// Telegram told `chat_id` to wait. Two chats limited at once mean that all of the bot is: then everybody
    /// waits; true in that case.
    pub fn pause_chat(&self, chat_id: i64, until: Instant, now: Instant) -> bool {
        let mut state = self.lock();
        let chat = state.chats.entry(chat_id).or_default();
        (chat.paused_until, chat.told_at) = (Some(until), Some(now));
        let told = |chat: &Chat| chat.told_at.is_some_and(|at| now.saturating_duration_since(at) < TOGETHER);
        let limited: Vec<Instant> = state
            .chats
            .values()
            .filter(|chat| told(chat))
            .filter_map(|chat| chat.paused_until)
            .filter(|until| *until > now)
            .collect();
        if limited.len() < 2 {
            return false;
        }
        // The shortest of the waits: the others are waits of their chats.
        state.paused_until = limited.into_iter().min().max(state.paused_until);
        true
    }

    /// `chat_id` was told to wait before this process started.
    pub fn keep_waiting(&self, chat_id: i64, until: Instant) {
        self.lock().chats.entry(chat_id).or_default().paused_until = Some(until);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_place(&self, pace: &Pace, now: Instant) -> Instant {
        if pace.per_second == 0 {
            return now;
        }
        let is_full = self.recent.len() >= pace.per_second as usize;
        let window = self.first_counted().filter(|_| is_full).map_or(now, |(_, first)| first + SECOND);
        let ready = self.all.ready_at(SECOND / pace.per_second, pace.burst);
        ready.map_or(now, |ready| ready.max(now)).max(window)
    }

    /// The message of the last second that leaves the window first, and when Telegram counted it.
    fn first_counted(&self) -> Option<(usize, Instant)> {
        let counted = self.recent.iter().map(|departure| departure.counted_at(self.quickest));
        counted.enumerate().min_by_key(|(_, at)| *at)
    }

    fn chat_ready_at(&self, pace: &Pace, chat_id: i64, now: Instant) -> Instant {
        let until = self.chats.get(&chat_id).and_then(|chat| chat.waits_until(pace, chat_id));
        until.map_or(now, |until| until.max(now))
    }

    fn take(&mut self, pace: &Pace, chat_id: i64, at: Instant) {
        if pace.per_second > 0 {
            self.all.take(SECOND / pace.per_second, at);
            let first = self.first_counted();
            if let Some((first, _)) = first.filter(|_| self.recent.len() >= pace.per_second as usize) {
                self.recent.swap_remove(first);
            }
            self.recent.push(Departure { at, took: None });
        }
        if self.chats.len() > SWEEP_ABOVE {
            self.forget_idle_chats(at);
        }
        let chat = self.chats.entry(chat_id).or_default();
        if let Some(interval) = pace.chat_interval() {
            chat.last = Some((at, chat.bucket));
            chat.bucket.take(interval, at);
        }
        if is_group(chat_id) && pace.per_group_per_minute > 0 {
            chat.recent.push_back(at);
            if chat.recent.len() > pace.per_group_per_minute as usize {
                chat.recent.pop_front();
            }
        }
    }

    fn forget_idle_chats(&mut self, now: Instant) {
        self.chats.retain(|_, chat| {
            chat.paused_until.is_some_and(|until| until > now)
                || chat.bucket.full_at.is_some_and(|full_at| full_at > now)
                || chat.recent.back().is_some_and(|last| *last + MINUTE > now)
        });
    }
}

/// Groups, supergroups and channels have negative ids.
fn is_group(chat_id: i64) -> bool {
    chat_id < 0
}

#[cfg(test)]
mod tests;
