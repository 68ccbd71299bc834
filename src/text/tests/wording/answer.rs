//! Help, answers, menus and what admins read.

use std::time::Duration;

use super::says;
use crate::domain::language::Language::{self, En, Ko};
use crate::text::answer::{self, Toast};
use crate::text::menu::{Audience, Command};
use crate::text::{Button, admin, language_name};

#[test]
fn help() {
    says(
        &answer::help(En, Audience::People, Some("help@example.com")),
        &[
            "<b>What I can do</b>",
            "/status – today at a glance",
            "/posts – what is scheduled",
            "/new – write a post",
            "/settings – notifications, quiet hours, language",
            "/digest – your digest, now",
            "/test – send a test notification",
            "/unlink – disconnect this chat",
            "Trouble? help@example.com",
        ],
    );
    says(
        &answer::help(Ko, Audience::Admins, None),
        &[
            "<b>사용할 수 있는 명령</b>",
            "/status – 오늘 현황 보기",
            "/posts – 예약된 글 보기",
            "/new – 새 글 쓰기",
            "/settings – 알림·방해 금지·언어",
            "/digest – 지금 요약 보기",
            "/test – 알림 테스트",
            "/unlink – 연결 끊기",
            "관리자: /stats /queue /failed /resend /jobs /run /broadcast /invite /pause /resume",
        ],
    );
}

#[test]
fn answers_to_what_is_not_understood() {
    says(&answer::unknown_command(En), &["I don’t know that command. Try /help"]);
    says(&answer::unknown_command(Ko), &["모르는 명령이에요. /help 를 눌러 보세요."]);
    says(
        &answer::plain_text(En),
        &["🤖 I only understand commands.", "/status – today at a glance", "/help – what I can do"],
    );
    assert_eq!(Toast::Expired.text(Ko), "더 이상 쓸 수 없는 버튼이에요");
}

#[test]
fn admin_stats_and_queue() {
    let stats = admin::Stats {
        paused: None,
        linked: 1_204,
        linked_lately: 18,
        blocked: 31,
        sent: 3_911,
        failed: 12,
        p95: Some(Duration::from_millis(800)),
        runs: admin::Runs { ok: 288, late: 0, failed: 1 },
        queue: 0,
        last_poll: Some(Duration::from_secs(2)),
    };
    says(
        &stats.render(En),
        &[
            "<b>Stats</b> · 24 h",
            "Linked chats 1,204 (+18) · blocked 31",
            "Sent 3,911 · failed 12 · p95 0.8 s",
            "Jobs ok 288 · late 0 · failed 1 → /jobs",
            "Queue 0 · last poll 2 s ago",
        ],
    );
    says(
        &admin::Stats { p95: None, last_poll: None, ..stats }.render(Ko),
        &[
            "<b>통계</b> · 24시간",
            "연결된 대화 1,204 (+18) · 차단 31",
            "전송 3,911 · 실패 12",
            "작업 정상 288 · 지연 0 · 실패 1 → /jobs",
            "대기열 0",
        ],
    );
    let queue = admin::Queue {
        pending: 12,
        sending: 3,
        held: 4,
        dead: 1,
        oldest: Some(Duration::from_secs(150)),
        paused: None,
        problem: Some("the token is refused"),
        held_because: &[("chat_not_found", 3), ("refused", 1)],
        dead_because: &[],
    };
    says(
        &queue.render(En),
        &[
            "<b>Queue</b>",
            "⚠️ <b>Nothing can be sent:</b> the token is refused",
            "Pending 12 · sending 3 · held 4",
            "Held: chat not found 3 · refused by Telegram 1",
            "Oldest has waited 2 min",
            "Dead in 24 h 1",
        ],
    );
    let dead_because = [("blocked", 1_204), ("of_a_later_version", 1)];
    let queue =
        admin::Queue { problem: None, held_because: &[], dead: 1_205, dead_because: &dead_because, ..queue };
    says(
        &queue.render(Ko),
        &[
            "<b>대기열</b>",
            "대기 12 · 전송 중 3 · 보류 4",
            "가장 오래 기다린 알림 2분",
            "24시간 내 전송 불가 1,205",
            "전송 불가: 차단 1,204 · of_a_later_version 1",
        ],
    );
}

#[test]
fn menus_and_names() {
    let names = |audience| Command::menu(audience).iter().map(|command| command.name()).collect::<Vec<_>>();
    assert_eq!(
        names(Audience::People),
        ["start", "status", "posts", "new", "settings", "digest", "test", "unlink", "help"]
    );
    assert_eq!(
        names(Audience::Admins),
        [
            "start",
            "status",
            "posts",
            "new",
            "settings",
            "digest",
            "test",
            "unlink",
            "help",
            "stats",
            "queue",
            "failed",
            "resend",
            "jobs",
            "run",
            "broadcast",
            "invite",
            "pause",
            "resume"
        ]
    );
    assert_eq!(Language::ALL.map(language_name), ["English", "한국어"]);
    assert_eq!(Button::Connect.label(Ko), "✅ 연결");
}
