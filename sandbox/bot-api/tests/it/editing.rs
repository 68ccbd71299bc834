//! Editing and deleting what was sent.

use serde_json::{Value, json};

use crate::Bench;

const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

fn keyboard(data: &str) -> Value {
    json!({ "inline_keyboard": [[{ "text": "Tap", "callback_data": data }]] })
}

async fn sent(bench: &Bench, text: &str) -> i64 {
    let params = json!({ "chat_id": 1001, "text": text, "reply_markup": keyboard("a") });
    bench.ok("sendMessage", params).await["message_id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_edit_changes_the_text_and_without_markup_takes_the_buttons_away() {
    let bench = Bench::new();
    bench.mina().await;
    let id = sent(&bench, "one").await;
    let edited =
        bench.ok("editMessageText", json!({ "chat_id": 1001, "message_id": id, "text": "two" })).await;
    assert_eq!((&edited["message_id"], &edited["text"]), (&json!(id), &json!("two")));
    assert!(edited["edit_date"].is_i64());
    assert_eq!(edited.get("reply_markup"), None);
    let kept = bench.api.message(1001, id).unwrap();
    assert_eq!(kept.text(), "two");
    assert_eq!(kept.edits.len(), 1);
    assert_eq!(kept.edits[0].text, "one");
    assert!(kept.edits[0].reply_markup.is_some(), "and the history has them");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_refused() {
    let bench = Bench::new();
    bench.mina().await;
    let id = sent(&bench, "same").await;
    let same = json!({ "chat_id": 1001, "message_id": id, "text": " same ", "reply_markup": keyboard("a") });
    assert_eq!(bench.refused("editMessageText", same.clone()).await, NOT_MODIFIED);
    let markup = json!({ "chat_id": 1001, "message_id": id, "reply_markup": keyboard("a") });
    assert_eq!(bench.refused("editMessageReplyMarkup", markup).await, NOT_MODIFIED);
    assert!(bench.api.message(1001, id).unwrap().edits.is_empty());
    let other = json!({ "chat_id": 1001, "message_id": id, "reply_markup": keyboard("b") });
    bench.ok("editMessageReplyMarkup", other).await;
    assert_eq!(bench.ok("editMessageText", same).await["reply_markup"], keyboard("a"));
}

#[tokio::test]
async fn what_is_not_there_or_not_the_bots_can_not_be_edited() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let edit =
        |id: i64| bench.refused("editMessageText", json!({ "chat_id": 1001, "message_id": id, "text": "x" }));
    assert_eq!(edit(999).await, "Bad Request: message to edit not found");
    let hers = mina.says("mine").unwrap();
    assert_eq!(edit(hers).await, "Bad Request: message can't be edited");
    let id = sent(&bench, "soon gone").await;
    bench.ok("deleteMessage", json!({ "chat_id": 1001, "message_id": id })).await;
    assert_eq!(edit(id).await, "Bad Request: message to edit not found");
    assert_eq!(
        bench.refused("editMessageText", json!({ "inline_message_id": "x", "text": "x" })).await,
        "Bad Request: MESSAGE_ID_INVALID"
    );
    let caption = json!({ "chat_id": 1001, "message_id": sent(&bench, "text").await, "caption": "x" });
    assert_eq!(
        bench.refused("editMessageCaption", caption).await,
        "Bad Request: there is no caption in the message to edit"
    );
}

#[tokio::test]
async fn deleting_hides_a_message_from_everybody_but_the_test() {
    let bench = Bench::new();
    bench.mina().await;
    let id = sent(&bench, "gone").await;
    let delete = json!({ "chat_id": 1001, "message_id": id });
    assert_eq!(bench.ok("deleteMessage", delete.clone()).await, json!(true));
    assert_eq!(bench.refused("deleteMessage", delete).await, "Bad Request: message to delete not found");
    assert!(bench.api.sent(1001).is_empty());
    assert!(bench.api.messages(1001).iter().any(|message| message.deleted && message.text() == "gone"));
    let (a, b) = (sent(&bench, "a").await, sent(&bench, "b").await);
    bench.ok("deleteMessages", json!({ "chat_id": 1001, "message_ids": [a, 31_337, b] })).await;
    assert!(bench.api.sent(1001).is_empty());
}

#[tokio::test]
async fn the_same_text_twice_is_a_duplicate_even_when_edited_later() {
    let bench = Bench::new();
    bench.mina().await;
    let id = sent(&bench, "once?").await;
    sent(&bench, "once?").await;
    sent(&bench, "unique").await;
    bench.ok("editMessageText", json!({ "chat_id": 1001, "message_id": id, "text": "handled" })).await;
    let duplicates = bench.api.duplicates();
    assert_eq!(duplicates.len(), 1);
    assert_eq!((duplicates[0].chat, duplicates[0].text.as_str(), duplicates[0].times), (1001, "once?", 2));
}
