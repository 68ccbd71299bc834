//! Every text of the room with given words in every place that takes words.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::writing;
use crate::domain::account::{self as domain, BatchWindow, Delivery, Preferences, QuietHours, Settings};
use crate::domain::carried::Carried;
use crate::domain::digest::{Cause, ComingUp, DigestNews};
use crate::domain::event::EventKind;
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;
use crate::domain::place::PlaceNotice;
use crate::domain::week::{Outcomes, Week};
use crate::text::answer::{self, Toast};
use crate::text::button::reconnect;
use crate::text::dead_letters::resend_button;
use crate::text::digest::Digest;
use crate::text::menu::{self, Audience, Command};
use crate::text::notification::{self, Failed, Published};
use crate::text::pause::{self, Paused};
use crate::text::posts::{ScheduledPost, ScheduledPosts, post_button};
use crate::text::settings::{
    Choice, Overview, hour_question, notifications_question, quiet_from_question, quiet_question,
    quiet_until_question, zone_not_found, zone_question,
};
use crate::text::status::{FailedPost, NextPost, Status, Today, status_unlinked};
use crate::text::{Button, Hours, Html, admin, carried, jobs, language_name, linking, places, week};

mod admins;
mod posts;

/// Every message, once with all that is optional (`full`) and once without.
pub(super) fn messages(language: Language, words: &str, full: bool) -> Vec<Html> {
    let mut messages = linking_messages(language, words, full);
    messages.extend(notifications(language, words, full));
    messages.extend(answers(language, words, full));
    messages.extend(admins::messages(language, words, full));
    let classes = FailureCode::ALL.into_iter().map(Some).chain([None]);
    messages.extend(classes.map(|code| status(language, words, full, code)));
    messages.push(scheduled_posts(language, words, full));
    messages.extend(writing::messages(language, words, full));
    messages.extend(posts::messages(language, words, full));
    messages.extend(digests(language, words, full));
    messages.extend(carried(language, words, full));
    messages.extend(settings(language, words, full));
    messages.extend(in_groups(language, words, full));
    messages
}

/// Every text that is shown without markup: its limit in UTF-16 units, and the text.
pub(super) fn labels(language: Language) -> Vec<(usize, String)> {
    let buttons = Button::ALL.map(|button| (64, button.label(language)));
    let until = DateTime::from_timestamp(1_795_334_400, 0).expect("a moment");
    let toasts = Toast::ALL.map(|toast| (200, toast.text(language)));
    let toasts = toasts.into_iter().chain([(200, answer::muted_toast(language, until, Tz::Asia__Seoul))]);
    let commands = Command::menu(Audience::Admins).iter().map(|command| (256, command.description(language)));
    let about = [
        (512, menu::bot_description(language)),
        (120, menu::bot_short_description(language)),
        (64, language_name(language)),
    ];
    let sunday = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
    let mut on_the_chart =
        vec![week::title(language, sunday), week::empty(language), week::number(language, 1_204)];
    for outcome in [week::Outcome::Published, week::Outcome::Failed, week::Outcome::Unconfirmed] {
        on_the_chart.push(outcome.label(language, 1_204));
    }
    let on_the_chart = on_the_chart.into_iter().map(|words| (40, words));
    let run = [
        (64, jobs::run_button(language, "telegram_daily_summary")),
        (64, resend_button(language, i64::MAX)),
        (64, post_button(language, 1_204)),
        (64, reconnect(language, "instagram")),
    ];
    let long = "Mina’s Bakery and Café ".repeat(5);
    let places = [
        places::stop_button(language, &long),
        places::remove_button(language, &long, false),
        places::remove_button(language, &long, true),
    ];
    let run = run.into_iter().chain(places.map(|words| (64, words)));
    let zones = chrono_tz::TZ_VARIANTS.into_iter().map(Choice::Zone);
    let kinds = EventKind::ALL.map(|kind| {
        [Delivery::On, Delivery::Silent, Delivery::Off].map(|delivery| Choice::Kind(kind, delivery))
    });
    let choices = [true, false].into_iter().flat_map(|on| [Choice::Digest(on), Choice::WhenEmpty(on)]);
    let choices = choices
        .chain([Choice::PickHour, Choice::PickZone, Choice::Back, Choice::Hour(NaiveTime::MIN)])
        .chain(Language::ALL.map(Choice::Language))
        .chain(zones)
        .chain(kinds.into_iter().flatten())
        .chain(BatchWindow::ALL.map(Choice::Batch))
        .chain([
            Choice::PickNotifications,
            Choice::PickQuiet,
            Choice::OtherQuiet,
            Choice::PickPlaces,
            Choice::Unmute,
        ])
        .chain([None, Some(QuietHours { from_minute: 1_350, until_minute: 0 })].map(Choice::Quiet))
        .map(|choice| (64, choice.label(language, true)));
    let buttons = buttons.into_iter().chain(choices).chain(writing::labels(language));
    buttons.into_iter().chain(on_the_chart).chain(run).chain(toasts).chain(commands).chain(about).collect()
}

fn linking_messages(language: Language, words: &str, full: bool) -> Vec<Html> {
    let mut messages = vec![
        linking::hello_unlinked(language, words, full),
        linking::linked(language, words, &hours(full)),
        linking::token_bad(language),
        linking::already_same(language, words),
        linking::link_cancelled(language),
        linking::moved_away(language, words),
        linking::unlink_ask(language, words),
        linking::unlinked(language),
        linking::unlink_kept(language, words),
        linking::not_linked(language),
        linking::back(language, words, u64::from(full)),
    ];
    for (connected_now, elsewhere) in [(None, false), (None, true), (Some(words), false), (Some(words), true)]
    {
        let masked_email = full.then_some(words);
        let request =
            linking::LinkRequest { account: words, masked_email, chat: words, connected_now, elsewhere };
        messages.push(request.render(language));
    }
    messages
}

fn notifications(language: Language, words: &str, full: bool) -> Vec<Html> {
    let given = full.then_some(words);
    let address = format!("https://post.example/?q={words}");
    let at = DateTime::from_timestamp(1_795_334_400, 0).expect("a moment");
    vec![
        Published { network: words, text: given, url: full.then_some(&*address) }.render(language),
        Published { network: words, text: given, url: given }.render(language),
        Failed {
            network: words,
            text: given,
            scheduled_at: full.then_some(at),
            zone: Tz::Asia__Seoul,
            code: None,
            why: given,
            fix: given,
            reference: given,
        }
        .render(language),
        notification::unconfirmed(language, words, given),
        notification::automation(language, given, given),
        notification::announcement(language, words),
        notification::test(language, at, Tz::Asia__Seoul),
        notification::test_queued(language),
    ]
}

fn answers(language: Language, words: &str, full: bool) -> Vec<Html> {
    let given = full.then_some(words);
    let mut answers = vec![
        answer::help(language, Audience::People, given),
        answer::help(language, Audience::Admins, given),
        answer::unknown_command(language),
        answer::plain_text(language),
        answer::edited(language),
        answer::too_much(language),
        answer::busy(language),
        status_unlinked(language),
    ];
    for seconds in [1, 60, 3_600, 86_400] {
        let passed = full.then_some(Duration::from_secs(seconds));
        let since = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
        let paused = Paused { since, by: words, zone: Tz::Asia__Seoul };
        let stats = admin::Stats {
            paused: full.then_some(paused),
            linked: 1_204,
            linked_lately: 18,
            blocked: 31,
            sent: u64::MAX,
            failed: 12,
            p95: passed,
            runs: admin::Runs { ok: u64::MAX, late: 0, failed: 1 },
            queue: 0,
            last_poll: passed,
        };
        let reasons = [(words, u64::MAX), ("blocked", 2), ("", 1)];
        let reasons = if full { &reasons[..] } else { &[] };
        let queue = admin::Queue {
            pending: 3,
            sending: 2,
            held: u64::MAX,
            dead: 1,
            oldest: passed,
            paused: full.then_some(paused),
            problem: given,
            held_because: reasons,
            dead_because: reasons,
        };
        let told = [stats.render(language), queue.render(language), paused.render(language)];
        answers.extend(told.into_iter().chain([pause::resumed(language, passed)]));
    }
    answers
}

fn status(language: Language, words: &str, full: bool, code: Option<FailureCode>) -> Html {
    let at = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let status = Status {
        account: words,
        paused: !full,
        today: full.then_some(Today { published: 4, failed: 1, to_go: Some(2) }),
        next: full.then_some(NextPost { at, network: words, text: Some(words) }),
        failed: full.then_some(FailedPost { network: words, code, why: Some(words) }),
        hours: hours(full),
    };
    status.render(language)
}

fn scheduled_posts(language: Language, words: &str, full: bool) -> Html {
    let at = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let posts = [ScheduledPost { at, network: words, text: words }; 5];
    let (total, posts) = if full { (u64::MAX, &posts[..]) } else { (0, &[][..]) };
    ScheduledPosts { total, page: 1, posts, zone: Tz::Asia__Seoul }.render(language)
}

fn digests(language: Language, words: &str, full: bool) -> Vec<Html> {
    let at = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let post = ComingUp { at, network: words.to_owned(), text: words.to_owned() };
    let cause = |posts| Cause {
        network: words.to_owned(),
        code: (posts == 3).then_some(FailureCode::MediaRejected),
        error: full.then(|| words.to_owned()),
        posts,
    };
    let day = Outcomes { published: u64::MAX, failed: 1_204, unconfirmed: 7 };
    let first_day = at.date_naive();
    let much = DigestNews {
        published: u64::MAX,
        failed: 9,
        causes: vec![cause(3), cause(1), cause(1)],
        coming_up: 1_000,
        posts: vec![post; 5],
        week: Some(Week { first_day, days: [day; 7] }),
    };
    let news = if full { much } else { DigestNews::default() };
    let digest = Digest { account: words, at, zone: Tz::Asia__Seoul, news: &news }.render(language);
    assert!(digest.utf16_len() <= 1024, "too long to stand below a picture: {}", digest.plain());
    vec![
        carried::below_digest(language, digest.clone(), &much_carried(words)),
        carried::below_digest(language, digest.clone(), &Carried::default()),
        digest,
    ]
}

fn much_carried(words: &str) -> Carried {
    let cause = Cause { network: words.to_owned(), code: None, error: Some(words.to_owned()), posts: 3 };
    Carried {
        published: u64::MAX,
        failed: 9,
        causes: vec![cause; 5],
        unconfirmed: 2,
        automations: 2,
        automations_said: vec![words.to_owned(); 3],
        announcements: 2,
        announcements_said: vec![words.to_owned(); 3],
    }
}

fn carried(language: Language, words: &str, full: bool) -> Vec<Html> {
    let carried = if full { much_carried(words) } else { Carried { published: 1, ..Carried::default() } };
    vec![carried::while_away(language, &carried), carried::catch_up(language, &carried)]
}

fn settings(language: Language, words: &str, full: bool) -> Vec<Html> {
    let settings = Settings {
        account: words.to_owned(),
        account_name: words.to_owned(),
        account_email_masked: None,
        chat_id: Some(7),
        enabled: true,
        disabled: None,
        chosen_language: None,
        telegram_language: None,
        zone: full.then_some(Tz::America__Argentina__ComodRivadavia),
        digest: domain::Digest { enabled: full, minute: 545, when_empty: full },
        preferences: Preferences { failed: Delivery::Off, ..Preferences::default() },
        quiet_hours: Some(QuietHours { from_minute: 1_350, until_minute: 0 }),
        muted_until: full.then_some(DateTime::<chrono::Utc>::MAX_UTC),
        batch_published: if full { BatchWindow::Hour } else { BatchWindow::Off },
        late_posts_minutes: full.then_some(240),
        has_places: full,
        linked_at: None,
    };
    let now = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    vec![
        Overview { settings: &settings, default_zone: Tz::UTC, now }.render(language),
        hour_question(language),
        notifications_question(language),
        quiet_question(language, &hours(full)),
        quiet_from_question(language),
        quiet_until_question(language, 1_350),
        zone_question(language),
        zone_not_found(language, words),
    ]
}

fn in_groups(language: Language, words: &str, full: bool) -> Vec<Html> {
    let accounts = if full { &[words; 9][..] } else { &[][..] };
    let longest = notification::announcement(language, words);
    let given = full.then_some(words);
    vec![
        places::group(language),
        places::token_bad(language),
        places::ask(language, words, full),
        places::not_linked(language),
        places::too_many(language),
        places::connected(language, words),
        places::already_here(language, words),
        places::status(language, accounts),
        places::stop_ask(language),
        places::stopped(language),
        places::resumed(language, accounts),
        places::from_account(language, carried::late(language, longest), words),
        places::happened(language, PlaceNotice::Connected, words, given),
        places::happened(language, PlaceNotice::Lost, words, given),
        places::happened(language, PlaceNotice::Removed, words, given),
        places::list(language, full),
    ]
}

fn hours(full: bool) -> Hours {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    Hours {
        digest: full.then(|| time(9)),
        quiet: full.then(|| (time(22), time(8))),
        zone: Tz::America__Argentina__ComodRivadavia,
        zone_is_known: full,
    }
}
