//! Several events told by one message.

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::digest::failures;
use super::html::{Html, joined};
use super::lines::Lines;
use super::words::written;
use crate::domain::carried::Carried;
use crate::domain::language::Language;

/// A message's lines at most.
const LINES: usize = 8;

/// How many automations or announcements does a line tell in their own words?
const SAID_SHOWN: usize = 2;

/// `told`, which should have come long before.
pub fn late(language: Language, told: Html) -> Html {
    Lines::new(language).say(key!("while-away"), Args::new()).blank().push(told).finish()
}

/// What went by while it could not be told: Telegram, or we, were away.
pub fn while_away(language: Language, carried: &Carried) -> Html {
    told(Lines::new(language).say(key!("while-away"), Args::new()).blank(), language, carried)
}

/// What was held back, by quiet hours, a mute or because it is gathered.
pub fn catch_up(language: Language, carried: &Carried) -> Html {
    let nothing_else = Carried { published: carried.published, ..Carried::default() };
    if *carried == nothing_else {
        // Gathered posts: the verdict is all there is to say.
        return say(language, key!("digest-published"), &Args::new().count("count", carried.published));
    }
    told(Lines::new(language).say(key!("catch-up"), Args::new()).blank(), language, carried)
}

/// `digest`, and below it what it does not count itself of what was held back until it came.
pub fn below_digest(language: Language, digest: Html, carried: &Carried) -> Html {
    let told =
        [unconfirmed(language, carried), automations(language, carried), announcements(language, carried)];
    let told: Vec<Html> = told.into_iter().flatten().collect();
    if told.is_empty() {
        return digest;
    }
    let mut lines: Vec<String> = digest.as_str().lines().map(str::to_owned).collect();
    // The gap below the title gives way before anything that is told.
    if lines.len() >= LINES {
        lines.retain(|line| !line.is_empty());
    }
    let whole = lines.iter().fold(Lines::new(language), |text, line| text.push(Html::trusted(line.clone())));
    whole.push(joined(told)).finish()
}

fn told(text: Lines, language: Language, carried: &Carried) -> Html {
    let published = (carried.published > 0).then(|| Args::new().count("count", carried.published));
    text.say_if_some(key!("digest-published"), published)
        .push_if_some(failures(language, carried.failed, &carried.causes))
        .push_if_some(unconfirmed(language, carried))
        .push_if_some(automations(language, carried))
        .push_if_some(announcements(language, carried))
        .finish()
}

fn unconfirmed(language: Language, carried: &Carried) -> Option<Html> {
    counted(language, key!("carried-unconfirmed"), carried.unconfirmed, &[])
}

fn automations(language: Language, carried: &Carried) -> Option<Html> {
    counted(language, key!("carried-automations"), carried.automations, &carried.automations_said)
}

fn announcements(language: Language, carried: &Carried) -> Option<Html> {
    counted(language, key!("carried-announcements"), carried.announcements, &carried.announcements_said)
}

/// "📣 2 announcements · “Maintenance tonight” · “New prices”"; nothing where there is none.
fn counted(language: Language, key: Key, count: u64, said: &[String]) -> Option<Html> {
    let count = (count > 0).then(|| say(language, key, &Args::new().count("count", count)))?;
    let said = said.iter().take(SAID_SHOWN).filter_map(|words| {
        let words = Args::new().sentence("text", written(Some(words))?);
        Some(say(language, key!("quoted"), &words))
    });
    Some(joined([count].into_iter().chain(said)))
}
