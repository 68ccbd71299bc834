//! Entities nobody marked: commands, mentions, hashtags and addresses that Telegram finds by itself.
//!
//! Handlers depend on these (a command is a `bot_command` entity at offset 0), so what a person types gets them
//! exactly as what a bot sends.

use super::{Formatted, check_link, sort, utf16_len};
use crate::wire::Entity;

/// Adds what is found in the plain text, wherever nothing was marked before.
pub(crate) fn add_found(formatted: &mut Formatted) {
    // Nothing to find without one of these: the common case must stay cheap.
    if !formatted.text.contains(['/', '@', '#']) {
        return;
    }
    let mut found = Vec::new();
    let mut offset = 0;
    let mut word = String::new();
    for character in formatted.text.chars().chain([' ']) {
        if character.is_whitespace() {
            let length = utf16_len(&word);
            if let Some(entity) = entity_of(&word, offset - length) {
                found.push(entity);
            }
            word.clear();
        } else {
            word.push(character);
        }
        offset += character.len_utf16();
    }
    found.retain(|new| !formatted.entities.iter().any(|old| hides(old, new)));
    if !found.is_empty() {
        formatted.entities.append(&mut found);
        sort(&mut formatted.entities);
    }
}

/// Whether a marked entity keeps a found one from being shown: links and code do, bold and quotes don't.
fn hides(old: &Entity, new: &Entity) -> bool {
    let overlaps = old.offset < new.end() && new.offset < old.end();
    overlaps
        && !matches!(
            old.kind.as_str(),
            "bold"
                | "italic"
                | "underline"
                | "strikethrough"
                | "spoiler"
                | "blockquote"
                | "expandable_blockquote"
        )
}

fn entity_of(word: &str, offset: usize) -> Option<Entity> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let lead = word.chars().next()?;
    let (kind, part) = match lead {
        '/' => ("bot_command", leading_command(word)?),
        '@' => {
            let name = prefix(&word[1..], is_name);
            // Telegram's usernames have 4–32 characters.
            ("mention", (4..=32).contains(&name.len()).then(|| &word[..=name.len()])?)
        }
        '#' => {
            let tag = prefix(&word[1..], |c| c.is_alphanumeric() || c == '_');
            let is_word = tag.chars().any(|c| !c.is_ascii_digit());
            ("hashtag", is_word.then(|| &word[..=tag.len()])?)
        }
        _ if word.starts_with("http://") || word.starts_with("https://") => {
            let address = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '…']);
            check_link(address).ok()?;
            ("url", address)
        }
        _ => return None,
    };
    Some(Entity::new(kind, offset, utf16_len(part)))
}

/// `/name` or `/name@bot` at the start of a word; commands have 1–64 characters.
fn leading_command(word: &str) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = prefix(&word[1..], is_name);
    if name.is_empty() || name.len() > 64 {
        return None;
    }
    let mut end = 1 + name.len();
    if let Some(bot) = word[end..].strip_prefix('@') {
        let bot = prefix(bot, is_name);
        if !bot.is_empty() {
            end += 1 + bot.len();
        }
    }
    // `/usr/bin` is a path.
    if word[end..].starts_with('/') { None } else { Some(&word[..end]) }
}

fn prefix(text: &str, keep: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !keep(c)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, usize, usize)> {
        let mut formatted = Formatted { text: text.to_owned(), entities: Vec::new() };
        add_found(&mut formatted);
        formatted.entities.into_iter().map(|e| (e.kind, e.offset, e.length)).collect()
    }

    #[test]
    fn a_command_is_found_with_its_bot_and_without_its_argument() {
        assert_eq!(found("/start abc_DEF"), [("bot_command".to_owned(), 0, 6)]);
        assert_eq!(found("/stats@scheduler_bot now"), [("bot_command".to_owned(), 0, 20)]);
        assert_eq!(found("😀 see /help!"), [("bot_command".to_owned(), 7, 5)]);
        assert_eq!(found("/usr/bin / /"), []);
    }

    #[test]
    fn mentions_tags_and_addresses_are_found() {
        assert_eq!(found("@mina_k #잘한다 #1"), [("mention".to_owned(), 0, 7), ("hashtag".to_owned(), 8, 4)]);
        assert_eq!(found("see https://example.com/a."), [("url".to_owned(), 4, 21)]);
        assert_eq!(found("http://localhost/"), []);
    }

    #[test]
    fn what_is_marked_as_code_or_link_stays_alone() {
        let mut formatted =
            Formatted { text: "/start x".to_owned(), entities: vec![Entity::new("code", 0, 6)] };
        add_found(&mut formatted);
        assert_eq!(formatted.entities.len(), 1);
    }
}
