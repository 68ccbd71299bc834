//! A text of several lines, some of which may be absent.

use super::argument::Args;
use super::catalog::{Key, say};
use super::html::Html;
use crate::domain::language::Language;

/// A text under construction, line by line from the top.
pub(super) struct Lines {
    language: Language,
    lines: Vec<String>,
}

impl Lines {
    /// No lines yet.
    pub(super) fn new(language: Language) -> Self {
        Self { language, lines: Vec::new() }
    }

    /// The text `key` as the next line or lines.
    pub(super) fn say(self, key: Key, args: Args) -> Self {
        let html = say(self.language, key, &args);
        self.push(html)
    }

    /// The text `key`, if there is something to put into it.
    pub(super) fn say_if_some(self, key: Key, args: Option<Args>) -> Self {
        match args {
            Some(args) => self.say(key, args),
            None => self,
        }
    }

    /// The text `key`, which takes no arguments, if `condition` holds.
    pub(super) fn say_if(self, condition: bool, key: Key) -> Self {
        self.say_if_some(key, condition.then(Args::new))
    }

    /// A finished line.
    pub(super) fn push(mut self, line: Html) -> Self {
        self.lines.push(line.into_string());
        self
    }

    /// A finished line, if there is one.
    pub(super) fn push_if_some(self, line: Option<Html>) -> Self {
        match line {
            Some(line) => self.push(line),
            None => self,
        }
    }

    /// An empty line.
    pub(super) fn blank(mut self) -> Self {
        self.lines.push(String::new());
        self
    }

    /// The text. An empty line with nothing after it is dropped.
    pub(super) fn finish(self) -> Html {
        Html::trusted(self.lines.join("\n").trim_end().to_owned())
    }
}
