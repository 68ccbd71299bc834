//! sendPhoto: by upload, by id, by address.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::Bench;

/// The head of a PNG of this size: all that decides whether Telegram takes it.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0");
    bytes
}

async fn upload(bench: &Bench, form: Form) -> (u16, Value) {
    let response = bench.http.post(bench.method_url("sendPhoto")).multipart(form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn photo_form(bytes: Vec<u8>) -> Form {
    Form::new().text("chat_id", "1001").part("photo", Part::bytes(bytes).file_name("chart.png"))
}

#[tokio::test]
async fn an_uploaded_photo_keeps_its_bytes_caption_and_id() {
    let bench = Bench::new();
    bench.mina().await;
    let form = photo_form(png(800, 400)).text("caption", "<b>Your</b> week").text("parse_mode", "HTML");
    let (status, answer) = upload(&bench, form).await;
    assert_eq!(status, 200, "{answer}");
    let message = &answer["result"];
    assert_eq!(message["caption"], "Your week");
    assert_eq!(message["caption_entities"], json!([{ "type": "bold", "offset": 0, "length": 4 }]));
    let size = &message["photo"][0];
    assert_eq!((&size["width"], &size["height"]), (&json!(800), &json!(400)));
    let kept = &bench.api.sent(1001)[0];
    assert_eq!(kept.photo.as_ref().unwrap().bytes.as_ref(), png(800, 400));
    assert_eq!(kept.text(), "Your week");

    let again = json!({ "chat_id": 1001, "photo": size["file_id"] });
    assert_eq!(bench.ok("sendPhoto", again).await["photo"][0]["file_id"], size["file_id"]);
    let file = bench.ok("getFile", json!({ "file_id": size["file_id"] })).await;
    let path = file["file_path"].as_str().unwrap();
    let url = format!("{}/file/bot{}/{path}", bench.api.url(), bench.api.token());
    assert_eq!(bench.http.get(url).send().await.unwrap().bytes().await.unwrap(), png(800, 400));

    let caption = json!({ "chat_id": 1001, "message_id": message["message_id"], "caption": "New" });
    assert_eq!(bench.ok("editMessageCaption", caption).await["caption"], "New");
    let text = json!({ "chat_id": 1001, "message_id": message["message_id"], "text": "New" });
    assert_eq!(
        bench.refused("editMessageText", text).await,
        "Bad Request: there is no text in the message to edit"
    );
}

#[tokio::test]
async fn a_photo_may_be_attached_under_another_name() {
    let bench = Bench::new();
    bench.mina().await;
    let form = Form::new()
        .text("chat_id", "1001")
        .text("photo", "attach://chart")
        .part("chart", Part::bytes(png(10, 10)).file_name("c.png"));
    assert_eq!(upload(&bench, form).await.0, 200);
}

#[tokio::test]
async fn a_photo_by_address_is_taken_unseen() {
    let bench = Bench::new();
    bench.mina().await;
    bench.ok("sendPhoto", json!({ "chat_id": 1001, "photo": "https://example.com/a.jpg" })).await;
    let photo = bench.api.sent(1001)[0].photo.clone().unwrap();
    assert_eq!((photo.url.as_deref(), photo.bytes.len()), (Some("https://example.com/a.jpg"), 0));
}

#[tokio::test]
async fn what_is_no_photo_is_refused() {
    let bench = Bench::new();
    bench.mina().await;
    for (form, words) in [
        (photo_form(Vec::new()), "file must be non-empty"),
        (photo_form(b"not an image".to_vec()), "IMAGE_PROCESS_FAILED"),
        (photo_form(png(9_000, 1_001)), "PHOTO_INVALID_DIMENSIONS"),
        (photo_form(png(2_100, 100)), "PHOTO_INVALID_DIMENSIONS"),
        (
            photo_form([png(10, 10), vec![0; 10 << 20]].concat()),
            "file of size 10485789 bytes is too big for a photo",
        ),
        (photo_form(png(1, 1)).text("caption", "x".repeat(1025)), "message caption is too long"),
        (Form::new().text("chat_id", "1001"), "there is no photo in the request"),
        (
            Form::new().text("chat_id", "1001").text("photo", "AgADBAAD"),
            "wrong remote file identifier specified: Wrong string length",
        ),
        (
            Form::new().text("chat_id", "1001").text("photo", "http://localhost/a.png"),
            "wrong HTTP URL specified",
        ),
    ] {
        let (status, answer) = upload(&bench, form).await;
        assert_eq!(
            (status, answer["description"].as_str().unwrap()),
            (400, format!("Bad Request: {words}").as_str())
        );
    }
    assert!(bench.api.sent(1001).is_empty());
    let fits = photo_form(png(1, 1)).text("caption", "x".repeat(1024));
    assert_eq!(upload(&bench, fits).await.0, 200);
}
