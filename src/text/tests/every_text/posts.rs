//! What is read about single posts: how they stand, why they failed, that they are late.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::domain::approval::Approval;
use crate::domain::event::{EventData, EventKind};
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;
use crate::domain::late_posts::{LatePost, LatePosts};
use crate::domain::notice::ToldPost;
use crate::domain::notification::Kind;
use crate::domain::post::{self, ManagedBy, Post};
use crate::domain::post_options::PostOptions;
use crate::text::failures::{Failures, listed_below};
use crate::text::notification::Failed;
use crate::text::post_stands::PostStands;
use crate::text::{Html, channels, late_posts};

/// Every message about posts, once with all that is optional (`full`) and once without.
pub(super) fn messages(language: Language, words: &str, full: bool) -> Vec<Html> {
    let mut messages = posts_stand(language, words, full);
    messages.extend(failures(language, words, full));
    messages.extend(classes_of_failure(language, words));
    messages.extend(late(language, words, full));
    messages.extend(channels(language, words));
    messages
}

fn classes_of_failure(language: Language, words: &str) -> Vec<Html> {
    let failed = |code| Failed {
        network: words,
        text: Some(words),
        scheduled_at: None,
        zone: Tz::Asia__Seoul,
        code: Some(code),
        why: Some(words),
        fix: Some(words),
        reference: Some(words),
    };
    FailureCode::ALL.map(|code| failed(code).render(language)).into()
}

fn late(language: Language, words: &str, full: bool) -> Vec<Html> {
    let publish_at = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    let post = LatePost { network: words.to_owned(), text: words.to_owned(), publish_at };
    let one = LatePosts { count: 1, named: vec![post.clone()] };
    let several =
        LatePosts { count: if full { u64::MAX } else { 2 }, named: vec![post; if full { 4 } else { 2 }] };
    let mut texts: Vec<Html> =
        [one, several].iter().map(|it| late_posts::question(language, it, Tz::Asia__Seoul)).collect();
    for (published, count) in [(true, 1), (true, 1_204), (false, 1), (false, 1_204), (true, 0)] {
        texts.push(late_posts::answered(language, published, count));
    }
    texts
}

fn channels(language: Language, words: &str) -> Vec<Html> {
    vec![
        channels::ask(language, words, words),
        channels::not_linked(language, words),
        channels::connected(language, words, words),
        channels::no_rights(language),
        channels::too_many(language),
        channels::kept(language),
        channels::lost(language, words),
    ]
}

fn failures(language: Language, words: &str, full: bool) -> Vec<Html> {
    let given = full.then(|| words.to_owned());
    let event = EventData {
        network: Some(words.to_owned()),
        text: given.clone(),
        error: given.clone(),
        fix: given,
        scheduled_at: full.then_some(DateTime::<chrono::Utc>::MAX_UTC),
        ..EventData::default()
    };
    let told = |status: Option<post::Status>| ToldPost {
        kind: Kind::Event(EventKind::PostFailed),
        is_out: full,
        url: full.then(|| format!("https://post.example/?q={words}")),
        event: event.clone(),
        post: status.map(|status| Post { status, ..post(words, full) }),
    };
    let list = |told: &[ToldPost]| Failures { told, zone: Tz::Asia__Seoul }.render(language);
    let mut texts: Vec<Html> = post::Status::ALL.map(|status| list(&[told(Some(status)), told(None)])).into();
    texts.push(list(&vec![told(Some(post::Status::Failed)); 1_204]));
    texts.push(list(&vec![told(Some(post::Status::Published)); 5]));
    for code in FailureCode::ALL {
        let event = EventData { error_code: Some(code), ..event.clone() };
        texts.push(list(&[ToldPost {
            kind: Kind::Event(EventKind::PostFailed),
            event,
            post: None,
            is_out: false,
            url: None,
        }]));
    }
    texts.push(listed_below(language, words, full.then_some(words)));
    texts
}

fn post(words: &str, full: bool) -> Post {
    let at = DateTime::from_timestamp(1_795_341_600, 0).expect("a moment");
    Post {
        id: i64::MAX,
        account: words.to_owned(),
        network: words.to_owned(),
        network_title: full.then(|| words.to_owned()),
        text: words.to_owned(),
        media_url: None,
        media_file: None,
        options: PostOptions::default(),
        publish_at: at,
        status: post::Status::Scheduled,
        managed_by: ManagedBy::Scheduler,
        approval: Approval::None,
        due_at: at,
        late: false,
        attempts: 0,
        url: full.then(|| format!("https://post.example/?q={words}")),
        error: full.then(|| words.to_owned()),
        error_code: None,
        fix: full.then(|| words.to_owned()),
        finished_at: None,
        created_at: at,
        updated_at: at,
    }
}

fn posts_stand(language: Language, words: &str, full: bool) -> Vec<Html> {
    let (post, at) = (post(words, full), DateTime::from_timestamp(1_795_341_600, 0).expect("a moment"));
    let stands = |status: post::Status| {
        let post = Post { status, ..post.clone() };
        let stands = PostStands { post: &post, zone: Tz::Asia__Seoul };
        [
            stands.card(language, at),
            stands.card(language, DateTime::UNIX_EPOCH),
            stands.looked_after(language),
        ]
    };
    let mut texts: Vec<Html> = post::Status::ALL.into_iter().flat_map(stands).collect();
    for (status, approval) in [
        (post::Status::Scheduled, Approval::Awaiting),
        (post::Status::Scheduled, Approval::Approved),
        (post::Status::Cancelled, Approval::Rejected),
    ] {
        let post = Post { status, approval, ..post.clone() };
        texts.push(PostStands { post: &post, zone: Tz::Asia__Seoul }.card(language, DateTime::UNIX_EPOCH));
    }
    texts
}
