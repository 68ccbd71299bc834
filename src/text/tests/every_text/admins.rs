//! What only admins read.

use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;

use crate::domain::alert::{Alert, Trouble};
use crate::domain::audit::Action;
use crate::domain::broadcast::{Audience, LONGEST_BROADCAST, Progress};
use crate::domain::language::Language;
use crate::domain::notification::State;
use crate::text::audit::{self, Deed};
use crate::text::broadcast::{self, Preview, Report, Stage};
use crate::text::dead_letters::{DeadLetter, Resend, dead_letters, which_dead_letter};
use crate::text::invitation::{self, Invitation};
use crate::text::{Html, alert, jobs};

/// Every message for admins alone, once with all that is optional (`full`) and once without.
pub(super) fn messages(language: Language, words: &str, full: bool) -> Vec<Html> {
    let mut messages = timetable(language, words, full);
    messages.extend(invitations(language, words, full));
    messages.extend(broadcasts(language, words, full));
    messages.extend(alerts(language, words, full));
    messages.extend(what_admins_did(language, words, full));
    messages.extend(dead_letters_and_resends(language, words, full));
    messages
}

fn what_admins_did(language: Language, words: &str, full: bool) -> Vec<Html> {
    let ago = Duration::from_secs(90);
    let actions = Action::ALL.map(Action::as_str).into_iter().chain([words, "of_a_later_version"]);
    let deeds: Vec<Deed<'_>> =
        actions.map(|action| Deed { action, subject: full.then_some(words), by: words, ago }).collect();
    deeds.chunks(7).chain([&[][..]]).map(|last| audit::deeds(language, last)).collect()
}

fn invitations(language: Language, words: &str, full: bool) -> Vec<Html> {
    let invitation = Invitation { account: words, link: words, is_linked: full };
    vec![invitation.render(language), invitation::how_to_invite(language)]
}

fn broadcasts(language: Language, words: &str, full: bool) -> Vec<Html> {
    let by_language =
        if full { Language::ALL.map(|it| (it, u64::MAX / 2)).into() } else { vec![(language, 1)] };
    let audience = Audience { by_language, switched_off: u64::from(full) };
    let takes = full.then_some(Duration::from_secs(90));
    // Longer ones are refused.
    let text: String = words.chars().take(LONGEST_BROADCAST / 2).collect();
    let count = if full { u64::MAX } else { 0 };
    let progress = Progress { sent: count, later: count, failed: count, switched_off: count };
    let stages = [Stage::Sending, Stage::Paused, Stage::Stopped, Stage::Done];
    let reports = stages.map(|stage| Report { stage, text: words, audience: 1, progress }.render(language));
    let mut texts = vec![
        broadcast::broadcast_asks(language),
        broadcast::broadcast_too_long(language, usize::MAX),
        broadcast::broadcast_to_nobody(language),
        broadcast::broadcast_cancelled(language),
        broadcast::broadcast_outdated(language),
        Preview { text: &text, audience: &audience, takes }.render(language),
    ];
    texts.extend(reports);
    texts
}

fn alerts(language: Language, words: &str, full: bool) -> Vec<Html> {
    let since = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let error = full.then(|| words.to_owned());
    let troubles = [
        Trouble::JobFails { job: words.to_owned(), error: error.clone() },
        Trouble::BackupFails { error },
        Trouble::QueueWaits { minutes: u64::MAX },
        Trouble::TokenRefused,
        Trouble::SecondPoller,
        Trouble::DiskLow { free_mib: 0 },
    ];
    let told = |trouble: &Trouble, over_at| {
        alert::alert(language, &Alert { trouble: trouble.clone(), since, over_at }, Tz::Asia__Seoul)
    };
    troubles.iter().flat_map(|trouble| [told(trouble, None), told(trouble, Some(since))]).collect()
}

fn timetable(language: Language, words: &str, full: bool) -> Vec<Html> {
    let next = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let ago = Duration::from_secs(90);
    let states = [(full, None), (false, None), (false, Some(true)), (false, Some(false))]
        .map(|(running, went_well)| jobs::JobState { job: words, running, went_well, ago, next });
    let given = full.then_some(words);
    let runs = [
        jobs::RunState::Waits,
        jobs::RunState::Runs,
        jobs::RunState::Done { items: u64::MAX, took: ago },
        jobs::RunState::Failed { why: given },
        jobs::RunState::Forgotten,
    ];
    let mut texts = vec![jobs::jobs(language, &states, Tz::Asia__Seoul), jobs::which_job(language, given)];
    texts.extend(runs.map(|run| run.render(language, words)));
    texts
}

fn dead_letters_and_resends(language: Language, words: &str, full: bool) -> Vec<Html> {
    let reason = full.then_some(words);
    let stands = State::ALL.map(|state| Resend::Stands { state, reason });
    let others = [
        Resend::NotLinked { account: words },
        Resend::Unreachable { account: words, reason: words },
        Resend::Unknown,
    ];
    let mut texts: Vec<Html> =
        stands.into_iter().chain(others).map(|resend| resend.render(language, words)).collect();
    let ago = Duration::from_secs(90);
    let letter = DeadLetter { id: i64::MAX, account: words, kind: words, reason, ago };
    let shown = if full { &[letter; 5][..] } else { &[] };
    let news = texts.first().cloned().filter(|_| full);
    texts.push(dead_letters(language, news, if full { u64::MAX } else { 0 }, shown));
    texts.push(which_dead_letter(language, reason));
    texts
}
