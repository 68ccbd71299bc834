//! Hello, connect, switch, move, disconnect, come back.

use super::argument::Args;
use super::button::Button;
use super::catalog::{key, say};
use super::hours::Hours;
use super::html::Html;
use super::lines::Lines;
use super::words::written;
use crate::domain::language::Language;

/// The answer to `/start` in a chat without an account. `has_settings_button`: whether
/// [`Button::OpenSettings`] is under it.
pub fn hello_unlinked(language: Language, first_name: &str, has_settings_button: bool) -> Html {
    let open = if has_settings_button { key!("hello-open-button") } else { key!("hello-open-web") };
    Lines::new(language)
        .say(key!("hello"), Args::new().name("name", first_name))
        .say(open, Args::new())
        .say(key!("hello-connect"), Args::new())
        .finish()
}

/// The question that a good link token leads to. Only a tap on its first button spends the token.
#[derive(Clone, Copy, Debug)]
pub struct LinkRequest<'a> {
    /// The account that the token is for.
    pub account: &'a str,
    /// Its e-mail address, already masked ("m•••a@example.com").
    pub masked_email: Option<&'a str>,
    /// What this chat is called: "@mina_k", or the first name of somebody without a username.
    pub chat: &'a str,
    /// The other account that this chat is connected to now and would lose.
    pub connected_now: Option<&'a str>,
    /// Whether another chat is connected to `account` now and would lose it.
    pub elsewhere: bool,
}

impl LinkRequest<'_> {
    /// The question: connect this chat, switch its account, or move the account here.
    pub fn render(&self, language: Language) -> Html {
        let text = match self.connected_now {
            Some(now) => self.switch(Lines::new(language), now),
            None if self.elsewhere => {
                self.connect(Lines::new(language).say(key!("link-ask-move"), Args::new()))
            }
            None => self.connect(Lines::new(language).say(key!("link-ask-connect"), Args::new())),
        };
        text.finish()
    }

    /// The buttons below it: the one that spends the token, and the one that leaves all as it is.
    pub fn buttons(&self) -> [Button; 2] {
        match (self.connected_now, self.elsewhere) {
            (Some(_), _) => [Button::Switch, Button::Keep],
            (None, true) => [Button::MoveHere, Button::Keep],
            (None, false) => [Button::Connect, Button::Cancel],
        }
    }

    fn connect(&self, title: Lines) -> Lines {
        let text = match self.email() {
            Some(email) => title.say(key!("link-account-email"), email),
            None => title.say(key!("link-account"), account(self.account)),
        };
        text.say(key!("link-chat"), Args::new().name("chat", self.chat))
            .blank()
            .say_if_some(key!("link-stops-elsewhere"), self.loses_elsewhere())
            .say(key!("link-readers"), Args::new())
    }

    fn switch(&self, text: Lines, now: &str) -> Lines {
        let text = text.say(key!("link-ask-switch"), Args::new()).say(key!("link-now"), account(now));
        let text = match self.email() {
            Some(email) => text.say(key!("link-new-email"), email),
            None => text.say(key!("link-new"), account(self.account)),
        };
        text.blank()
            .say(key!("link-stops-here"), account(now))
            .say_if_some(key!("link-stops-elsewhere"), self.loses_elsewhere())
    }

    fn email(&self) -> Option<Args> {
        Some(account(self.account).name("email", written(self.masked_email)?))
    }

    fn loses_elsewhere(&self) -> Option<Args> {
        self.elsewhere.then(|| account(self.account))
    }
}

/// The chat is connected now; replaces the question.
pub fn linked(language: Language, account_name: &str, hours: &Hours) -> Html {
    Lines::new(language)
        .say(key!("linked"), account(account_name))
        .say(key!("linked-failed"), Args::new())
        .say(key!("linked-digest"), Args::new().html("digest", hours.digest_with_zone(language)))
        .say_if_some(
            key!("linked-quiet"),
            hours.zone_is_known.then(|| Args::new().html("quiet", hours.quiet(language))),
        )
        .say_if(!hours.zone_is_known, key!("linked-no-zone"))
        .blank()
        .say(key!("linked-more"), Args::new())
        .finish()
}

/// The one answer to used, expired, foreign and malformed link tokens: whoever tries tokens learns nothing.
pub fn token_bad(language: Language) -> Html {
    say(language, key!("token-bad"), &Args::new())
}

/// The token is for the account that this chat is connected to already.
pub fn already_same(language: Language, account_name: &str) -> Html {
    say(language, key!("already-linked"), &account(account_name))
}

/// [`Button::Cancel`] or [`Button::Keep`] under a [`LinkRequest`]; replaces the question.
pub fn link_cancelled(language: Language) -> Html {
    say(language, key!("link-cancelled"), &Args::new())
}

/// To the chat that an account has just left for another one.
pub fn moved_away(language: Language, account_name: &str) -> Html {
    say(language, key!("moved-away"), &account(account_name))
}

/// `/unlink`: are you sure?
pub fn unlink_ask(language: Language, account_name: &str) -> Html {
    say(language, key!("unlink-ask"), &account(account_name))
}

/// [`Button::Disconnect`]; replaces the question.
pub fn unlinked(language: Language) -> Html {
    say(language, key!("unlinked"), &Args::new())
}

/// [`Button::Keep`] under [`unlink_ask`]; replaces the question.
pub fn unlink_kept(language: Language, account_name: &str) -> Html {
    say(language, key!("unlink-kept"), &account(account_name))
}

/// A command that needs an account (`/test`, `/unlink`) in a chat without one.
pub fn not_linked(language: Language) -> Html {
    say(language, key!("not-linked"), &Args::new())
}

/// To somebody who had blocked the bot and is back. `missed`: the notices that were not sent meanwhile.
pub fn back(language: Language, account_name: &str, missed: u64) -> Html {
    Lines::new(language)
        .say(key!("back"), account(account_name))
        .say_if_some(key!("back-missed"), (missed > 0).then(|| Args::new().count("missed", missed)))
        .finish()
}

fn account(name: &str) -> Args {
    Args::new().name("account", name)
}
