//! What admins did last.

use std::time::Duration;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::time::age;
use crate::domain::language::Language;

/// Something that an admin did.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// What, as stored.
    pub action: &'a str,
    /// To what.
    pub subject: Option<&'a str>,
    /// Who, as stored.
    pub by: &'a str,
    /// How long ago.
    pub ago: Duration,
}

/// The last deeds, a line for each.
pub fn deeds(language: Language, last: &[Deed<'_>]) -> Html {
    if last.is_empty() {
        return say(language, key!("audit-none"), &Args::new());
    }
    let text = Lines::new(language).say(key!("audit"), Args::new());
    last.iter().fold(text, |text, deed| text.push(deed.render(language))).finish()
}

impl Deed<'_> {
    fn render(&self, language: Language) -> Html {
        let what = Args::new()
            .name("action", self.action)
            .name("name", self.action)
            .name("subject", self.subject.unwrap_or_default());
        let args = Args::new()
            .html("what", say(language, key!("audit-what"), &what))
            .name("who", self.by)
            .html("age", age(language, self.ago));
        say(language, key!("audit-deed"), &args)
    }
}
