//! One chat: its members, its topics, its messages.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::ChatMessage;
use crate::wire::{AdministratorRights, Chat, MemberStatus};

/// A bot's standing in a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// Private: the person never pressed Start. Elsewhere: never been in.
    #[default]
    Stranger,
    Member,
    Administrator,
    /// An administrator who may not post.
    Helper,
    Left,
    /// Private: blocked by the person. Elsewhere: removed.
    Kicked,
}

impl Standing {
    /// As it appears in `my_chat_member` and getChatMember.
    pub(crate) fn on_the_wire(self) -> MemberStatus {
        match self {
            Self::Stranger | Self::Left => MemberStatus::Left,
            Self::Member => MemberStatus::Member,
            Self::Administrator => MemberStatus::Administrator(AdministratorRights::posting()),
            Self::Helper => MemberStatus::Administrator(AdministratorRights::without_posting()),
            Self::Kicked => MemberStatus::Kicked { until_date: 0 },
        }
    }

    pub(crate) fn is_inside(self) -> bool {
        matches!(self, Self::Member | Self::Administrator | Self::Helper)
    }
}

/// A topic of a forum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) closed: bool,
}

/// One chat.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Conversation {
    pub(crate) chat: Chat,
    /// Standing of each bot; absent = stranger.
    pub(crate) bots: BTreeMap<i64, Standing>,
    /// Who made it, if anybody did.
    pub(crate) creator: Option<i64>,
    /// People in it (not in private chats).
    pub(crate) people: BTreeSet<i64>,
    /// Those of them who administer it besides its creator.
    #[serde(default)]
    pub(crate) administrators: BTreeSet<i64>,
    /// By thread id.
    pub(crate) topics: BTreeMap<i64, Topic>,
    /// The supergroup this group became.
    pub(crate) migrated_to: Option<i64>,
    /// Message ids handed out so far (not in private chats).
    pub(crate) messages_made: i64,
    /// In order of their ids; deleted ones stay, marked.
    messages: VecDeque<ChatMessage>,
    /// Messages by bots, including those forgotten since.
    pub(crate) sent_by_bots: u64,
}

impl Conversation {
    pub(crate) fn new(chat: Chat) -> Self {
        Self {
            chat,
            bots: BTreeMap::new(),
            creator: None,
            people: BTreeSet::new(),
            administrators: BTreeSet::new(),
            topics: BTreeMap::new(),
            migrated_to: None,
            messages_made: 0,
            messages: VecDeque::new(),
            sent_by_bots: 0,
        }
    }

    pub(crate) fn standing(&self, bot: i64) -> Standing {
        self.bots.get(&bot).copied().unwrap_or_default()
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &ChatMessage> {
        self.messages.iter()
    }

    /// Adds a message behind all others, forgetting the oldest beyond `keep`.
    pub(crate) fn add(&mut self, message: ChatMessage, keep: usize) {
        self.sent_by_bots += u64::from(message.by_bot);
        if self.messages.len() >= keep.max(1) {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    fn position(&self, message_id: i64) -> Option<usize> {
        self.messages.binary_search_by_key(&message_id, |kept| kept.message.message_id).ok()
    }

    /// A message that is still there.
    pub(crate) fn message(&self, message_id: i64) -> Option<&ChatMessage> {
        self.position(message_id).and_then(|at| self.messages.get(at)).filter(|kept| !kept.deleted)
    }

    pub(crate) fn message_mut(&mut self, message_id: i64) -> Option<&mut ChatMessage> {
        self.position(message_id).and_then(|at| self.messages.get_mut(at)).filter(|kept| !kept.deleted)
    }
}
