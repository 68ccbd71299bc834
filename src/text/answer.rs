//! Help, unknown commands, apologies, and the toasts that answer a tap.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::menu::{Audience, Command};
use super::time::time_of_day;
use super::words::written;
use crate::domain::language::Language;

/// The answer to `/help`. `support`: where to turn to, an e-mail address or a @name.
pub fn help(language: Language, audience: Audience, support: Option<&str>) -> Html {
    // The reader has found /start, and this is /help.
    let people = Command::menu(Audience::People);
    let listed = people.iter().filter(|command| !matches!(command, Command::Start | Command::Help));
    // Admins have their menu with every description: here one line, so that the help stays short.
    let more: Vec<String> = Command::menu(audience)
        .iter()
        .filter(|command| !people.contains(command))
        .map(|command| format!("/{}", command.name()))
        .collect();
    let more = (!more.is_empty()).then(|| Args::new().sentence("commands", &more.join(" ")));
    commands(Lines::new(language).say(key!("help"), Args::new()), language, listed)
        .say_if_some(key!("help-admins"), more)
        .say_if_some(
            key!("help-support"),
            // Whom admins would turn to is themselves.
            written(support)
                .filter(|_| audience == Audience::People)
                .map(|contact| Args::new().name("contact", contact)),
        )
        .finish()
}

/// The answer to a command that does not exist, or not for this person.
pub fn unknown_command(language: Language) -> Html {
    say(language, key!("unknown-command"), &Args::new())
}

/// The answer to anything that is not a command.
pub fn plain_text(language: Language) -> Html {
    let text = Lines::new(language).say(key!("plain-text"), Args::new());
    commands(text, language, &[Command::Status, Command::Help]).finish()
}

/// The answer to a message that was changed after it was sent.
pub fn edited(language: Language) -> Html {
    say(language, key!("edited"), &Args::new())
}

/// The one answer to more messages than can be read.
pub fn too_much(language: Language) -> Html {
    say(language, key!("too-much"), &Args::new())
}

/// The answer when a command failed on our side.
pub fn busy(language: Language) -> Html {
    say(language, key!("busy"), &Args::new())
}

/// A short line over the chat that answers a tap on a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toast {
    /// It was done.
    Done,
    /// The button is outdated, or was used.
    Expired,
    /// Somebody has done it, or something else, before.
    Handled,
    /// The button was meant for somebody else.
    NotYours,
    /// It failed on our side.
    TryLater,
}

impl Toast {
    /// Every toast.
    pub const ALL: [Self; 5] = [Self::Done, Self::Expired, Self::Handled, Self::NotYours, Self::TryLater];

    /// The words, as plain text (`answerCallbackQuery` allows 200 characters).
    pub fn text(self, language: Language) -> String {
        let key = match self {
            Self::Done => key!("toast-done"),
            Self::Expired => key!("toast-expired"),
            Self::Handled => key!("toast-handled"),
            Self::NotYours => key!("toast-not-yours"),
            Self::TryLater => key!("toast-later"),
        };
        say(language, key, &Args::new()).plain()
    }
}

/// The toast that answers [Mute 1 h]: until when, on the clock of `zone`; plain text.
pub fn muted_toast(language: Language, until: DateTime<Utc>, zone: Tz) -> String {
    let time = time_of_day(language, until.with_timezone(&zone).time());
    say(language, key!("toast-muted"), &Args::new().html("time", time)).plain()
}

fn commands<'a>(text: Lines, language: Language, commands: impl IntoIterator<Item = &'a Command>) -> Lines {
    commands.into_iter().fold(text, |text, command| {
        let description = command.description(language);
        let args = Args::new().name("command", command.name()).sentence("description", &description);
        text.say(key!("help-command"), args)
    })
}
