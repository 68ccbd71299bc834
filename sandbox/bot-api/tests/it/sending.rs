//! sendMessage: how it may be called, what it gives, what it refuses.

use bot_api::NewPerson;
use serde_json::{Value, json};

use crate::Bench;

#[tokio::test]
async fn parameters_come_as_json_form_query_or_multipart_and_names_in_any_case() {
    let bench = Bench::new();
    bench.mina().await;
    let url = bench.method_url("SENDMESSAGE");
    let form = [("chat_id", "1001"), ("text", "a form & more"), ("disable_notification", "true")];
    let by_form = bench.http.post(&url).form(&form).send().await.unwrap();
    let by_query =
        bench.http.get(format!("{url}?chat_id=1001&text=a%20query+%ED%95%9C")).send().await.unwrap();
    let parts = reqwest::multipart::Form::new().text("chat_id", "1001").text("text", "a multipart");
    let by_parts = bench.http.post(&url).multipart(parts).send().await.unwrap();
    bench.ok("SendMessage", json!({ "chat_id": "1001", "text": "json with a text id" })).await;
    for response in [by_form, by_query, by_parts] {
        assert_eq!(response.status(), 200);
    }
    let sent = bench.api.sent(1001);
    let texts: Vec<&str> = sent.iter().map(bot_api::ChatMessage::text).collect();
    assert_eq!(texts, ["a form & more", "a query 한", "a multipart", "json with a text id"]);
    assert_eq!(sent.iter().map(|m| m.silent).collect::<Vec<_>>(), [true, false, false, false]);
}

#[tokio::test]
async fn html_becomes_entities_with_utf16_offsets_and_the_source_is_kept() {
    let bench = Bench::new();
    bench.mina().await;
    let source = "👋 <b>Hi, Mina!</b>\n<a href=\"https://example.com\">here</a> /settings";
    let params = json!({
        "chat_id": 1001, "text": source, "parse_mode": "HTML", "link_preview_options": { "is_disabled": true },
    });
    let message = bench.ok("sendMessage", params).await;
    assert_eq!(message["text"], "👋 Hi, Mina!\nhere /settings");
    assert_eq!(
        message["entities"],
        json!([
            { "type": "bold", "offset": 3, "length": 9 },
            { "type": "text_link", "offset": 13, "length": 4, "url": "https://example.com/" },
            { "type": "bot_command", "offset": 18, "length": 9 },
        ])
    );
    assert_eq!(message["from"]["is_bot"], true);
    assert_eq!(message["link_preview_options"]["is_disabled"], true);
    let kept = &bench.api.sent(1001)[0];
    assert_eq!(kept.source.as_deref(), Some(source));
    assert_eq!(kept.parse_mode.as_deref(), Some("HTML"));
}

#[tokio::test]
async fn broken_html_is_refused_in_telegrams_words() {
    let bench = Bench::new();
    bench.mina().await;
    let refused = |text: &'static str| {
        bench.refused("sendMessage", json!({ "chat_id": 1001, "text": text, "parse_mode": "HTML" }))
    };
    assert_eq!(
        refused("Hello there <x>").await,
        "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 12"
    );
    assert_eq!(
        refused("<b>x").await,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""
    );
    assert!(bench.api.sent(1001).is_empty());
}

#[tokio::test]
async fn texts_have_a_length_of_1_to_4096_after_parsing() {
    let bench = Bench::new();
    bench.mina().await;
    let send = |text: String| {
        bench.call("sendMessage", json!({ "chat_id": 1001, "text": text, "parse_mode": "HTML" }))
    };
    assert_eq!(send(format!("<b>{}</b>", "한".repeat(4096))).await.0, 200);
    assert_eq!(send("한".repeat(4097)).await.1["description"], "Bad Request: message is too long");
    assert_eq!(send("😀".repeat(2049)).await.1["description"], "Bad Request: message is too long");
    assert_eq!(send("x".repeat(40_000)).await.1["description"], "Bad Request: text is too long");
    assert_eq!(send(String::new()).await.1["description"], "Bad Request: message text is empty");
    assert_eq!(send("<b> \n </b>".to_owned()).await.1["description"], "Bad Request: text must be non-empty");
}

#[tokio::test]
async fn strings_must_be_utf8_without_lone_surrogates() {
    let bench = Bench::new();
    bench.mina().await;
    let not_utf8 = "Bad Request: strings must be encoded in UTF-8";
    let send = async |content_type: &str, body: &[u8]| {
        let request = bench.http.post(bench.method_url("sendMessage")).header("content-type", content_type);
        let answer: Value = request.body(body.to_vec()).send().await.unwrap().json().await.unwrap();
        answer["description"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(send("application/json", br#"{"chat_id":1001,"text":"\ud83d"}"#).await, not_utf8);
    assert_eq!(send("application/json", b"{\"chat_id\":1001,\"text\":\"\xff\"}").await, not_utf8);
    assert_eq!(send("application/x-www-form-urlencoded", b"chat_id=1001&text=%ff").await, not_utf8);
    assert_eq!(send("application/json", b"{").await, "Bad Request: can't parse JSON object");
    assert_eq!(send("application/json", br#"{"chat_id":1001,"text":"\ud83d\ude00"}"#).await, "");
    assert_eq!(bench.api.sent(1001)[0].text(), "😀");
}

#[tokio::test]
async fn buttons_are_checked_one_by_one() {
    let bench = Bench::new();
    bench.mina().await;
    let refused = |button: Value| {
        let markup = json!({ "inline_keyboard": [[button]] });
        bench.refused("sendMessage", json!({ "chat_id": 1001, "text": "x", "reply_markup": markup }))
    };
    let unparsed = "Bad Request: can't parse inline keyboard button: ";
    assert_eq!(
        refused(json!({ "text": "a" })).await,
        format!("{unparsed}Text buttons are unallowed in the inline keyboard")
    );
    assert_eq!(
        refused(json!({ "callback_data": "a" })).await,
        format!("{unparsed}Can't find field \"text\"")
    );
    assert_eq!(refused(json!("a")).await, format!("{unparsed}InlineKeyboardButton must be an Object"));
    assert_eq!(
        refused(json!({ "text": "a", "callback_data": "b", "url": "https://example.com" })).await,
        format!("{unparsed}exactly one action is allowed")
    );
    assert_eq!(
        refused(json!({ "text": "a", "callback_data": "가".repeat(22) })).await,
        "Bad Request: BUTTON_DATA_INVALID",
        "66 bytes, though only 22 characters"
    );
    assert_eq!(
        refused(json!({ "text": "a", "url": "http://localhost:8000/x" })).await,
        "Bad Request: inline keyboard button URL 'http://localhost:8000/x' is invalid: Wrong HTTP URL"
    );
    assert_eq!(
        refused(json!({ "text": "a", "url": "ftp://example.com" })).await,
        "Bad Request: inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol"
    );
    assert_eq!(
        refused(json!({ "text": " ", "callback_data": "b" })).await,
        "Bad Request: inline keyboard button text must be non-empty"
    );
    let wide = json!({ "text": "a", "callback_data": "x".repeat(64) });
    let markup = json!({ "inline_keyboard": [[wide], [{ "text": "tg", "url": "tg://resolve?domain=x" }]] });
    // As text, the way forms carry it.
    let params = json!({ "chat_id": 1001, "text": "x", "reply_markup": markup.to_string() });
    let message = bench.ok("sendMessage", params).await;
    assert_eq!(message["reply_markup"]["inline_keyboard"].as_array().unwrap().len(), 2);
    assert_eq!(bench.api.sent(1001)[0].labels(), ["a", "tg"]);
}

#[tokio::test]
async fn markups_have_a_shape() {
    let bench = Bench::new();
    bench.mina().await;
    let send = |markup: Value| {
        bench.call("sendMessage", json!({ "chat_id": 1001, "text": "x", "reply_markup": markup }))
    };
    for (markup, words) in [
        (json!("{"), "can't parse reply keyboard markup JSON object"),
        (json!([1]), "object expected as reply markup"),
        (json!({ "inline_keyboard": {} }), "field \"inline_keyboard\" must be of type Array"),
        (
            json!({ "inline_keyboard": [{}] }),
            "field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
        ),
        (json!({ "keyboard": [[""]] }), "keyboard button text must be non-empty"),
    ] {
        assert_eq!(send(markup).await.1["description"], format!("Bad Request: {words}"));
    }
    let (status, answer) = send(json!({ "keyboard": [["Yes", { "text": "No" }]] })).await;
    assert_eq!(
        (status, answer["result"].get("reply_markup")),
        (200, None),
        "only inline keyboards are echoed"
    );
}

#[tokio::test]
async fn strangers_and_wrong_chats_are_told_apart() {
    let bench = Bench::new();
    bench.api.person(NewPerson::new(2002, "Stranger"));
    let send = |chat: Value| bench.call("sendMessage", json!({ "chat_id": chat, "text": "x" }));
    let (status, answer) = send(json!(2002)).await;
    assert_eq!(
        (status, answer["description"].as_str()),
        (403, Some("Forbidden: bot can't initiate conversation with a user"))
    );
    for nobody in [json!(31_337), json!(-31_337), json!("@nobody"), json!("me")] {
        let (status, answer) = send(nobody).await;
        assert_eq!((status, answer["description"].as_str()), (400, Some("Bad Request: chat not found")));
    }
    assert_eq!(bench.refused("sendMessage", json!({ "text": "x" })).await, "Bad Request: chat_id is empty");
}

#[tokio::test]
async fn unknown_tokens_methods_and_paths_are_refused_as_telegram_does() {
    let bench = Bench::new();
    let get = async |path: String| {
        let response = bench.http.get(format!("{}{path}", bench.api.url())).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let token = bench.api.token();
    let not_found = (404, r#"{"ok":false,"error_code":404,"description":"Not Found"}"#.to_owned());
    let unauthorized = (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#.to_owned());
    assert_eq!(get(format!("/bot{token}/frobnicate")).await, not_found);
    assert_eq!(get("/bot123:short/getMe".to_owned()).await, not_found);
    assert_eq!(get("/".to_owned()).await, not_found);
    let other_secret = format!("{}x", &token[..token.len() - 1]);
    assert_eq!(get(format!("/bot{other_secret}/getMe")).await, unauthorized);
    bench.api.revoke_token(&other_secret).unwrap();
    assert_eq!(get(format!("/bot{token}/getMe")).await, unauthorized, "the old token is revoked");
    assert_eq!(get(format!("/bot{other_secret}/getMe")).await.0, 200);
}

#[tokio::test]
async fn a_reply_shows_what_it_answers() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let asked = mina.says("why?").unwrap();
    let reply = |id: i64, optional: bool| {
        let parameters = json!({ "message_id": id, "allow_sending_without_reply": optional });
        json!({ "chat_id": 1001, "text": "because", "reply_parameters": parameters })
    };
    let message = bench.ok("sendMessage", reply(asked, false)).await;
    assert_eq!(message["reply_to_message"]["text"], "why?");
    assert_eq!(
        bench.refused("sendMessage", reply(999, false)).await,
        "Bad Request: message to be replied not found"
    );
    assert_eq!(bench.ok("sendMessage", reply(999, true)).await.get("reply_to_message"), None);
}
