//! What a bot's text becomes: parsed, cleaned, trimmed, measured, as Telegram does it.
//!
//! The rules were read off Telegram's own parser (TDLib, `MessageEntity.cpp`) and its Bot API server.

mod found;
mod html;
mod links;

pub(crate) use found::add_found;
pub use html::{HtmlError, parse_html};
pub(crate) use links::check_link;

use serde_json::Value;

use crate::answer::ApiError;
use crate::wire::Entity;

/// Longest text of a message (Bot API documentation, sendMessage: "1-4096 characters after entities parsing").
pub const MAX_TEXT: usize = 4096;
/// Longest caption (Bot API documentation, sendPhoto: "0-1024 characters after entities parsing").
pub const MAX_CAPTION: usize = 1024;
/// Longest raw text in bytes, before parsing (Bot API server: "Text is too long").
const MAX_RAW_BYTES: usize = 1 << 15;

/// Text with what it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formatted {
    /// The plain text.
    pub text: String,
    /// Sorted by place; offsets in UTF-16 units.
    pub entities: Vec<Entity>,
}

/// How many UTF-16 code units the text has: the unit of entities and, here, of the length limits.
///
/// Telegram's own server counts code points for bots, its clients count UTF-16 units; this server takes the
/// stricter of the two, so what passes here passes there.
pub fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Parses, cleans and trims `raw`; an empty result is left to the caller, for whom it may be fine (captions).
pub(crate) fn format(
    raw: &str,
    parse_mode: Option<&str>,
    entities: Option<&Value>,
) -> Result<Formatted, ApiError> {
    if raw.len() > MAX_RAW_BYTES {
        return Err(ApiError::bad("text is too long"));
    }
    let mode = parse_mode.unwrap_or_default().to_ascii_lowercase();
    let parsed = match mode.as_str() {
        "" | "none" => Formatted { text: raw.to_owned(), entities: explicit_entities(entities)? },
        "html" => parse_html(raw).map_err(|error| ApiError::bad(format!("can't parse entities: {error}")))?,
        // Telegram knows these too, but the product never sends them: refusing is better than not parsing them.
        "markdown" | "markdownv2" => {
            return Err(ApiError::bad("this server parses HTML only: markdown is not supported"));
        }
        _ => return Err(ApiError::bad("unsupported parse_mode")),
    };
    let mut formatted = trimmed(cleaned(parsed));
    drop_inside_code(&mut formatted.entities);
    add_found(&mut formatted);
    Ok(formatted)
}

/// `entities` given as a JSON array instead of a parse mode.
fn explicit_entities(given: Option<&Value>) -> Result<Vec<Entity>, ApiError> {
    let Some(Value::Array(items)) = given else { return Ok(Vec::new()) };
    items
        .iter()
        .map(|item| {
            serde_json::from_value(item.clone())
                .map_err(|error| ApiError::bad(format!("can't parse MessageEntity: {error}")))
        })
        .collect()
}

/// Control characters never reach a chat: `\r` vanishes, the others become spaces.
fn cleaned(parsed: Formatted) -> Formatted {
    let is_control = |c: char| c < ' ' && c != '\n';
    if !parsed.text.contains(is_control) {
        return parsed;
    }
    let mut removed_at = Vec::new();
    let mut text = String::with_capacity(parsed.text.len());
    let mut offset = 0;
    for c in parsed.text.chars() {
        match c {
            '\r' => removed_at.push(offset),
            c if is_control(c) => text.push(' '),
            c => text.push(c),
        }
        offset += c.len_utf16();
    }
    let moved = |at: usize| at - removed_at.iter().filter(|gone| **gone < at).count();
    let mut entities = parsed.entities;
    for entity in &mut entities {
        let end = moved(entity.end());
        entity.offset = moved(entity.offset);
        entity.length = end - entity.offset;
    }
    entities.retain(|entity| entity.length > 0);
    Formatted { text, entities }
}

/// Cuts white space off both ends, as Telegram does, and shortens entities to what is left.
fn trimmed(formatted: Formatted) -> Formatted {
    let Formatted { mut text, mut entities } = formatted;
    text.truncate(text.trim_end().len());
    let end = utf16_len(&text);
    entities.retain(|entity| entity.offset < end);
    for entity in &mut entities {
        entity.length = entity.length.min(end - entity.offset);
    }
    // Spaces in front stay when an entity begins with them; the first entity comes first, so one look is enough.
    let may_cut = entities.first().map_or(text.len(), |first| first.offset);
    let cut = text.bytes().take(may_cut).take_while(|b| matches!(b, b' ' | b'\n')).count();
    if cut > 0 {
        text.drain(..cut);
        for entity in &mut entities {
            entity.offset -= cut;
        }
    }
    sort(&mut entities);
    Formatted { text, entities }
}

/// Outer before inner, as Telegram lists them.
fn sort(entities: &mut [Entity]) {
    entities.sort_by(|a, b| a.offset.cmp(&b.offset).then(b.length.cmp(&a.length)));
}

/// Nothing is formatted inside `code` and `pre`.
fn drop_inside_code(entities: &mut Vec<Entity>) {
    let code: Vec<(usize, usize)> = entities
        .iter()
        .filter(|e| matches!(e.kind.as_str(), "code" | "pre"))
        .map(|e| (e.offset, e.end()))
        .collect();
    if code.is_empty() {
        return;
    }
    entities.retain(|entity| {
        matches!(entity.kind.as_str(), "code" | "pre" | "blockquote" | "expandable_blockquote")
            || !code.iter().any(|(from, to)| *from <= entity.offset && entity.end() <= *to)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(raw: &str) -> Formatted {
        format(raw, Some("HTML"), None).unwrap()
    }

    #[test]
    fn white_space_at_the_ends_is_cut_and_entities_follow() {
        let formatted = html("\n  Hi <b>Mina  \n</b>\n");
        assert_eq!(formatted.text, "Hi Mina");
        assert_eq!(formatted.entities, [Entity::new("bold", 3, 4)]);
    }

    #[test]
    fn carriage_returns_vanish_without_moving_what_is_bold() {
        let formatted = html("a\r\nb <b>c\r\nd</b>");
        assert_eq!(formatted.text, "a\nb c\nd");
        assert_eq!(formatted.entities, [Entity::new("bold", 4, 3)]);
    }

    #[test]
    fn inside_code_nothing_is_formatted() {
        let formatted = html("<code>a <b>b</b></code>");
        assert_eq!(formatted.entities, [Entity::new("code", 0, 3)]);
    }

    #[test]
    fn unknown_parse_modes_are_refused_and_case_is_ignored() {
        assert_eq!(format("x", Some("hTmL"), None).unwrap().text, "x");
        let refused = format("x", Some("rtf"), None).unwrap_err();
        assert_eq!(refused.description(), "Bad Request: unsupported parse_mode");
    }

    #[test]
    fn length_is_counted_in_utf16_units() {
        assert_eq!(utf16_len("a한😀"), 4);
    }
}
