//! The objects of the Bot API as they travel: field names and order are the documentation's.
//!
//! Only what this server says is modelled; whatever else a person's message carries (a sticker, a location) travels
//! in [`Message::other`].

mod keyboard;
mod message;

pub use keyboard::{Button, InlineKeyboard};
pub use message::{Entity, Message, PhotoSize};

use serde::{Deserialize, Serialize};

/// A person or a bot (Bot API documentation, `User`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Telegram's number for this user; never reused.
    pub id: i64,
    /// Whether this is a bot.
    pub is_bot: bool,
    /// The name everybody has.
    pub first_name: String,
    /// The name some people add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Without the `@`; may move to another user at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The language of the person's app, an IETF tag such as `ko` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
}

/// What sort of conversation a chat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// One person and the bot; the chat's id is the person's.
    Private,
    /// A basic group; small negative id.
    Group,
    /// A supergroup; id below -100…
    Supergroup,
    /// A channel; id below -100…
    Channel,
}

impl ChatKind {
    /// The word Telegram uses in its errors: "bot was kicked from the supergroup chat".
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

/// A chat as it stands inside a message (Bot API documentation, `Chat`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// Positive for a person, negative for everything else.
    pub id: i64,
    /// Absent in private chats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Public name without the `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Private chats only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Private chats only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Private, group, supergroup or channel.
    #[serde(rename = "type")]
    pub kind: ChatKind,
    /// Whether the supergroup has topics.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_forum: bool,
}

impl Chat {
    /// The private chat of a person.
    pub(crate) fn private(person: &User) -> Self {
        Self {
            id: person.id,
            title: None,
            username: person.username.clone(),
            first_name: Some(person.first_name.clone()),
            last_name: person.last_name.clone(),
            kind: ChatKind::Private,
            is_forum: false,
        }
    }
}

/// A tap on a button of a keyboard (Bot API documentation, `CallbackQuery`).
#[derive(Debug, Serialize)]
pub(crate) struct CallbackQuery<'a> {
    pub(crate) id: &'a str,
    pub(crate) from: &'a User,
    pub(crate) message: &'a Message,
    pub(crate) chat_instance: String,
    pub(crate) data: &'a str,
}

/// A change of the bot's own standing in a chat (Bot API documentation, `ChatMemberUpdated`).
#[derive(Debug, Serialize)]
pub(crate) struct ChatMemberUpdated<'a> {
    pub(crate) chat: &'a Chat,
    pub(crate) from: &'a User,
    pub(crate) date: i64,
    pub(crate) old_chat_member: ChatMember<'a>,
    pub(crate) new_chat_member: ChatMember<'a>,
}

/// Someone's standing in a chat (Bot API documentation, `ChatMember`).
#[derive(Debug, Serialize)]
pub(crate) struct ChatMember<'a> {
    pub(crate) user: &'a User,
    #[serde(flatten)]
    pub(crate) status: MemberStatus,
}

/// The part of `ChatMember` that depends on `status`.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum MemberStatus {
    Creator {
        is_anonymous: bool,
    },
    Administrator(AdministratorRights),
    Member,
    Left,
    Kicked {
        /// 0 = for ever.
        until_date: i64,
    },
}

/// The rights of an administrator; those a posting bot is usually given.
#[derive(Debug, Serialize)]
pub(crate) struct AdministratorRights {
    can_be_edited: bool,
    can_manage_chat: bool,
    can_change_info: bool,
    can_delete_messages: bool,
    can_invite_users: bool,
    can_restrict_members: bool,
    can_pin_messages: bool,
    can_promote_members: bool,
    can_manage_video_chats: bool,
    can_post_messages: bool,
    can_edit_messages: bool,
    is_anonymous: bool,
}

impl AdministratorRights {
    /// Post, edit and delete, but not govern people.
    pub(crate) fn posting() -> Self {
        Self {
            can_be_edited: false,
            can_manage_chat: true,
            can_change_info: false,
            can_delete_messages: true,
            can_invite_users: true,
            can_restrict_members: false,
            can_pin_messages: true,
            can_promote_members: false,
            can_manage_video_chats: false,
            can_post_messages: true,
            can_edit_messages: true,
            is_anonymous: false,
        }
    }

    /// The same, but for posting and editing.
    pub(crate) fn without_posting() -> Self {
        Self { can_post_messages: false, can_edit_messages: false, ..Self::posting() }
    }
}
