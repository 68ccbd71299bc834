//! Channels that accounts connect to be posted to: asking, connecting, losing.

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use crate::domain::language::Language;

/// The question to whoever gave the bot the right to post in the channel `title`.
pub fn ask(language: Language, title: &str, account_name: &str) -> Html {
    say(language, key!("channel-ask"), &both(title, account_name))
}

/// The same person has no account connected yet.
pub fn not_linked(language: Language, title: &str) -> Html {
    say(language, key!("channel-not-linked"), &channel(title))
}

/// The account's posts may go there now; replaces the question.
pub fn connected(language: Language, title: &str, account_name: &str) -> Html {
    say(language, key!("channel-connected"), &both(title, account_name))
}

/// The bot, or whoever tapped, may not post there; replaces the question.
pub fn no_rights(language: Language) -> Html {
    say(language, key!("channel-no-rights"), &Args::new())
}

/// The account has as many channels as it may; replaces the question.
pub fn too_many(language: Language) -> Html {
    say(language, key!("channel-too-many"), &Args::new())
}

/// Nothing is connected; replaces the question.
pub fn kept(language: Language) -> Html {
    say(language, key!("channel-kept"), &Args::new())
}

/// To the person whose posts can't go to the channel any more.
pub fn lost(language: Language, title: &str) -> Html {
    say(language, key!("channel-lost"), &channel(title))
}

fn channel(title: &str) -> Args {
    Args::new().name("title", title)
}

fn both(title: &str, account_name: &str) -> Args {
    channel(title).name("account", account_name)
}
