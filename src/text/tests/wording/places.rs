//! What a group reads, and the person whose notices come there.

use super::{account, says};
use crate::domain::language::Language::{En, Ko};
use crate::domain::place::PlaceNotice;
use crate::text::places;

#[test]
fn what_a_group_is_for() {
    says(
        &places::group(En),
        &[
            "👋 I can send an account’s notices to this group.",
            "An administrator connects it from <b>Settings → Telegram</b> on the web. All else is for our private chat.",
        ],
    );
    says(
        &places::group(Ko),
        &[
            "👋 계정 알림을 이 그룹으로 보내 드릴 수 있어요.",
            "관리자가 웹의 <b>설정 → 텔레그램</b>에서 연결할 수 있어요. 그 밖의 일은 1:1 대화에서 도와드려요.",
        ],
    );
}

#[test]
fn the_question_in_a_group_or_a_topic() {
    says(
        &places::ask(En, account(En), false),
        &[
            "📣 <b>Send Mina’s Bakery’s notices to this group?</b>",
            "Everyone here will read which posts went out or failed.",
        ],
    );
    says(
        &places::ask(Ko, account(Ko), true),
        &[
            "📣 <b>미나 베이커리 알림을 이 토픽으로 보낼까요?</b>",
            "여기 있는 모든 사람이 어떤 글이 게시되고 어떤 글이 실패했는지 볼 수 있어요.",
        ],
    );
    says(
        &places::connected(En, account(En)),
        &["✅ <b>Mina’s Bakery’s notices come here now</b>", "/unlink stops them."],
    );
    says(
        &places::connected(Ko, account(Ko)),
        &["✅ <b>이제 미나 베이커리 알림이 여기로 와요</b>", "그만 받으려면 /unlink"],
    );
}

#[test]
fn whose_notices_come_here() {
    says(
        &places::status(En, &["Mina’s Bakery", "<Jun>"]),
        &["📣 <b>Notices that come here</b>", "👤 Mina’s Bakery", "👤 &lt;Jun&gt;", "/unlink stops them."],
    );
    says(&places::status(Ko, &[]), &["🔕 여기로 오는 알림이 없어요."]);
    assert_eq!(places::stop_button(En, "Mina’s <Bakery>"), "Stop Mina’s <Bakery>");
    assert_eq!(places::stop_button(Ko, account(Ko)), "미나 베이커리 그만 받기");
}

#[test]
fn a_group_that_is_out_of_reach() {
    says(
        &places::happened(En, PlaceNotice::Lost, "Bakers · News", None),
        &[
            "🔌 <b>Bakers · News is out of reach</b>",
            "I was removed from it, or it is gone: your notices don’t go there now. They will once I’m back in it.",
        ],
    );
    says(
        &places::happened(Ko, PlaceNotice::Lost, "빵집", None),
        &[
            "🔌 <b>이 그룹에 알림을 보낼 수 없어요: 빵집</b>",
            "그룹에서 제가 제거됐거나 그룹이 없어졌어요. 다시 초대하시면 그곳으로도 알림을 보내 드려요.",
        ],
    );
    assert_eq!(places::remove_button(En, "Bakers", true), "✖️ ⚠️ Bakers");
}

#[test]
fn what_somebody_else_did_to_a_place() {
    says(
        &places::happened(En, PlaceNotice::Connected, "Bakers · News", Some("Jun <3")),
        &[
            "📣 <b>Your notices now also go to Bakers · News</b>",
            "Changed there by Jun &lt;3.",
            "/settings removes it again.",
        ],
    );
    says(
        &places::happened(Ko, PlaceNotice::Removed, "빵집", Some("준")),
        &["🔕 <b>이제 알림이 이 그룹으로는 가지 않아요: 빵집</b>", "그룹에서 바꾼 사람: 준"],
    );
}
