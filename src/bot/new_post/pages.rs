//! The questions of `/new`, each a text and the buttons below it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::destinations::Destinations;
use crate::bot::Bot;
use crate::bot::reply::Reply;
use crate::bot::tap::{DraftTap, Tap, network_tag};
use crate::bot::when::{self, zone};
use crate::domain::account::Settings;
use crate::domain::draft::{Draft, DraftTime, LATELY, Step};
use crate::domain::typed_time::Unusable;
use crate::store::StoreError;
use crate::text::new_post::{Choice, Destination, TooLong, networks_question, text_question};

/// How many networks stand side by side?
const NETWORKS_A_ROW: usize = 2;

/// A button's label and what it does.
type Labelled = (String, Tap);

/// What the draft is at.
pub(super) async fn of(bot: &Bot, settings: &Settings, draft: &Draft) -> Result<Reply, StoreError> {
    Ok(match draft.step {
        Step::Text => Reply::from(text_question(settings.language())).labelled_rows(vec![vec![button(
            settings,
            draft,
            Choice::Drop,
            DraftTap::Drop,
        )]]),
        Step::Networks => where_to(settings, draft, &Destinations::of(bot, &settings.account).await?),
        Step::Time => when(bot, settings, draft, None),
        Step::Review => review(bot, settings, draft).await?,
    })
}

/// When it goes out; `unusable`: why the words that were sent say nothing about that.
pub(super) fn when(bot: &Bot, settings: &Settings, draft: &Draft, unusable: Option<Unusable>) -> Reply {
    let presets = when::presets(bot, settings, |preset| tap(draft, DraftTap::At(preset)));
    let times: Vec<Labelled> =
        [button(settings, draft, Choice::AtOnce, DraftTap::AtOnce)].into_iter().chain(presets).collect();
    let mut rows: Vec<Vec<Labelled>> = times.chunks(2).map(<[_]>::to_vec).collect();
    rows.push(vec![
        button(settings, draft, Choice::Networks, DraftTap::Ask(Step::Networks)),
        button(settings, draft, Choice::Drop, DraftTap::Drop),
    ]);
    Reply::from(when::question(bot, settings, unusable)).labelled_rows(rows)
}

/// Where it goes and when, for its reader.
pub(super) fn destination<'a>(
    bot: &Bot,
    settings: &Settings,
    networks: &'a [&'a str],
    at: Option<DateTime<Utc>>,
) -> Destination<'a> {
    Destination { networks, at, zone: zone(bot, settings) }
}

fn where_to(settings: &Settings, draft: &Draft, destinations: &Destinations<'_>) -> Reply {
    let network = |name: &str| {
        let chosen = draft.networks.contains(name);
        let tap = DraftTap::Network { network_tag: network_tag(name), chosen: !chosen };
        button(settings, draft, Choice::Network { name: destinations.shown(name), chosen }, tap)
    };
    let networks: Vec<Labelled> = destinations.for_draft(draft).into_iter().map(network).collect();
    let mut rows: Vec<Vec<Labelled>> = networks.chunks(NETWORKS_A_ROW).map(<[_]>::to_vec).collect();
    if !destinations.chosen_in(draft).is_empty() {
        rows.push(vec![button(settings, draft, Choice::Next, DraftTap::GoOn)]);
    }
    rows.push(vec![
        button(settings, draft, Choice::Text, DraftTap::Ask(Step::Text)),
        button(settings, draft, Choice::Drop, DraftTap::Drop),
    ]);
    let text = draft.text.as_deref().unwrap_or_default();
    let some_take_none = destinations.for_draft(draft).len() < destinations.names().len();
    Reply::from(networks_question(settings.language(), text, some_take_none)).labelled_rows(rows)
}

/// Whether all is right. What does not fit can't be posted, only changed.
async fn review(bot: &Bot, settings: &Settings, draft: &Draft) -> Result<Reply, StoreError> {
    let destinations = Destinations::of(bot, &settings.account).await?;
    let networks = destinations.chosen_in(draft);
    let text = draft.text.as_deref().unwrap_or_default();
    let length = text.encode_utf16().count();
    let too_long: Vec<TooLong<'_>> = networks
        .iter()
        .filter_map(|name| {
            let limit = destinations.text_limit(name, draft).filter(|limit| length > *limit)?;
            Some(TooLong { network: destinations.shown(name), limit, length })
        })
        .collect();
    let asked: BTreeSet<String> = networks.iter().map(|name| (*name).to_owned()).collect();
    let again = match text.is_empty() {
        // Two pictures without words are not the same post.
        true => BTreeSet::new(),
        false => bot.store.posted_since(&draft.account, text, &asked, bot.clock.now() - LATELY).await?,
    };
    let again: Vec<&str> = again.iter().map(|name| destinations.shown(name)).collect();
    let shown: Vec<&str> = networks.iter().map(|name| destinations.shown(name)).collect();
    let at = match draft.time {
        Some(DraftTime::At(at)) => Some(at),
        Some(DraftTime::AtOnce) | None => None,
    };
    let review = destination(bot, settings, &shown, at).review(settings.language(), &too_long, &again);
    let ask = |choice, step| button(settings, draft, choice, DraftTap::Ask(step));
    let mut rows = vec![
        vec![
            ask(Choice::Text, Step::Text),
            ask(Choice::Networks, Step::Networks),
            ask(Choice::Time, Step::Time),
        ],
        vec![button(settings, draft, Choice::Drop, DraftTap::Drop)],
    ];
    if too_long.is_empty() && !networks.is_empty() {
        rows.insert(0, vec![button(settings, draft, Choice::Post { at_once: at.is_none() }, DraftTap::Post)]);
    }
    Ok(Reply::from(review).labelled_rows(rows))
}

fn button(settings: &Settings, draft: &Draft, choice: Choice<'_>, what: DraftTap) -> Labelled {
    (choice.label(settings.language()), tap(draft, what))
}

/// A tap that works for this draft only.
fn tap(draft: &Draft, tap: DraftTap) -> Tap {
    Tap::Draft { tag: draft.tag.clone(), tap }
}
