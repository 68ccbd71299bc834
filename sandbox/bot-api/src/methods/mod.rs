//! The methods of the Bot API, one file per family.

mod callbacks;
mod chats;
mod commands;
mod edits;
mod photos;
mod polling;
mod profile;
mod sending;
mod videos;
mod webhooks;

pub(crate) use polling::get_updates;

use crate::answer::{ApiError, json};
use crate::params::Params;
use crate::shared::Shared;

/// One call of a method by a known bot.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    /// Id of the bot.
    pub(crate) bot: i64,
    pub(crate) params: &'a Params,
}

/// Carries a method out; gives the JSON of its result.
type Handler = fn(&Call<'_>) -> Result<String, ApiError>;

/// A method of the Bot API.
pub(crate) struct Method {
    /// In the documentation's spelling.
    pub(crate) name: &'static str,
    /// Whether it puts or changes something in a chat: these get the added latency.
    pub(crate) writes: bool,
    /// None: getUpdates, which waits.
    pub(crate) run: Option<Handler>,
}

const fn writes(name: &'static str, run: Handler) -> Method {
    Method { name, writes: true, run: Some(run) }
}

const fn other(name: &'static str, run: Handler) -> Method {
    Method { name, writes: false, run: Some(run) }
}

/// The most called come first: the table is searched from the top.
static METHODS: [Method; 32] = [
    writes("sendMessage", sending::send_message),
    Method { name: "getUpdates", writes: false, run: None },
    writes("editMessageText", edits::edit_text),
    other("answerCallbackQuery", callbacks::answer),
    writes("sendPhoto", photos::send_photo),
    writes("sendVideo", videos::send_video),
    writes("editMessageCaption", edits::edit_caption),
    writes("editMessageReplyMarkup", edits::edit_reply_markup),
    writes("deleteMessage", edits::delete),
    writes("deleteMessages", edits::delete_many),
    writes("sendChatAction", chats::send_action),
    other("getMe", profile::get_me),
    other("getFile", photos::get_file),
    other("getChat", chats::get_chat),
    other("getChatMember", chats::get_member),
    other("getChatAdministrators", chats::get_administrators),
    other("getChatMemberCount", chats::get_member_count),
    other("leaveChat", chats::leave),
    other("setMyCommands", commands::set),
    other("getMyCommands", commands::get),
    other("deleteMyCommands", commands::delete),
    other("setMyName", profile::set_name),
    other("getMyName", profile::get_name),
    other("setMyDescription", profile::set_description),
    other("getMyDescription", profile::get_description),
    other("setMyShortDescription", profile::set_short_description),
    other("getMyShortDescription", profile::get_short_description),
    other("setChatMenuButton", profile::set_menu_button),
    other("getChatMenuButton", profile::get_menu_button),
    other("setWebhook", webhooks::set),
    other("deleteWebhook", webhooks::delete),
    other("getWebhookInfo", webhooks::info),
];

/// The method of this name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name))
}

fn true_() -> String {
    "true".to_owned()
}

fn result(value: &impl serde::Serialize) -> Result<String, ApiError> {
    Ok(json(value))
}
