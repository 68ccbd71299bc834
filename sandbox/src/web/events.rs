//! What happens on the pretend platform when a button says so.

use serde_json::{Value, json};

use crate::demo::DemoPerson;

/// An event of this kind for a person, in their language; where a post is in trouble, it is the platform's `post`. Nothing
/// for a kind that the page does not know.
pub(super) fn event(kind: &str, person: &DemoPerson, post: &str) -> Option<Value> {
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
            json!({ "network": "facebook", "text": text, "error_code": "login_expired", "post_id": post }),
        ),
        "unconfirmed" => ("post.unconfirmed", json!({ "network": "x", "text": text, "post_id": post })),
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
