//! Connecting, switching, moving, disconnecting, coming back.

use chrono_tz::Tz;

use super::{account, hours, says};
use crate::domain::language::Language::{self, En, Ko};
use crate::text::linking::{self, LinkRequest};
use crate::text::{Button, Hours};

#[test]
fn hello() {
    says(
        &linking::hello_unlinked(En, "Mina", false),
        &[
            "👋 <b>Hi, Mina!</b>",
            "I tell you when your scheduled posts go out or fail, and send a short daily digest.",
            "",
            "To start, connect your account:",
            "1. Open <b>Settings → Telegram</b> on the web",
            "2. Press <b>Connect</b> — you’ll come straight back here",
        ],
    );
    says(
        &linking::hello_unlinked(Ko, "미나", true),
        &[
            "👋 <b>미나님, 안녕하세요!</b>",
            "예약한 글이 게시되거나 실패하면 알려 드리고, 매일 짧은 요약을 보내 드려요.",
            "",
            "먼저 계정을 연결해 주세요.",
            "1. 아래 버튼으로 <b>설정 → 텔레그램</b>을 열고",
            "2. <b>연결하기</b>를 누르면 이 대화로 돌아와요",
        ],
    );
}

fn request(language: Language) -> LinkRequest<'static> {
    LinkRequest {
        account: account(language),
        masked_email: Some("m•••a@example.com"),
        chat: "@mina_k",
        connected_now: None,
        elsewhere: false,
    }
}

#[test]
fn link_confirm() {
    says(
        &request(En).render(En),
        &[
            "🔗 <b>Connect this chat?</b>",
            "Account: <b>Mina’s Bakery</b> (m•••a@example.com)",
            "This chat: @mina_k",
            "",
            "Anyone who can read this chat will see this account’s notifications.",
        ],
    );
    says(
        &LinkRequest { masked_email: None, ..request(Ko) }.render(Ko),
        &[
            "🔗 <b>이 대화를 연결할까요?</b>",
            "계정: <b>미나 베이커리</b>",
            "이 대화: @mina_k",
            "",
            "이 대화를 볼 수 있는 사람은 계정 알림을 모두 보게 돼요.",
        ],
    );
    assert_eq!(request(En).buttons(), [Button::Connect, Button::Cancel]);
}

#[test]
fn already_other() {
    let english = LinkRequest { account: "Mina Studio", connected_now: Some(account(En)), ..request(En) };
    says(
        &english.render(En),
        &[
            "🔁 <b>Switch account?</b>",
            "Now: <b>Mina’s Bakery</b>",
            "New: <b>Mina Studio</b> (m•••a@example.com)",
            "",
            "Notifications for Mina’s Bakery will stop here.",
        ],
    );
    let korean = LinkRequest {
        account: "미나 스튜디오",
        connected_now: Some(account(Ko)),
        elsewhere: true,
        ..request(Ko)
    };
    says(
        &korean.render(Ko),
        &[
            "🔁 <b>연결 계정을 바꿀까요?</b>",
            "현재: <b>미나 베이커리</b>",
            "변경: <b>미나 스튜디오</b> (m•••a@example.com)",
            "",
            "이 대화로 오던 미나 베이커리 알림은 멈춰요.",
            "지금 다른 대화로 가고 있는 미나 스튜디오 알림은 그곳에서 멈춰요.",
        ],
    );
    assert_eq!(korean.buttons(), [Button::Switch, Button::Keep]);
}

#[test]
fn account_elsewhere() {
    let english = LinkRequest { elsewhere: true, ..request(En) };
    says(
        &english.render(En),
        &[
            "🔁 <b>Move notifications here?</b>",
            "Account: <b>Mina’s Bakery</b> (m•••a@example.com)",
            "This chat: @mina_k",
            "",
            "Another chat gets the notifications for Mina’s Bakery now; they will stop there.",
            "Anyone who can read this chat will see this account’s notifications.",
        ],
    );
    assert_eq!(english.buttons(), [Button::MoveHere, Button::Keep]);
}

#[test]
fn linked() {
    says(
        &linking::linked(En, account(En), &hours()),
        &[
            "✅ <b>Connected to Mina’s Bakery</b>",
            "🔔 Failed posts: right away",
            "📰 Daily digest: 09:00 (Asia/Seoul)",
            "🌙 Quiet hours: 22:00–08:00",
            "",
            "Change anything in /settings",
        ],
    );
    says(
        &linking::linked(Ko, account(Ko), &hours()),
        &[
            "✅ <b>미나 베이커리에 연결됐어요</b>",
            "🔔 게시 실패: 바로 알림",
            "📰 매일 요약: 오전 9:00 (서울)",
            "🌙 방해 금지: 오후 10:00–오전 8:00",
            "",
            "바꾸려면 /settings",
        ],
    );
}

#[test]
fn linked_with_everything_off() {
    let off = Hours { digest: None, quiet: None, ..hours() };
    let text = linking::linked(En, account(En), &off);
    assert!(text.as_str().contains("\n📰 Daily digest: off\n🌙 Quiet hours: off\n"), "{}", text.as_str());
    let text = linking::linked(Ko, account(Ko), &off);
    assert!(text.as_str().contains("\n📰 매일 요약: 꺼짐\n🌙 방해 금지: 꺼짐\n"), "{}", text.as_str());
}

#[test]
fn linked_without_a_known_zone() {
    let unknown = Hours { zone: Tz::UTC, zone_is_known: false, ..hours() };
    says(
        &linking::linked(En, account(En), &unknown),
        &[
            "✅ <b>Connected to Mina’s Bakery</b>",
            "🔔 Failed posts: right away",
            "📰 Daily digest: 09:00 (UTC)",
            "🌍 Your time zone isn’t set yet, so quiet hours stay off.",
            "",
            "Change anything in /settings",
        ],
    );
}

#[test]
fn token_bad() {
    says(
        &linking::token_bad(En),
        &[
            "⌛ <b>This link no longer works</b>",
            "Links can be used once, within 10 minutes.",
            "",
            "Get a new one from <b>Settings → Telegram</b> on the web.",
        ],
    );
    says(
        &linking::token_bad(Ko),
        &[
            "⌛ <b>사용할 수 없는 링크예요</b>",
            "링크는 10분 안에 한 번만 쓸 수 있어요.",
            "",
            "웹의 <b>설정 → 텔레그램</b>에서 새 링크를 받아 주세요.",
        ],
    );
}

#[test]
fn already_same_and_unlink() {
    says(
        &linking::already_same(En, account(En)),
        &["✅ This chat is already connected to <b>Mina’s Bakery</b>."],
    );
    says(
        &linking::already_same(Ko, account(Ko)),
        &["✅ 이 대화는 이미 <b>미나 베이커리</b>에 연결돼 있어요."],
    );
    says(
        &linking::unlink_ask(En, account(En)),
        &["<b>Disconnect Mina’s Bakery?</b>", "Notifications and digests stop. Your posts stay scheduled."],
    );
    says(
        &linking::unlink_ask(Ko, account(Ko)),
        &["<b>미나 베이커리 연결을 끊을까요?</b>", "알림과 요약이 멈춰요. 예약한 글은 그대로 게시돼요."],
    );
    says(
        &linking::unlinked(En),
        &["Disconnected. Your settings are kept for 30 days in case you come back."],
    );
    says(&linking::unlinked(Ko), &["연결을 끊었어요. 다시 연결할 수 있게 설정은 30일 동안 보관해요."]);
}

#[test]
fn back_counts_what_was_missed() {
    let said = |language, missed| linking::back(language, account(language), missed).into_string();
    let welcome = "👋 Welcome back! <b>Mina’s Bakery</b> is still connected.";
    let where_things_stand = "while I was blocked — /status shows where things stand.";
    assert_eq!(said(En, 0), welcome);
    assert_eq!(said(En, 1), format!("{welcome}\nYou missed 1 notice {where_things_stand}"));
    assert_eq!(said(En, 1_300), format!("{welcome}\nYou missed 1,300 notices {where_things_stand}"));
    assert_eq!(
        said(Ko, 3),
        "👋 다시 오셨네요! <b>미나 베이커리</b>에 계속 연결돼 있어요.\n\
         차단 중 놓친 알림이 3건 있어요. 지금 현황은 /status 에서 볼 수 있어요."
    );
}
