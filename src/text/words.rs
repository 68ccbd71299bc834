//! Words that several texts share.

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use crate::domain::language::Language;

/// What a language calls itself: "English", "한국어".
pub fn language_name(language: Language) -> String {
    say(language, key!("language"), &Args::new()).into_string()
}

/// What people call the network that the platform calls `id`; an unknown one is shown as it was given.
pub(super) fn network(language: Language, id: &str) -> Html {
    let args = Args::new().name("id", &id.to_ascii_lowercase()).name("name", id);
    say(language, key!("network"), &args)
}

/// The beginning of a post in quotation marks; nothing for a post without words.
pub(super) fn quoted(language: Language, text: Option<&str>) -> Option<Html> {
    let args = Args::new().snippet("text", written(text)?);
    Some(say(language, key!("quoted"), &args))
}

/// Why a notification is dead, cancelled or held, by the name that is stored; one without words yet is shown as it is.
pub(super) fn reason(language: Language, code: Option<&str>) -> Html {
    let code = code.unwrap_or_default();
    say(language, key!("reason"), &Args::new().name("code", code).name("name", code))
}

/// The words, unless there are none.
pub(super) fn written(words: Option<&str>) -> Option<&str> {
    words.filter(|words| !words.trim().is_empty())
}

/// The state of something that is switched off.
pub(super) fn off(language: Language) -> Html {
    say(language, key!("off"), &Args::new())
}
