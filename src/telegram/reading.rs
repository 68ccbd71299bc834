//! Reading updates, those of later versions of the Bot API among them: a person's words count, whatever is around them.

use serde::Deserialize;
use serde_json::{Map, Value};
use teloxide::types::{MessageKind, Update, UpdateKind};

/// The update in `raw`, where it is of a kind that we can read.
pub(super) fn read(raw: &str) -> Option<Update> {
    let update = parsed(raw);
    let is_whole = |update: &Update| match &update.kind {
        UpdateKind::Message(message) => !matches!(message.kind, MessageKind::Empty {}),
        _ => true,
    };
    match update {
        Some(update) if is_whole(&update) => Some(update),
        update => without_formatting(raw).and_then(|raw| parsed(&raw)).or(update),
    }
}

fn parsed(raw: &str) -> Option<Update> {
    let update = serde_json::from_str::<Update>(raw).ok()?;
    (!matches!(update.kind, UpdateKind::Error(_))).then_some(update)
}

/// The message in `raw` without what may hide its words: formatting of a kind that came after this program makes all
/// of it unreadable. What the message answers or quotes is formatted, too.
fn without_formatting(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Written {
        update_id: u32,
        message: Map<String, Value>,
    }
    let Written { update_id, mut message } = serde_json::from_str(raw).ok()?;
    for field in ["entities", "caption_entities", "reply_to_message", "external_reply", "quote"] {
        message.remove(field);
    }
    let message = serde_json::to_string(&message).ok()?;
    // By hand: teloxide wants the number before the message, and a map is in the order of the alphabet.
    Some(format!(r#"{{"update_id":{update_id},"message":{message}}}"#))
}
