//! What admins read about dead letters.

use std::time::Duration;

use super::says;
use crate::domain::language::Language::{En, Ko};
use crate::domain::notification::State;
use crate::text::dead_letters::{DeadLetter, Resend, dead_letters, resend_button, which_dead_letter};

fn letter<'a>(id: i64, account: &'a str, reason: Option<&'a str>) -> DeadLetter<'a> {
    DeadLetter { id, account, kind: "post.failed", reason, ago: Duration::from_secs(130) }
}

#[test]
fn the_last_dead_letters() {
    let last = [letter(1_204, "alice", Some("blocked")), letter(41, "<jun>", None)];
    says(
        &dead_letters(En, None, 1_206, &last),
        &[
            "📭 <b>Dead letters</b> · 1,206",
            "<code>1204</code> alice · post.failed · blocked · 2 min ago",
            "<code>41</code> &lt;jun&gt; · post.failed · – · 2 min ago",
            "and 1,204 more",
        ],
    );
    let news = Resend::Stands { state: State::Sent, reason: None }.render(Ko, "7");
    says(
        &dead_letters(Ko, Some(news), 1, &last[..1]),
        &[
            "✅ <b>7번 전송 완료</b>",
            "📭 <b>전송 불가 알림</b> · 1건",
            "<code>1204</code> alice · post.failed · 차단 · 2분 전",
        ],
    );
    says(&dead_letters(En, None, 0, &[]), &["📭 <b>No dead letters</b>"]);
    assert_eq!(resend_button(En, 1_204), "🔄 1204");
}

#[test]
fn what_becomes_of_one_that_is_sent_again() {
    let stands = |state, reason| Resend::Stands { state, reason };
    for (resend, text) in [
        (stands(State::Sent, None), "✅ <b>7 is sent</b>"),
        (stands(State::Pending, None), "⏳ <b>7 is on its way</b>"),
        (stands(State::Sending, None), "⏳ <b>7 is on its way</b>"),
        (stands(State::Dead, Some("unsendable")), "❌ <b>7 failed again:</b> unsendable"),
        (stands(State::Cancelled, Some("unlinked")), "🚫 <b>7 was cancelled:</b> disconnected"),
        (Resend::NotLinked { account: "alice" }, "🔌 <b>7 stays here:</b> alice is not connected to a chat."),
        (
            Resend::Unreachable { account: "alice", reason: "blocked" },
            "🔌 <b>7 stays here:</b> the chat of alice can’t be reached (blocked).",
        ),
    ] {
        says(&resend.render(En, "7"), &[text]);
    }
    says(
        &which_dead_letter(En, Some("a <b> c")),
        &[
            "🤔 There is no notification a &lt;b&gt; c.",
            "🔄 <b>Send which one again?</b>",
            "/failed shows their numbers.",
        ],
    );
    says(
        &which_dead_letter(Ko, Some("")),
        &["🔄 <b>어떤 알림을 다시 보낼까요?</b>", "번호는 /failed 에서 볼 수 있어요."],
    );
}
