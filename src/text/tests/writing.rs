//! The texts about writing posts, moving and approving them, with given words in every place that takes words.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::domain::approval::ApprovalNotice;
use crate::domain::language::Language;
use crate::domain::typed_time::{Preset, Unusable};
use crate::text::Html;
use crate::text::approval::NeedsApproval;
use crate::text::new_post::{self, Destination, TooLong};
use crate::text::when::{WhenQuestion, back_button, preset_button};

/// Every message about writing posts.
pub(super) fn messages(language: Language, words: &str, full: bool) -> Vec<Html> {
    let now = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let zone = Tz::America__Argentina__ComodRivadavia;
    let networks = if full { &[words; 5][..] } else { &[words][..] };
    let destination = Destination { networks, at: full.then_some(now), zone };
    let too_long = [TooLong { network: words, limit: 4_096, length: usize::MAX }; 5];
    let too_long = if full { &too_long[..] } else { &[] };
    let unusable = [Unusable::NotUnderstood, Unusable::NoTimeOfDay, Unusable::Past, Unusable::TooFar];
    let mut texts = vec![
        new_post::text_question(language),
        new_post::networks_question(language, words, full),
        new_post::only_text_or_media(language),
        new_post::no_media(language),
        new_post::preview_below(language),
        new_post::use_buttons(language, new_post::networks_question(language, words, full)),
        new_post::no_networks(language),
        new_post::dropped(language),
        destination.review(language, too_long, networks),
        destination.scheduled(language),
        WhenQuestion { unusable: None, zone, now }.render(language),
    ];
    let address = format!("https://post.example/?q={words}");
    let asked = NeedsApproval {
        network: words,
        text: full.then_some(words),
        media_url: full.then_some(&*address),
        at: full.then_some(now),
        zone,
    };
    let notices = [ApprovalNotice::Asked, ApprovalNotice::Reminder, ApprovalNotice::Missed];
    texts.extend(notices.map(|notice| asked.render(language, notice)));
    texts.extend(unusable.map(|it| WhenQuestion { unusable: Some(it), zone, now }.render(language)));
    texts
}

/// Every label: its limit in UTF-16 units, and the text.
pub(super) fn labels(language: Language) -> Vec<(usize, String)> {
    let evening = DateTime::from_timestamp(1_795_334_400, 0).expect("a moment");
    let choices = [
        new_post::Choice::Network { name: "instagram", chosen: true },
        new_post::Choice::Network { name: "instagram", chosen: false },
        new_post::Choice::Next,
        new_post::Choice::AtOnce,
        new_post::Choice::Post { at_once: true },
        new_post::Choice::Post { at_once: false },
        new_post::Choice::Text,
        new_post::Choice::Networks,
        new_post::Choice::Time,
        new_post::Choice::Drop,
    ];
    let choices = choices.map(|choice| choice.label(language));
    let presets = Preset::ALL.map(|preset| preset_button(language, preset, evening, Tz::Asia__Seoul));
    choices.into_iter().chain(presets).chain([back_button(language)]).map(|label| (64, label)).collect()
}
