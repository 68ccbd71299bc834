//! What an admin reads about `/invite`.

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use crate::domain::language::Language;

/// A link that an admin made for somebody.
#[derive(Clone, Copy, Debug)]
pub struct Invitation<'a> {
    /// What the account is called.
    pub account: &'a str,
    /// The link.
    pub link: &'a str,
    /// Whether the account is connected to a chat already.
    pub is_linked: bool,
}

impl Invitation<'_> {
    /// The answer to `/invite`.
    pub fn render(&self, language: Language) -> Html {
        Lines::new(language)
            .say(key!("invitation"), Args::new().name("account", self.account))
            .say(key!("invitation-link"), Args::new().sentence("link", self.link))
            .say_if(self.is_linked, key!("invitation-moves"))
            .finish()
    }
}

/// How it is done.
pub fn how_to_invite(language: Language) -> Html {
    say(language, key!("invite-how"), &Args::new())
}
