//! The queue of updates of one bot, with Telegram's idea of an offset.

use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock;

/// The kinds a bot must ask for by name (Bot API documentation, getUpdates, `allowed_updates`).
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// The kinds Telegram knows; others in `allowed_updates` are ignored.
const KINDS: [&str; 23] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
];
/// "Updates are kept no longer than 24 hours" (Bot API documentation, Getting updates).
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// An offset further beyond the newest update than this is ignored (TDLib, `TQueue`).
const OFFSET_SLACK: i64 = 10;
/// Where ids begin: "update identifiers start from a certain positive number".
const FIRST_ID: i64 = 700_000_001;

/// What waits for one bot.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UpdateQueue {
    next_id: i64,
    pending: VecDeque<PendingUpdate>,
    /// None: all but [`NOT_BY_DEFAULT`].
    allowed: Option<BTreeSet<String>>,
    /// The highest id that was confirmed.
    acknowledged: Option<i64>,
}

/// One update, already in the form in which it travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PendingUpdate {
    pub(crate) id: i64,
    /// The whole update; `update_id` comes first, as the documentation shows it and parsers rely on it.
    pub(crate) json: String,
    /// Updates of one chat are delivered to a webhook one after the other.
    pub(crate) lane: i64,
    created: i64,
    #[serde(skip)]
    pub(crate) delivery: Delivery,
}

/// How far a webhook delivery has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivery {
    pub(crate) in_flight: bool,
    pub(crate) failures: u32,
    pub(crate) not_before: Option<Instant>,
}

impl Default for UpdateQueue {
    fn default() -> Self {
        Self { next_id: FIRST_ID, pending: VecDeque::new(), allowed: None, acknowledged: None }
    }
}

impl UpdateQueue {
    /// Queues an update of `kind`, unless the bot does not want that kind *now*; gives its id.
    pub(crate) fn push(&mut self, kind: &str, payload: &str, lane: i64) -> Option<i64> {
        self.allows(kind)
            .then(|| self.push_raw(|id| format!("{{\"update_id\":{id},\"{kind}\":{payload}}}"), lane))
    }

    /// Queues any update at all, allowed or not, known or not.
    pub(crate) fn push_raw(&mut self, json: impl FnOnce(i64) -> String, lane: i64) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        let update = PendingUpdate {
            id,
            json: json(id),
            lane,
            created: clock::unix_seconds(),
            delivery: Delivery::default(),
        };
        self.pending.push_back(update);
        id
    }

    /// Whether an update of `kind` would be created.
    pub(crate) fn allows(&self, kind: &str) -> bool {
        self.allowed
            .as_ref()
            .map_or_else(|| !NOT_BY_DEFAULT.contains(&kind), |allowed| allowed.contains(kind))
    }

    /// `allowed_updates`: absent or broken keeps the last choice, an empty or useless list means the default.
    pub(crate) fn set_allowed(&mut self, wanted: Option<&Value>) {
        let Some(Value::Array(wanted)) = wanted else { return };
        let Some(names) = wanted.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else { return };
        let known: BTreeSet<String> = names
            .into_iter()
            .map(str::to_ascii_lowercase)
            .filter(|name| KINDS.contains(&name.as_str()))
            .collect();
        self.allowed = (!known.is_empty()).then_some(known);
    }

    /// The chosen kinds; None while the default holds.
    pub(crate) fn allowed(&self) -> Option<&BTreeSet<String>> {
        self.allowed.as_ref()
    }

    /// Confirms everything below `offset` (negative: all but the last so many), then gives up to `limit` updates.
    pub(crate) fn take(&mut self, offset: i64, limit: usize) -> impl Iterator<Item = &PendingUpdate> {
        self.expire();
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            self.acknowledge_first(self.pending.len().saturating_sub(keep));
        } else if offset > 0 && offset <= self.next_id - 1 + OFFSET_SLACK {
            let confirmed = self.pending.partition_point(|update| update.id < offset);
            self.acknowledge_first(confirmed);
        }
        self.pending.iter().take(limit)
    }

    fn acknowledge_first(&mut self, count: usize) {
        if let Some(last) = self.pending.drain(..count).next_back() {
            self.acknowledged = Some(last.id);
        }
    }

    fn expire(&mut self) {
        let oldest = clock::unix_seconds() - KEPT_SECONDS;
        while self.pending.front().is_some_and(|update| update.created < oldest) {
            self.pending.pop_front();
        }
    }

    /// A webhook took this one.
    pub(crate) fn delivered(&mut self, id: i64) {
        self.pending.retain(|update| update.id != id);
        self.acknowledged = self.acknowledged.max(Some(id));
    }

    /// Forgets everything that waits (`drop_pending_updates`).
    pub(crate) fn clear(&mut self) {
        self.acknowledge_first(self.pending.len());
    }

    /// What waits, oldest first.
    pub(crate) fn pending(&self) -> &VecDeque<PendingUpdate> {
        &self.pending
    }

    /// For the webhook's bookkeeping.
    pub(crate) fn pending_mut(&mut self) -> &mut VecDeque<PendingUpdate> {
        &mut self.pending
    }

    /// The highest confirmed id.
    pub(crate) fn acknowledged(&self) -> Option<i64> {
        self.acknowledged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn queue(updates: usize) -> UpdateQueue {
        let mut queue = UpdateQueue::default();
        for _ in 0..updates {
            queue.push("message", "{}", 1);
        }
        queue
    }

    fn ids(queue: &mut UpdateQueue, offset: i64, limit: usize) -> Vec<i64> {
        queue.take(offset, limit).map(|update| update.id - FIRST_ID).collect()
    }

    #[test]
    fn nothing_is_confirmed_without_an_offset() {
        let mut queue = queue(3);
        assert_eq!(ids(&mut queue, 0, 2), [0, 1]);
        assert_eq!(ids(&mut queue, 0, 100), [0, 1, 2]);
        assert_eq!(queue.acknowledged(), None);
    }

    #[test]
    fn an_offset_confirms_what_is_below_it() {
        let mut queue = queue(3);
        assert_eq!(ids(&mut queue, FIRST_ID + 2, 100), [2]);
        assert_eq!(queue.acknowledged(), Some(FIRST_ID + 1));
        assert_eq!(ids(&mut queue, 1, 100), [2], "what is confirmed never comes back");
    }

    #[test]
    fn a_negative_offset_counts_from_the_end() {
        let mut queue = queue(5);
        assert_eq!(ids(&mut queue, -2, 100), [3, 4]);
        assert_eq!(ids(&mut queue, -100, 100), [3, 4]);
    }

    #[test]
    fn an_offset_far_in_the_future_is_ignored() {
        let mut queue = queue(2);
        assert_eq!(ids(&mut queue, FIRST_ID + 1000, 100), [0, 1]);
    }

    #[test]
    fn kinds_are_chosen_when_an_update_is_made_and_remembered() {
        let mut queue = queue(0);
        assert_eq!(queue.push("chat_member", "{}", 1), None, "must be asked for by name");
        queue.set_allowed(Some(&json!(["Callback_Query", "nonsense"])));
        assert_eq!(queue.push("message", "{}", 1), None);
        assert!(queue.push("callback_query", "{}", 1).is_some());
        queue.set_allowed(None);
        assert_eq!(queue.push("message", "{}", 1), None, "absent keeps the last choice");
        queue.set_allowed(Some(&json!([])));
        assert!(queue.push("message", "{}", 1).is_some(), "empty means the default");
    }

    #[test]
    fn the_id_stands_in_front() {
        let mut queue = queue(1);
        let json = queue.take(0, 1).next().map(|update| update.json.clone()).unwrap();
        assert_eq!(json, format!("{{\"update_id\":{FIRST_ID},\"message\":{{}}}}"));
    }
}
