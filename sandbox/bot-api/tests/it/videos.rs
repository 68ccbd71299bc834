//! sendVideo: by address, by id.

use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn a_video_by_address_is_taken_unseen_and_known_by_its_id() {
    let bench = Bench::new();
    bench.mina().await;
    let film = json!({ "chat_id": 1001, "video": "https://example.com/a.mp4", "caption": "<b>Scones</b>",
                       "parse_mode": "HTML", "disable_notification": true });
    let message = bench.ok("sendVideo", film).await;
    assert_eq!((&message["caption"], &message["text"]), (&json!("Scones"), &json!(null)));
    let id = &message["video"]["file_id"];
    let again = bench.ok("sendVideo", json!({ "chat_id": 1001, "video": id })).await;
    assert_eq!(again["video"], message["video"]);
    assert!(bench.api.sent(1001)[0].silent && !bench.api.sent(1001)[1].silent);
    let caption = json!({ "chat_id": 1001, "message_id": message["message_id"], "caption": "New" });
    assert_eq!(bench.ok("editMessageCaption", caption).await["caption"], "New");
    let photo = bench.refused("sendPhoto", json!({ "chat_id": 1001, "photo": id })).await;
    assert_eq!(photo, "Bad Request: can't use file of type Video as Photo");
}

#[tokio::test]
async fn what_is_no_video_is_refused() {
    let bench = Bench::new();
    bench.mina().await;
    for (video, words) in [
        (json!(null), "there is no video in the request"),
        (json!("BAACAgIAAxk"), "wrong remote file identifier specified: Wrong string length"),
        (json!("http://localhost/a.mp4"), "wrong HTTP URL specified"),
        (json!("https://example.com/a.jpg?as=a.mp4"), "wrong type of the web page content"),
    ] {
        let refused = bench.refused("sendVideo", json!({ "chat_id": 1001, "video": video })).await;
        assert_eq!(refused, format!("Bad Request: {words}"));
    }
    let film = json!({ "chat_id": 1001, "photo": "https://example.com/a.MP4" });
    assert_eq!(bench.refused("sendPhoto", film).await, "Bad Request: wrong type of the web page content");
    let long = json!({ "chat_id": 1001, "video": "https://example.com/a.mp4", "caption": "x".repeat(1025) });
    assert_eq!(bench.refused("sendVideo", long).await, "Bad Request: message caption is too long");
    assert!(bench.api.sent(1001).is_empty());
}
