//! Looking at what happened, and waiting for it without polling.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use crate::api::BotApi;
use crate::log::{Calls, Request};
use crate::world::{ChatMessage, World};

/// What was waited for did not come in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSeen {
    /// How long was waited.
    pub waited: Duration,
    /// What there was instead.
    pub instead: Vec<String>,
}

impl fmt::Display for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not seen within {:?}; instead there was:", self.waited)?;
        self.instead.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl std::error::Error for NotSeen {}

/// The same text more than once in one chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// The chat.
    pub chat: i64,
    /// The plain words.
    pub text: String,
    /// How often they are there, at least 2.
    pub times: usize,
}

/// Counts of one bot's doings since the server started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Messages the bot sent, over all chats, forgotten ones included.
    pub messages: u64,
    /// 429s given, by limits and by faults.
    pub too_many_requests: u64,
    /// Messages that came before their chat's `retry_after` was over.
    pub early_sends: u64,
    /// The most messages accepted in any sliding second.
    pub busiest_second: usize,
    /// Updates that were not acknowledged.
    pub pending_updates: usize,
    /// The highest acknowledged update id.
    pub acknowledged: Option<i64>,
    /// Requests by method, of all bots.
    pub requests: BTreeMap<String, u64>,
}

impl BotApi {
    /// All messages of a chat, oldest first, deleted ones included.
    pub fn messages(&self, chat: i64) -> Vec<ChatMessage> {
        self.look(chat, |_| true)
    }

    /// What the bot sent to a chat, oldest first, without what it deleted.
    pub fn sent(&self, chat: i64) -> Vec<ChatMessage> {
        self.look(chat, |message| message.by_bot && !message.deleted)
    }

    fn look(&self, chat: i64, keep: impl Fn(&ChatMessage) -> bool) -> Vec<ChatMessage> {
        let world = self.shared.world();
        let conversation = world.chat(self.bot, chat);
        conversation
            .into_iter()
            .flat_map(|chat| chat.messages())
            .filter(|message| keep(message))
            .cloned()
            .collect()
    }

    /// One message that is still there.
    pub fn message(&self, chat: i64, id: i64) -> Option<ChatMessage> {
        self.shared.world().chat(self.bot, chat)?.message(id).cloned()
    }

    /// How many messages bots sent to a chat, forgotten and deleted ones included.
    pub fn sent_count(&self, chat: i64) -> u64 {
        self.shared.world().chat(self.bot, chat).map_or(0, |chat| chat.sent_by_bots)
    }

    /// Chats the bot has sent to, with the number of its messages in each.
    pub fn sent_counts(&self) -> BTreeMap<i64, u64> {
        let world = self.shared.world();
        let mine = world.chats.iter().filter(|((owner, _), _)| *owner == self.bot || *owner == 0);
        mine.map(|((_, id), chat)| (*id, chat.sent_by_bots)).filter(|(_, sent)| *sent > 0).collect()
    }

    /// Texts that a bot sent more than once to the same chat.
    pub fn duplicates(&self) -> Vec<Duplicate> {
        let world = self.shared.world();
        let mut times: BTreeMap<(i64, &str), usize> = BTreeMap::new();
        for ((owner, id), chat) in &world.chats {
            if *owner == self.bot || *owner == 0 {
                for message in chat.messages().filter(|message| message.by_bot) {
                    // As it was sent: an edit must not make a message look like another.
                    let text = message.edits.first().map_or(message.text(), |first| first.text.as_str());
                    *times.entry((*id, text)).or_default() += 1;
                }
            }
        }
        let repeated = times.into_iter().filter(|(_, times)| *times > 1);
        repeated.map(|((chat, text), times)| Duplicate { chat, text: text.to_owned(), times }).collect()
    }

    /// The request log, oldest first; bounded by [`crate::Options::log_capacity`].
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log().requests().iter().cloned().collect()
    }

    /// The logged requests to one method, in any case.
    pub fn requests_to(&self, method: &str) -> Vec<Request> {
        let log = self.shared.log();
        log.requests().iter().filter(|request| request.method.eq_ignore_ascii_case(method)).cloned().collect()
    }

    /// How often and when a method was called, in any case; None if never.
    pub fn calls(&self, method: &str) -> Option<Calls> {
        self.shared.log().calls(method)
    }

    /// Waits until a method was called `count` times; a getUpdates that still waits counts as soon as it arrives.
    ///
    /// # Errors
    /// There were fewer in time; the error names the methods that were called.
    pub async fn wait_for_calls(&self, method: &str, count: u64, limit: Duration) -> Result<Calls, NotSeen> {
        let found =
            wait(self.shared.requests(), limit, || self.calls(method).filter(|calls| calls.count >= count));
        found.await.ok_or_else(|| NotSeen {
            waited: limit,
            instead: self
                .shared
                .log()
                .by_method()
                .iter()
                .map(|(name, count)| format!("{name}: {count}"))
                .collect(),
        })
    }

    /// Empties the request log and starts its counts by method anew.
    pub fn clear_requests(&self) {
        self.shared.log().clear();
    }

    /// Counts since the start.
    pub fn stats(&self) -> Stats {
        let messages = self.sent_counts().values().sum();
        let requests = self.shared.log().by_method();
        let (too_many_requests, early_sends, busiest_second) =
            self.shared.flood(self.bot, |flood| (flood.refused(), flood.early(), flood.busiest_second()));
        Stats {
            messages,
            too_many_requests,
            early_sends,
            busiest_second,
            pending_updates: self.pending_updates().len(),
            acknowledged: self.acknowledged(),
            requests,
        }
    }

    /// Updates that were not acknowledged, as JSON, oldest first.
    pub fn pending_updates(&self) -> Vec<String> {
        let world = self.shared.world();
        let queue = world.bots.get(&self.bot).map(|bot| bot.queue.pending());
        queue.into_iter().flatten().map(|update| update.json.clone()).collect()
    }

    /// The highest update id that was acknowledged.
    pub fn acknowledged(&self) -> Option<i64> {
        self.shared.world().bots.get(&self.bot)?.queue.acknowledged()
    }

    /// Waits for a message of the bot in `chat` (one that is there already counts).
    ///
    /// # Errors
    /// It did not come in time; the error lists what did.
    pub async fn wait_for_message(
        &self,
        chat: i64,
        wanted: impl Fn(&ChatMessage) -> bool + Send + Sync,
        limit: Duration,
    ) -> Result<ChatMessage, NotSeen> {
        let found = self.wait_in_world(limit, |world| {
            let conversation = world.chat(self.bot, chat)?;
            conversation
                .messages()
                .find(|message| message.by_bot && !message.deleted && wanted(message))
                .cloned()
        });
        let line =
            |message: &ChatMessage| format!("#{} {:?} {:?}", message.id(), message.text(), message.labels());
        found
            .await
            .ok_or_else(|| NotSeen { waited: limit, instead: self.messages(chat).iter().map(line).collect() })
    }

    /// Waits until bots have sent `count` messages to `chat`.
    ///
    /// # Errors
    /// There were fewer in time.
    pub async fn wait_for_count(&self, chat: i64, count: u64, limit: Duration) -> Result<(), NotSeen> {
        let found = self
            .wait_in_world(limit, |world| (world.chat(self.bot, chat)?.sent_by_bots >= count).then_some(()));
        found.await.ok_or_else(|| NotSeen {
            waited: limit,
            instead: vec![format!("{} of {count} messages", self.sent_count(chat))],
        })
    }

    /// Waits until the bot has sent `count` messages over all chats.
    ///
    /// # Errors
    /// There were fewer in time.
    pub async fn wait_for_total(&self, count: u64, limit: Duration) -> Result<(), NotSeen> {
        let found = self.wait_in_world(limit, |world| {
            let mine = world.chats.iter().filter(|((owner, _), _)| *owner == self.bot || *owner == 0);
            (mine.map(|(_, chat)| chat.sent_by_bots).sum::<u64>() >= count).then_some(())
        });
        found.await.ok_or_else(|| NotSeen {
            waited: limit,
            instead: vec![format!("{} of {count} messages", self.stats().messages)],
        })
    }

    /// Waits until every update made so far was acknowledged.
    ///
    /// # Errors
    /// Some were not; the error lists them.
    pub async fn wait_until_acknowledged(&self, limit: Duration) -> Result<(), NotSeen> {
        let found = self.wait_in_world(limit, |world| {
            world.bots.get(&self.bot).filter(|bot| bot.queue.pending().is_empty()).map(|_| ())
        });
        found.await.ok_or_else(|| NotSeen { waited: limit, instead: self.pending_updates() })
    }

    /// Waits for a logged request to `method` (one that is there already counts).
    ///
    /// # Errors
    /// It did not come in time; the error lists the methods that were called.
    pub async fn wait_for_request(
        &self,
        method: &str,
        wanted: impl Fn(&Request) -> bool + Send + Sync,
        limit: Duration,
    ) -> Result<Request, NotSeen> {
        let found = wait(self.shared.requests(), limit, || {
            let log = self.shared.log();
            let mut requests = log.requests().iter();
            requests.find(|request| request.method.eq_ignore_ascii_case(method) && wanted(request)).cloned()
        });
        let line = |request: &Request| format!("{} {:?} {:?}", request.method, request.chat, request.outcome);
        found.await.ok_or_else(|| NotSeen {
            waited: limit,
            instead: self.requests().iter().rev().take(20).map(line).collect(),
        })
    }

    /// Looks at the world now and after each of its changes, until `look` finds something or the time is over.
    pub(crate) async fn wait_in_world<T>(
        &self,
        limit: Duration,
        look: impl Fn(&World) -> Option<T> + Send + Sync,
    ) -> Option<T> {
        wait(self.shared.changes(), limit, || look(&self.shared.world())).await
    }
}

async fn wait<T>(
    mut changes: watch::Receiver<u64>,
    limit: Duration,
    look: impl Fn() -> Option<T> + Send + Sync,
) -> Option<T> {
    let until = tokio::time::Instant::now() + limit;
    loop {
        // Marked before the look: what changes during it wakes the wait below.
        changes.borrow_and_update();
        if let Some(found) = look() {
            return Some(found);
        }
        match tokio::time::timeout_at(until, changes.changed()).await {
            Ok(Ok(())) => {}
            _ => return look(),
        }
    }
}
