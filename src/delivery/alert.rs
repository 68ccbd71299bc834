//! An alert becomes a message: to an admin's chat, which need not be linked to any account.

use teloxide::payloads::SendMessage;

use super::render::Renderer;
use crate::domain::notification::Claimed;
use crate::telegram::{html_message, without_formatting};
use crate::text::{self, Html};

impl Renderer {
    /// The message that tells `row`; `None` when the row does not say of what.
    pub(super) fn alert_message(&self, row: &Claimed) -> Option<SendMessage> {
        let html = self.alert(row)?;
        let mut message = html_message(row.chat_id, html.as_str());
        if row.plain {
            without_formatting(&mut message, html.plain());
        }
        Some(message)
    }

    fn alert(&self, row: &Claimed) -> Option<Html> {
        let language = row.content.chat_language.unwrap_or_default();
        Some(text::alert::alert(language, row.content.alert.as_ref()?, self.default_zone))
    }
}
