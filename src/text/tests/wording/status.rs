//! `/status`.

use chrono_tz::Tz;

use super::{account, at, hours, says};
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language::{self, En, Ko};
use crate::text::Hours;
use crate::text::status::{FailedPost, NextPost, Status, Today, status_unlinked};

fn status(language: Language) -> Status<'static> {
    let text = match language {
        En => "New scones…",
        Ko => "새 스콘…",
    };
    // The class goes before the platform's words.
    let (code, why) = (Some(FailureCode::LoginExpired), Some("OAuthException 190"));
    Status {
        account: account(language),
        paused: false,
        today: Some(Today { published: 4, failed: 1, to_go: Some(2) }),
        next: Some(NextPost { at: at(1_795_341_600), network: "instagram", text: Some(text) }),
        failed: Some(FailedPost { network: "facebook", code, why }),
        hours: hours(),
    }
}

#[test]
fn status_of_a_busy_day() {
    says(
        &status(En).render(En),
        &[
            "<b>Mina’s Bakery</b> · connected ✅",
            "",
            "<b>Today</b>  4 published · 1 failed · 2 to go",
            "<b>Next</b>  <tg-time unix=\"1795341600\" format=\"t\">19:00</tg-time> · Instagram · “New scones…”",
            "<b>Failed</b>  Facebook · login expired",
            "",
            "📰 Digest 09:00 · 🌙 22:00–08:00 · Asia/Seoul",
        ],
    );
    says(
        &status(Ko).render(Ko),
        &[
            "<b>미나 베이커리</b> · 연결됨 ✅",
            "",
            "<b>오늘</b>  게시 4 · 실패 1 · 예정 2",
            "<b>다음</b>  <tg-time unix=\"1795341600\" format=\"t\">오후 7:00</tg-time> · 인스타그램 · “새 스콘…”",
            "<b>실패</b>  페이스북 · 로그인 만료",
            "",
            "📰 요약 오전 9:00 · 🌙 오후 10:00–오전 8:00 · 서울",
        ],
    );
}

#[test]
fn status_says_only_what_is_known() {
    let hours = Hours { digest: None, quiet: None, zone: Tz::UTC, zone_is_known: false };
    let little = Status { paused: true, today: None, next: None, failed: None, hours, ..status(En) };
    says(
        &little.render(En),
        &[
            "<b>Mina’s Bakery</b> · paused ⏸",
            "Nothing is sent to this chat now. /start turns it on again.",
            "",
            "📰 Digest off · 🌙 off · UTC (not set)",
        ],
    );
    let today = Some(Today { published: 1, failed: 0, to_go: None });
    let counts = Status { today, ..status(En) }.render(En);
    assert!(counts.as_str().contains("\n<b>Today</b>  1 published · 0 failed\n"), "{}", counts.as_str());
    assert_eq!(status_unlinked(En).as_str().lines().next(), Some("🔌 <b>This chat isn’t connected</b>"));
}
