//! Several events told by one message.

use super::argument::Args;
use super::catalog::key;
use super::digest::failures;
use super::html::Html;
use super::lines::Lines;
use crate::domain::carried::Carried;
use crate::domain::language::Language;

/// What went by while it could not be told: Telegram, or we, were away.
pub fn while_away(language: Language, carried: &Carried) -> Html {
    let count = |count: u64| (count > 0).then(|| Args::new().count("count", count));
    Lines::new(language)
        .say(key!("while-away"), Args::new())
        .blank()
        .say_if_some(key!("digest-published"), count(carried.published))
        .push_if_some(failures(language, carried.failed, &carried.causes))
        .say_if_some(key!("carried-unconfirmed"), count(carried.unconfirmed))
        .say_if_some(key!("carried-automations"), count(carried.automations))
        .say_if_some(key!("carried-announcements"), count(carried.announcements))
        .finish()
}
