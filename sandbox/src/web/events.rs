//! What happens on the pretend platform when a button says so.

use serde_json::{Value, json};

use crate::demo::DemoPerson;

/// An event of this kind for a person, in their language; nothing for a kind that the page does not know.
pub(super) fn event(kind: &str, person: &DemoPerson) -> Option<Value> {
    let korean = person.language == "ko";
    let word = |english: &'static str, other: &'static str| if korean { other } else { english };
    let text = word(
        "New scones from 8 am, with butter from the farm next door.",
        "아침 8시부터 새로 들어온 시집을 만나 보세요.",
    );
    let (name, data) = match kind {
        "published" => (
            "post.published",
            json!({ "network": "instagram", "text": text, "url": "https://instagram.example/p/scones" }),
        ),
        "failed" => (
            "post.failed",
            json!({
                "network": "facebook",
                "text": text,
                "error": word("Facebook asked you to log in again.", "페이스북 로그인이 만료됐어요."),
                "fix": word("reconnect Facebook, then retry.", "페이스북을 다시 연결한 뒤 재시도해 주세요."),
                "post_id": "17",
            }),
        ),
        "unconfirmed" => ("post.unconfirmed", json!({ "network": "x", "text": text, "post_id": "18" })),
        "automation" => (
            "automation.executed",
            json!({
                "name": word("Friday recap", "금요일 정리"),
                "text": word("3 posts drafted, 1 needs your review", "초안 3건 작성, 1건은 확인이 필요해요"),
            }),
        ),
        "announcement" => (
            "announcement",
            json!({ "text": word("Maintenance tonight 02:00–02:20.", "오늘 새벽 2:00–2:20에 점검이 있어요.") }),
        ),
        _ => return None,
    };
    Some(json!({ "type": name, "account": person.account, "data": data }))
}
