//! Posts that should have gone out long ago: after an outage their author decides whether they still should.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::account::{DisabledReason, Settings};
use super::notification::{Content, Kind, NewNotification, State};
use super::post::Post;

/// Less late than this is on time for everybody.
pub const SHORTEST: TimeDelta = TimeDelta::minutes(1);

/// For how long are late posts gathered before their author is asked? They are found within a moment of each other.
const GATHERED_FOR: TimeDelta = TimeDelta::seconds(5);

/// How many of them does a message name?
const NAMED: usize = 4;

/// How much of a post is quoted, in characters?
const QUOTE_MAX_CHARS: usize = 200;

/// What one message asks about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatePosts {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub named: Vec<LatePost>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatePost {
    /// Where it was to go.
    pub network: String,
    /// How it begins.
    pub text: String,
    /// When it was promised.
    pub publish_at: DateTime<Utc>,
}

impl LatePosts {
    /// Takes one more in.
    pub fn add(&mut self, post: &Post) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(LatePost {
                network: post.network_shown().to_owned(),
                text: post.text.chars().take(QUOTE_MAX_CHARS).collect(),
                publish_at: post.publish_at,
            });
        }
    }
}

impl NewNotification {
    /// Asks an account whether `late` posts should still go out; nobody, where it has no chat that can be reached.
    pub fn late_posts(
        account: &str,
        late: LatePosts,
        settings: Option<&Settings>,
        now: DateTime<Utc>,
    ) -> Self {
        let content = Content { late: Some(late), ..Content::default() };
        let row = |chat_id: Option<i64>, state, reason| Self {
            chat_id,
            content: content.clone(),
            state,
            reason,
            ..Self::pending(account, chat_id.unwrap_or_default(), Kind::PostLate, now)
        };
        let Some(settings) = settings else { return row(None, State::Cancelled, Some("unknown_account")) };
        match settings.chat_id {
            None => row(None, State::Cancelled, Some(DisabledReason::Unlinked.as_str())),
            Some(_) if !settings.enabled => {
                row(settings.chat_id, State::Dead, Some(DisabledReason::Unreachable.as_str()))
            }
            Some(_) => {
                let due_at = now + GATHERED_FOR;
                let silent = settings.is_quiet_at(due_at);
                Self { silent, due_at, ..row(settings.chat_id, State::Pending, None) }
            }
        }
    }
}
