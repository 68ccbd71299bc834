//! Groups and topics to which an account's notices go: connecting one, asking in it, losing and removing it.

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use crate::domain::language::Language;
use crate::domain::place::PlaceNotice;

/// How many accounts does a message list?
const LISTED: usize = 6;

/// To whoever asks for something in a group that there is only in the private chat, and to a group that adds the bot.
pub fn group(language: Language) -> Html {
    say(language, key!("group"), &Args::new())
}

/// The one answer in a group to tokens that do nothing there, and to whoever may not use one: it tells neither apart.
pub fn token_bad(language: Language) -> Html {
    say(language, key!("place-token-bad"), &Args::new())
}

/// The question that a good token leads to, in a group or in one of its topics.
pub fn ask(language: Language, account_name: &str, in_topic: bool) -> Html {
    let question = if in_topic { key!("place-ask-topic") } else { key!("place-ask-group") };
    Lines::new(language).say(question, account(account_name)).say(key!("place-readers"), Args::new()).finish()
}

/// The account has no chat of its own yet.
pub fn not_linked(language: Language) -> Html {
    say(language, key!("place-not-linked"), &Args::new())
}

/// The account has as many groups as it may.
pub fn too_many(language: Language) -> Html {
    say(language, key!("place-too-many"), &Args::new())
}

/// The account's notices come here now; replaces the question.
pub fn connected(language: Language, account_name: &str) -> Html {
    say(language, key!("place-connected"), &account(account_name))
}

/// The token is for an account whose notices come here already.
pub fn already_here(language: Language, account_name: &str) -> Html {
    say(language, key!("place-already"), &account(account_name))
}

/// `/status` in a group: whose notices come there.
pub fn status(language: Language, accounts: &[&str]) -> Html {
    if accounts.is_empty() {
        return say(language, key!("place-none"), &Args::new());
    }
    listed(Lines::new(language).say(key!("place-status"), Args::new()), accounts)
        .say(key!("place-status-stop"), Args::new())
        .finish()
}

/// `/unlink` in a group: which of the accounts on the buttons?
pub fn stop_ask(language: Language) -> Html {
    say(language, key!("place-stop-ask"), &Args::new())
}

/// The button that stops the notices of one account; plain text.
pub fn stop_button(language: Language, account_name: &str) -> String {
    say(language, key!("place-stop-button"), &Args::new().label("account", account_name)).plain()
}

/// They don't come any more; replaces the question.
pub fn stopped(language: Language) -> Html {
    say(language, key!("place-stopped"), &Args::new())
}

/// To a group that the bot was added to again: whose notices come there as before.
pub fn resumed(language: Language, accounts: &[&str]) -> Html {
    listed(Lines::new(language).say(key!("place-resumed"), Args::new()), accounts).finish()
}

/// A notice in a group, with the account that it is from.
pub fn from_account(language: Language, notice: Html, account_name: &str) -> Html {
    Lines::new(language).push(notice).say(key!("place-from"), account(account_name)).finish()
}

/// To the person whose notices go, or went, to the group `title`: what happened to it, and who did it.
pub fn happened(language: Language, what: PlaceNotice, title: &str, by: Option<&str>) -> Html {
    let title = Args::new().name("title", title);
    let by = by.map(|name| Args::new().name("name", name));
    match what {
        PlaceNotice::Connected => Lines::new(language)
            .say(key!("place-new"), title)
            .say_if_some(key!("place-by"), by)
            .say(key!("place-remove"), Args::new())
            .finish(),
        PlaceNotice::Lost => say(language, key!("place-lost"), &title),
        PlaceNotice::Removed => {
            Lines::new(language).say(key!("place-removed"), title).say_if_some(key!("place-by"), by).finish()
        }
    }
}

/// Above the account's groups, each on a button that removes it.
pub fn list(language: Language, is_empty: bool) -> Html {
    let key = if is_empty { key!("place-list-none") } else { key!("place-list") };
    say(language, key, &Args::new())
}

/// The button that removes the group `title`; plain text. `out_of_reach`: nothing can be sent there now.
pub fn remove_button(language: Language, title: &str, out_of_reach: bool) -> String {
    let title = Args::new().label("title", title);
    let key = if out_of_reach { key!("remove-lost-place") } else { key!("remove-place") };
    say(language, key, &title).plain()
}

/// Each account on a line of its own, as many as a message should have lines.
fn listed(text: Lines, accounts: &[&str]) -> Lines {
    accounts.iter().take(LISTED).fold(text, |text, name| text.say(key!("place-from"), account(name)))
}

fn account(name: &str) -> Args {
    Args::new().name("account", name)
}
