//! Telegram's HTML, parsed as strictly as Telegram parses it, with its very words for what is wrong.

mod tags;

use std::fmt;

use super::{Formatted, sort, utf16_len};
use crate::wire::Entity;

/// Why a text could not be parsed: what follows "can't parse entities: " in Telegram's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlError(String);

impl fmt::Display for HtmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HtmlError {}

/// The tags of the Bot API documentation, "HTML style".
const TAGS: [&str; 17] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// Parses Telegram's HTML into plain text and entities with UTF-16 offsets.
///
/// # Errors
/// The same words, with the same byte offsets, as Telegram's parser.
pub fn parse_html(source: &str) -> Result<Formatted, HtmlError> {
    let mut parser = Parser {
        source,
        at: 0,
        text: String::with_capacity(source.len()),
        utf16: 0,
        open: Vec::new(),
        entities: Vec::new(),
        broken: false,
    };
    parser.run()?;
    sort(&mut parser.entities);
    for entity in &mut parser.entities {
        // A language is remembered on `code` only until its `pre` is known to surround it.
        if entity.kind == "code" {
            entity.language = None;
        }
    }
    Ok(Formatted { text: parser.text, entities: parser.entities })
}

/// A start tag that waits for its end tag.
struct Open {
    name: &'static str,
    argument: String,
    unix_time: i64,
    utf16: usize,
    byte: usize,
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    text: String,
    utf16: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
    /// Half of a surrogate pair was written as a numeric entity.
    broken: bool,
}

/// White space as the parser means it; the end of the text (0) is white space too, which ends every scan.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

fn fail<T>(words: impl Into<String>) -> Result<T, HtmlError> {
    Err(HtmlError(words.into()))
}

impl Parser<'_> {
    /// The byte at `at`, 0 behind the end.
    fn byte(&self, at: usize) -> u8 {
        self.source.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) {
        while self.at < self.source.len() && test(self.byte(self.at)) {
            self.at += 1;
        }
    }

    fn run(&mut self) -> Result<(), HtmlError> {
        while self.at < self.source.len() {
            let rest = &self.source[self.at..];
            let plain = rest.find(['<', '&']).unwrap_or(rest.len());
            if plain > 0 {
                self.push(&self.source[self.at..self.at + plain]);
                self.at += plain;
            } else if rest.starts_with('&') {
                match self.character_reference() {
                    Some(character) => self.push_reference(character),
                    None => {
                        self.push("&");
                        self.at += 1;
                    }
                }
            } else if self.byte(self.at + 1) == b'/' {
                self.end_tag()?;
            } else {
                self.start_tag()?;
            }
        }
        if let Some(open) = self.open.last() {
            return fail(format!("Can't find end tag corresponding to start tag \"{}\"", open.name));
        }
        if self.broken {
            return fail(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
            );
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.utf16 += utf16_len(text);
    }

    fn push_reference(&mut self, code: u32) {
        let character = char::from_u32(code).unwrap_or_else(|| {
            self.broken = true;
            char::REPLACEMENT_CHARACTER
        });
        self.text.push(character);
        self.utf16 += character.len_utf16();
    }

    /// `&lt;`, `&#128512;`, `&#x1f600;` at the cursor; moves behind it. None: it is an ordinary `&`.
    fn character_reference(&mut self) -> Option<u32> {
        let from = self.at;
        let mut end = from + 1;
        let code = if self.byte(end) == b'#' {
            let radix = if self.byte(end + 1) == b'x' { 16 } else { 10 };
            end += if radix == 16 { 2 } else { 1 };
            let mut code = 0_u32;
            while let Some(digit) = char::from(self.byte(end)).to_digit(radix) {
                code = code.wrapping_mul(radix).wrapping_add(digit);
                end += 1;
            }
            if code == 0 || code >= 0x0010_ffff || end - from >= 10 {
                return None;
            }
            code
        } else {
            while self.byte(end).is_ascii_alphabetic() {
                end += 1;
            }
            match &self.source[from + 1..end] {
                "lt" => u32::from('<'),
                "gt" => u32::from('>'),
                "amp" => u32::from('&'),
                "quot" => u32::from('"'),
                _ => return None,
            }
        };
        self.at = if self.byte(end) == b';' { end + 1 } else { end };
        Some(code)
    }

    fn start_tag(&mut self) -> Result<(), HtmlError> {
        let begin = self.at;
        self.at += 1;
        self.skip_while(|b| !is_space(b) && b != b'>');
        if self.byte(self.at) == 0 {
            return fail(format!("Unclosed start tag at byte offset {begin}"));
        }
        let written = self.source[begin + 1..self.at].to_ascii_lowercase();
        let Some(name) = TAGS.into_iter().find(|tag| *tag == written) else {
            return fail(format!("Unsupported start tag \"{written}\" at byte offset {begin}"));
        };
        let mut open =
            Open { name, argument: String::new(), unix_time: 0, utf16: self.utf16, byte: self.text.len() };
        while self.byte(self.at) != b'>' {
            self.skip_while(is_space);
            if self.byte(self.at) == b'>' {
                break;
            }
            self.attribute(&mut open, begin)?;
        }
        if name == "span" && open.argument != "spoiler" {
            return fail(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.at += 1;
        self.open.push(open);
        Ok(())
    }

    /// One `name="value"` of the tag that began at byte `begin`.
    fn attribute(&mut self, open: &mut Open, begin: usize) -> Result<(), HtmlError> {
        let tag = open.name;
        let unclosed = || HtmlError(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
        let from = self.at;
        self.skip_while(|b| !is_space(b) && !matches!(b, b'=' | b'>' | b'/' | b'"' | b'\''));
        let name = &self.source[from..self.at];
        if name.is_empty() {
            return fail(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        self.skip_while(is_space);
        if self.byte(self.at) != b'=' {
            if self.byte(self.at) == 0 {
                return Err(unclosed());
            }
            if tag == "blockquote" && name == "expandable" {
                open.argument = "1".to_owned();
            }
            return Ok(());
        }
        self.at += 1;
        self.skip_while(is_space);
        if self.byte(self.at) == 0 {
            return Err(unclosed());
        }
        let value = match self.byte(self.at) {
            quote @ (b'"' | b'\'') => self.quoted_value(quote),
            _ => self.name_token()?,
        };
        if self.byte(self.at) == 0 {
            return fail(format!("Unclosed start tag at byte offset {begin}"));
        }
        tags::set_attribute(open, name, value);
        Ok(())
    }

    /// A value without quotes: letters, digits, periods and hyphens.
    fn name_token(&mut self) -> Result<String, HtmlError> {
        let from = self.at;
        self.skip_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        let next = self.byte(self.at);
        if !is_space(next) && next != b'>' {
            return fail(format!("Unexpected end of name token at byte offset {from}"));
        }
        Ok(self.source[from..self.at].to_ascii_lowercase())
    }

    fn quoted_value(&mut self, quote: u8) -> String {
        let mut value = String::new();
        self.at += 1;
        while self.at < self.source.len() && self.byte(self.at) != quote {
            if self.byte(self.at) == b'&'
                && let Some(code) = self.character_reference()
            {
                value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                continue;
            }
            let Some(character) = self.source[self.at..].chars().next() else { break };
            value.push(character);
            self.at += character.len_utf8();
        }
        if self.byte(self.at) == quote {
            self.at += 1;
        }
        value
    }

    fn end_tag(&mut self) -> Result<(), HtmlError> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return fail(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.at += 2;
        self.skip_while(|b| !is_space(b) && b != b'>');
        let found = self.source[begin + 2..self.at].to_ascii_lowercase();
        self.skip_while(is_space);
        if self.byte(self.at) != b'>' {
            return fail(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !found.is_empty() && found != open.name {
            return fail(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{found}>\"",
                open.name
            ));
        }
        self.at += 1;
        if self.utf16 > open.utf16 { self.close(open) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
