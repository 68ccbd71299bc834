//! What admins read about pauses, invitations, broadcasts, trouble and each other.

use std::time::Duration;

use chrono_tz::Tz;

use super::{at, says};
use crate::domain::alert::{Alert, Trouble};
use crate::domain::broadcast::{Audience, Progress};
use crate::domain::language::Language::{En, Ko};
use crate::text::alert::alert;
use crate::text::audit::{Deed, deeds};
use crate::text::broadcast::{Preview, Report, Stage, broadcast_too_long};
use crate::text::invitation::Invitation;
use crate::text::pause::{Paused, resumed};

const MOMENT: i64 = 1_795_334_400;

#[test]
fn a_pause() {
    let paused = Paused { since: at(MOMENT), by: "admin:900", zone: Tz::Asia__Seoul };
    let time = format!(r#"<tg-time unix="{MOMENT}" format="wdt">Nov 22, 17:00</tg-time>"#);
    says(
        &paused.render(En),
        &[
            &format!("⏸ <b>Sending is paused</b> since {time} · admin:900"),
            "What happens now waits and is told afterwards. Replies and posts go on.",
            "/resume sends messages to people again.",
        ],
    );
    says(&resumed(En, Some(Duration::from_secs(130))), &["▶️ <b>Sending goes on</b> after 2 min"]);
    says(&resumed(Ko, None), &["▶️ <b>전송이 멈춰 있지 않아요</b>"]);
}

#[test]
fn an_invitation() {
    let link = "https://t.me/a_bot?start=x";
    let invitation = Invitation { account: "Mina’s Bakery", link, is_linked: true };
    says(
        &invitation.render(En),
        &[
            "🔗 <b>A link for Mina’s Bakery</b>",
            link,
            "Send it on: it connects one chat, once, within 10 minutes.",
            "The account is connected to a chat already: the link offers to move it.",
        ],
    );
}

#[test]
fn a_broadcast() {
    let audience = Audience { by_language: vec![(En, 402), (Ko, 771)], switched_off: 0 };
    let takes = Some(Duration::from_secs(40));
    let preview = |text| Preview { text, audience: &audience, takes };
    says(
        &preview("Maintenance tonight 02:00–02:20.").render(En),
        &[
            "📣 <b>Broadcast preview</b> → 1,173 chats (en 402, ko 771) · about 40 s",
            "",
            "<blockquote>Maintenance tonight 02:00–02:20.</blockquote>",
        ],
    );
    says(
        &preview("오늘 새벽 점검이 있어요.").render(Ko),
        &[
            "📣 <b>공지 미리보기</b> → 1,173개 대화 (en 402, ko 771) · 약 40초",
            "",
            "<blockquote>오늘 새벽 점검이 있어요.</blockquote>",
        ],
    );
    let progress = Progress { sent: 812, later: 20, failed: 3, switched_off: 1 };
    let report = |stage| Report { stage, text: "Maintenance", audience: 1_173, progress };
    says(
        &report(Stage::Sending).render(En),
        &[
            "📣 <b>Sending</b> · 812 of 1,173",
            "Not reached 3 · Switched off 1",
            "",
            "<blockquote>Maintenance</blockquote>",
        ],
    );
    says(
        &report(Stage::Done).render(Ko),
        &[
            "✅ <b>812개 대화에 보냈어요</b> · 전체 1,173개",
            "나중에 20 · 전송 불가 3 · 공지 끔 1",
            "",
            "<blockquote>Maintenance</blockquote>",
        ],
    );
    says(&broadcast_too_long(En, 3_510), &["📣 <b>That is 10 characters too long</b>"]);
}

#[test]
fn trouble_and_its_end() {
    let error = Some("no room & no folder".to_owned());
    let trouble = Alert { trouble: Trouble::BackupFails { error }, since: at(MOMENT), over_at: None };
    let time = format!(r#"<tg-time unix="{MOMENT}" format="wdt">Nov 22, 08:00</tg-time>"#);
    says(
        &alert(En, &trouble, Tz::UTC),
        &[
            "🚨 <b>The database was not backed up</b>",
            "<b>Why:</b> no room &amp; no folder",
            "<b>Fix:</b> make room for the backup, then /run backup_database",
            &format!("Since {time}"),
        ],
    );
    let job = Trouble::JobFails { job: "purge_expired".into(), error: None };
    let over = Alert { trouble: job, since: at(MOMENT), over_at: Some(at(MOMENT + 7_200)) };
    says(&alert(En, &over, Tz::UTC), &["✅ <b>Over:</b> purge_expired failed twice · lasted 2 h"]);
    says(
        &alert(Ko, &over, Tz::UTC),
        &["✅ <b>해결됨:</b> purge_expired 작업이 연달아 실패했어요 · 지속 시간 2시간"],
    );
}

#[test]
fn what_admins_did() {
    let ago = Duration::from_secs(130);
    let last = [
        Deed { action: "resend", subject: Some("41"), by: "api:ops", ago },
        Deed { action: "of_a_later_version", subject: None, by: "admin:900", ago },
    ];
    says(
        &deeds(En, &last),
        &[
            "🗒 <b>What admins did</b>",
            "sent 41 again · api:ops · 2 min ago",
            "of_a_later_version – · admin:900 · 2 min ago",
        ],
    );
    says(&deeds(Ko, &[]), &["🗒 <b>관리자 작업 기록이 없어요</b>"]);
}
