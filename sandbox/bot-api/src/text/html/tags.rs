//! What each tag means, once it is closed.

use super::{HtmlError, Open, Parser, fail};
use crate::text::check_link;
use crate::wire::Entity;

impl Parser<'_> {
    /// Turns a finished tag into its entity.
    pub(super) fn close(&mut self, open: Open) -> Result<(), HtmlError> {
        let length = self.utf16 - open.utf16;
        let mut entity = Entity::new("", open.utf16, length);
        entity.kind = match open.name {
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "u" | "ins" => "underline",
            "s" | "strike" | "del" => "strikethrough",
            "tg-spoiler" | "span" => "spoiler",
            "blockquote" if open.argument.is_empty() => "blockquote",
            "blockquote" => "expandable_blockquote",
            "pre" | "code" => return self.close_code(open, entity),
            "a" => return self.close_link(open, entity),
            "tg-emoji" => return self.close_emoji(open, entity),
            _ => return self.close_time(open, entity),
        }
        .to_owned();
        self.entities.push(entity);
        Ok(())
    }

    /// `<pre><code class="language-x">` and the other way round are one entity with a language.
    fn close_code(&mut self, open: Open, mut entity: Entity) -> Result<(), HtmlError> {
        let same_place = self
            .entities
            .last_mut()
            .filter(|last| last.offset == entity.offset && last.length == entity.length);
        match same_place {
            Some(last) if open.name == "pre" && last.kind == "code" && last.language.is_some() => {
                last.kind = "pre".to_owned();
            }
            Some(last) if open.name == "code" && last.kind == "pre" && !open.argument.is_empty() => {
                last.language = Some(open.argument);
            }
            _ => {
                entity.kind = open.name.to_owned();
                entity.language = Some(open.argument).filter(|language| !language.is_empty());
                self.entities.push(entity);
            }
        }
        Ok(())
    }

    /// A link with an address Telegram does not accept loses the link and keeps its words, without any error.
    fn close_link(&mut self, open: Open, mut entity: Entity) -> Result<(), HtmlError> {
        let address =
            if open.argument.is_empty() { self.text[open.byte..].to_owned() } else { open.argument };
        if let Ok(url) = check_link(&address) {
            entity.kind = "text_link".to_owned();
            entity.url = Some(url);
            self.entities.push(entity);
        }
        Ok(())
    }

    fn close_emoji(&mut self, open: Open, mut entity: Entity) -> Result<(), HtmlError> {
        if open.argument.parse::<i64>().map_or(true, |id| id == 0) {
            return fail("Invalid custom emoji identifier specified");
        }
        entity.kind = "custom_emoji".to_owned();
        entity.custom_emoji_id = Some(open.argument);
        self.entities.push(entity);
        Ok(())
    }

    /// `<tg-time unix="…" format="…">`; the format is `r`, or any of `t T d D w`.
    fn close_time(&mut self, open: Open, mut entity: Entity) -> Result<(), HtmlError> {
        let relative = matches!(open.argument.as_str(), "r" | "R");
        if !relative && open.argument.contains(|c| !matches!(c, 't' | 'T' | 'd' | 'D' | 'w' | 'W')) {
            return fail("Invalid date format used");
        }
        if open.unix_time > 0 {
            entity.kind = "date_time".to_owned();
            entity.unix_time = Some(open.unix_time);
            entity.date_time_format = Some(open.argument);
            self.entities.push(entity);
        }
        Ok(())
    }
}

/// Keeps the attributes that mean something to their tag; others are ignored, as Telegram does.
pub(super) fn set_attribute(open: &mut Open, name: &str, value: String) {
    match (open.name, name) {
        ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "format") => open.argument = value,
        ("code", "class") => {
            if let Some(language) = value.strip_prefix("language-") {
                open.argument = language.to_owned();
            }
        }
        ("span", "class") => {
            if let Some(class) = value.strip_prefix("tg-") {
                open.argument = class.to_owned();
            }
        }
        ("blockquote", "expandable") => open.argument = "1".to_owned(),
        ("tg-time", "unix") => open.unix_time = i64::from(value.parse::<i32>().unwrap_or(0)),
        _ => {}
    }
}
