//! What happened, told without being asked.

use chrono_tz::Tz;

use super::{at, says};
use crate::domain::language::Language::{self, En, Ko};
use crate::text::notification::{self, Failed, Published};

fn failed(language: Language) -> Failed<'static> {
    let [text, why, fix] = match language {
        En => [
            "New scones from 8 am…",
            "Facebook asked you to log in again.",
            "reconnect Facebook, then retry.",
        ],
        Ko => [
            "아침 8시부터 새 스콘…",
            "페이스북 로그인이 만료됐어요.",
            "페이스북을 다시 연결한 뒤 재시도해 주세요.",
        ],
    };
    Failed {
        network: "facebook",
        text: Some(text),
        scheduled_at: Some(at(1_795_334_400)),
        zone: Tz::Asia__Seoul,
        code: None,
        why: Some(why),
        fix: Some(fix),
        reference: Some("8F2C"),
    }
}

#[test]
fn post_failed() {
    says(
        &failed(En).render(En),
        &[
            "❌ <b>Post failed · Facebook</b>",
            "“New scones from 8 am…”",
            "Scheduled for <tg-time unix=\"1795334400\" format=\"wdt\">Nov 22, 17:00</tg-time>",
            "",
            "<b>Why:</b> Facebook asked you to log in again.",
            "<b>Fix:</b> reconnect Facebook, then retry.",
            "<blockquote expandable>ref 8F2C</blockquote>",
        ],
    );
    says(
        &failed(Ko).render(Ko),
        &[
            "❌ <b>게시 실패 · 페이스북</b>",
            "“아침 8시부터 새 스콘…”",
            "예약 시각 <tg-time unix=\"1795334400\" format=\"wdt\">11월 22일 오후 5:00</tg-time>",
            "",
            "<b>이유:</b> 페이스북 로그인이 만료됐어요.",
            "<b>해결:</b> 페이스북을 다시 연결한 뒤 재시도해 주세요.",
            "<blockquote expandable>번호 8F2C</blockquote>",
        ],
    );
}

#[test]
fn post_failed_for_no_known_reason() {
    let bare =
        Failed { text: None, scheduled_at: None, why: Some(" "), fix: None, reference: None, ..failed(En) };
    says(&bare.render(En), &["❌ <b>Post failed · Facebook</b>", "", "<b>Why:</b> Facebook gave no reason."]);
}

#[test]
fn published() {
    let post = Published { network: "instagram", text: Some("New scones from 8 am…"), url: None };
    says(&post.render(En), &["✅ <b>Published · Instagram</b>", "“New scones from 8 am…”"]);
    let post = Published { network: "MyBlog", text: None, url: Some("https://blog.example/?p=1&x=2") };
    says(
        &post.render(Ko),
        &[
            "✅ <b>게시 완료 · MyBlog</b>",
            "<a href=\"https://blog.example/?p=1&amp;x=2\">MyBlog에서 보기</a>",
        ],
    );
}

#[test]
fn unconfirmed() {
    says(
        &notification::unconfirmed(En, "x", Some("Closing early")),
        &[
            "⚠️ <b>Not sure it went out · X</b>",
            "“Closing early”",
            "",
            "<b>Why:</b> the answer from X never arrived.",
            "<b>Fix:</b> look there before you post it again.",
        ],
    );
    says(
        &notification::unconfirmed(Ko, "x", None),
        &[
            "⚠️ <b>게시 확인 필요 · X</b>",
            "",
            "<b>이유:</b> X에서 응답이 오지 않았어요.",
            "<b>해결:</b> 다시 게시하기 전에 직접 확인해 주세요.",
        ],
    );
}

#[test]
fn automation_announcement_and_test() {
    says(
        &notification::automation(En, Some("Friday recap"), Some("3 posts drafted, 1 needs your review")),
        &["⚙️ <b>Automation ran</b> · “Friday recap”", "3 posts drafted, 1 needs your review"],
    );
    says(&notification::automation(Ko, None, None), &["⚙️ <b>자동화 실행</b>"]);
    says(
        &notification::announcement(En, "Maintenance tonight\n02:00–02:20 <UTC>"),
        &["📣 <b>Announcement</b>", "", "Maintenance tonight", "02:00–02:20 &lt;UTC&gt;"],
    );
    says(
        &notification::test(Ko, at(1_795_334_400), Tz::Asia__Seoul),
        &[
            "🔔 <b>알림 테스트</b>",
            "이 메시지가 보이면 알림이 정상이에요.",
            "보낸 시각 <tg-time unix=\"1795334400\" format=\"T\">오후 5:00:00</tg-time>",
        ],
    );
}
