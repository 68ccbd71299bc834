//! The daily digest.

use chrono_tz::Tz;

use super::{account, at, says};
use crate::domain::digest::{Cause, ComingUp, DigestNews};
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language::{self, En, Ko};
use crate::domain::week::{Outcomes, Week};
use crate::text::digest::Digest;

const SUNDAY: i64 = 1_795_305_600; // 2026-11-22 00:00 UTC, 09:00 in Seoul

fn post(unix: i64, network: &str, text: &str) -> ComingUp {
    ComingUp { at: at(unix), network: network.into(), text: text.into() }
}

fn cause(network: &str, error: &str, posts: u64) -> Cause {
    Cause { network: network.into(), code: None, error: Some(error.into()), posts }
}

fn digest(language: Language, news: &DigestNews) -> crate::text::Html {
    Digest { account: account(language), at: at(SUNDAY), zone: Tz::Asia__Seoul, news }.render(language)
}

#[test]
fn digest_of_a_busy_day() {
    let news = |language| {
        let [scones, closing] = match language {
            En => ["New scones…", "Closing early…"],
            Ko => ["새 스콘…", "일찍 닫아요…"],
        };
        let expired = Some(FailureCode::LoginExpired);
        DigestNews {
            published: 5,
            failed: 1,
            causes: vec![Cause { network: "facebook".into(), code: expired, error: None, posts: 1 }],
            coming_up: 2,
            posts: vec![post(1_795_316_400, "instagram", scones), post(1_795_341_600, "x", closing)],
            ..DigestNews::default()
        }
    };
    says(
        &digest(En, &news(En)),
        &[
            "📰 <b>Sunday, Nov 22</b> · Mina’s Bakery",
            "",
            "✅ <b>5</b> posts published",
            "❌ <b>1</b> failed · Facebook: login expired",
            "🗓 <b>2</b> coming up today",
            "• <tg-time unix=\"1795316400\" format=\"t\">12:00</tg-time> Instagram · “New scones…”",
            "• <tg-time unix=\"1795341600\" format=\"t\">19:00</tg-time> X · “Closing early…”",
        ],
    );
    says(
        &digest(Ko, &news(Ko)),
        &[
            "📰 <b>11월 22일 (일)</b> · 미나 베이커리",
            "",
            "✅ 게시 완료 <b>5건</b>",
            "❌ 게시 실패 <b>1건</b> · 페이스북: 로그인 만료",
            "🗓 오늘 예정 <b>2건</b>",
            "• <tg-time unix=\"1795316400\" format=\"t\">오후 12:00</tg-time> 인스타그램 · “새 스콘…”",
            "• <tg-time unix=\"1795341600\" format=\"t\">오후 7:00</tg-time> X · “일찍 닫아요…”",
        ],
    );
}

#[test]
fn long_lists_are_cut() {
    let news = DigestNews {
        published: 1,
        failed: 9,
        causes: vec![cause("facebook", "login expired", 4), cause("x", "too long", 1), cause("x", "spam", 1)],
        coming_up: 12,
        posts: (0..5).map(|hour| post(1_795_316_400 + hour * 3600, "x", "Hi")).collect(),
        ..DigestNews::default()
    };
    says(
        &digest(En, &news),
        &[
            "📰 <b>Sunday, Nov 22</b> · Mina’s Bakery",
            "",
            "✅ <b>1</b> post published",
            "❌ <b>9</b> failed · Facebook: login expired (×4) · X: too long · and 4 more",
            "🗓 <b>12</b> coming up today",
            "• <tg-time unix=\"1795316400\" format=\"t\">12:00</tg-time> X · “Hi”",
            "• <tg-time unix=\"1795320000\" format=\"t\">13:00</tg-time> X · “Hi”",
            "• and 10 more",
        ],
    );
    let three = DigestNews { coming_up: 3, posts: news.posts[..3].to_vec(), ..DigestNews::default() };
    assert!(!digest(En, &three).as_str().contains("more"), "three posts need no cut");
    assert!(digest(Ko, &news).as_str().ends_with("\n• 외 10건"), "{}", digest(Ko, &news).as_str());
}

#[test]
fn a_quiet_day() {
    says(
        &digest(En, &DigestNews::default()),
        &["📰 <b>Sunday, Nov 22</b> · Mina’s Bakery", "", "🌿 Nothing new, and nothing is coming up today."],
    );
}

#[test]
fn failures_without_a_reason_name_their_network() {
    let unexplained = Cause { network: "x".into(), code: None, error: None, posts: 2 };
    let news = DigestNews { failed: 2, causes: vec![unexplained], ..DigestNews::default() };
    assert!(digest(En, &news).as_str().ends_with("\n❌ <b>2</b> failed · X"));
    let news = DigestNews { failed: 2, ..DigestNews::default() };
    assert!(digest(En, &news).as_str().ends_with("\n❌ <b>2</b> failed"));
}

#[test]
fn digest_of_a_monday_sums_the_week_up() {
    let first_day = chrono::NaiveDate::from_ymd_opt(2026, 11, 16).expect("a day");
    let day = Outcomes { published: 200, failed: 1, unconfirmed: 0 };
    let week = Some(Week { first_day, days: [day; 7] });
    let noon = post(1_795_316_400, "x", "Hi");
    let news = DigestNews { coming_up: 4, posts: vec![noon; 4], week, ..DigestNews::default() };
    let lines =
        |language| digest(language, &news).plain().lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(En),
        [
            "🗓 4 coming up today",
            "• 12:00 X · “Hi”",
            "• and 3 more",
            "📊 Last week  1,400 published · 7 failed"
        ]
    );
    assert_eq!(
        lines(Ko),
        ["🗓 오늘 예정 4건", "• 오후 12:00 X · “Hi”", "• 외 3건", "📊 지난주  게시 1,400 · 실패 7"]
    );
}
