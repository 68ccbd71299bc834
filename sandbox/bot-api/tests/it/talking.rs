//! People type, tap and block; the bot hears of it.

use bot_api::{NewPerson, Tap};
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn a_person_starts_the_bot_by_a_deep_link() {
    let bench = Bench::new();
    let mina = bench.api.person(NewPerson::new(1001, "Mina").username("mina_k").language("ko"));
    let id = mina.starts("abc_DEF-1").unwrap();

    let updates = bench.updates().await;
    let message = &updates[0]["message"];
    assert_eq!(message["message_id"], id);
    assert_eq!(message["text"], "/start abc_DEF-1");
    assert_eq!(message["entities"], json!([{ "type": "bot_command", "offset": 0, "length": 6 }]));
    assert_eq!(
        message["from"],
        json!({ "id": 1001, "is_bot": false, "first_name": "Mina", "username": "mina_k", "language_code": "ko" })
    );
    assert_eq!(
        message["chat"],
        json!({ "id": 1001, "username": "mina_k", "first_name": "Mina", "type": "private" })
    );
    assert!(mina.starts("a.b").is_err(), "such a payload can't come out of a deep link");
    assert!(mina.starts(&"x".repeat(65)).is_err());
}

#[tokio::test]
async fn a_tap_reaches_the_bot_with_its_message_and_the_person_sees_the_answer() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let keyboard = json!({ "inline_keyboard": [[
        { "text": "✅ Connect", "callback_data": "link:yes" },
        { "text": "Site", "url": "https://example.com" },
    ]] });
    let sent = bench
        .ok("sendMessage", json!({ "chat_id": 1001, "text": "Connect?", "reply_markup": keyboard }))
        .await;
    let message_id = sent["message_id"].as_i64().unwrap();

    let tap: Tap = mina.tap(1001, message_id, "Connect").unwrap();
    let query = bench.updates().await[0]["callback_query"].clone();
    assert_eq!(query["data"], "link:yes");
    assert_eq!(query["from"]["id"], 1001);
    assert_eq!(query["message"]["text"], "Connect?");
    assert_eq!(query["message"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "link:yes");

    let id = query["id"].clone();
    assert_eq!(id, tap.callback_query_id);
    bench
        .ok("answerCallbackQuery", json!({ "callback_query_id": id, "text": "Done", "show_alert": true }))
        .await;
    let answer = tap.answer(std::time::Duration::from_secs(5)).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.show_alert), ("Done", true));

    let too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(bench.refused("answerCallbackQuery", json!({ "callback_query_id": id })).await, too_old);
    assert_eq!(bench.refused("answerCallbackQuery", json!({ "callback_query_id": "1" })).await, too_old);
    assert!(mina.tap(1001, message_id, "Site").is_err(), "the bot hears nothing of a link");
    assert!(mina.tap(1001, message_id, "No such").is_err());
}

#[tokio::test]
async fn an_expired_tap_can_not_be_answered_and_a_forged_one_arrives() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let sent = bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "no buttons" })).await;
    let tap = mina.tap_data(1001, sent["message_id"].as_i64().unwrap(), "forged:data").unwrap();
    assert_eq!(bench.updates().await[0]["callback_query"]["data"], "forged:data");
    bench.api.expire_taps();
    let refused =
        bench.refused("answerCallbackQuery", json!({ "callback_query_id": tap.callback_query_id })).await;
    assert!(refused.contains("query is too old"), "{refused}");
    assert!(tap.answer(std::time::Duration::from_millis(20)).await.is_err());
}

#[tokio::test]
async fn callback_answers_have_a_limit_and_may_not_open_any_page() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let sent = bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "x" })).await;
    let tap = mina.tap_data(1001, sent["message_id"].as_i64().unwrap(), "d").unwrap();
    let id = tap.callback_query_id;
    let long = json!({ "callback_query_id": id, "text": "가".repeat(201) });
    assert_eq!(bench.refused("answerCallbackQuery", long).await, "Bad Request: MESSAGE_TOO_LONG");
    let page = json!({ "callback_query_id": id, "url": "https://example.com/" });
    assert_eq!(bench.refused("answerCallbackQuery", page).await, "Bad Request: URL_INVALID");
    let fits = json!({ "callback_query_id": id, "text": "가".repeat(200), "url": "https://t.me/scheduler_bot?start=x" });
    bench.ok("answerCallbackQuery", fits).await;
}

#[tokio::test]
async fn blocking_is_told_and_closes_the_chat_until_unblocked() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    mina.blocks_bot().unwrap();
    let change = bench.updates().await[0]["my_chat_member"].clone();
    assert_eq!(change["old_chat_member"]["status"], "member");
    assert_eq!(change["new_chat_member"]["status"], "kicked");
    assert_eq!(change["new_chat_member"]["until_date"], 0);
    assert_eq!(change["new_chat_member"]["user"]["username"], "scheduler_bot");
    assert_eq!(change["chat"]["id"], 1001);
    let send = || bench.call("sendMessage", json!({ "chat_id": 1001, "text": "x" }));
    let (status, answer) = send().await;
    assert_eq!(
        (status, answer["description"].as_str()),
        (403, Some("Forbidden: bot was blocked by the user"))
    );
    assert!(mina.says("hello?").is_err(), "nobody writes to a bot they blocked");

    mina.unblocks_bot().unwrap();
    assert_eq!(bench.updates().await[0]["my_chat_member"]["new_chat_member"]["status"], "member");
    assert_eq!(send().await.0, 200);

    mina.deactivates();
    assert_eq!(send().await.1["description"], "Forbidden: user is deactivated");
}

#[tokio::test]
async fn any_kind_of_message_and_an_edited_one_arrive() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let location = json!({ "location": { "latitude": 37.5, "longitude": 127.0 } });
    mina.sends(location.as_object().unwrap().clone()).unwrap();
    let said = mina.says("helo").unwrap();
    mina.edits(said, "hello").unwrap();
    let updates = bench.updates().await;
    assert_eq!(updates[0]["message"]["location"]["latitude"], 37.5);
    assert_eq!(updates[2]["edited_message"]["text"], "hello");
    assert!(updates[2]["edited_message"]["edit_date"].is_i64());
    assert_eq!(bench.api.message(1001, said).unwrap().edits[0].text, "helo");
}

#[tokio::test]
async fn an_update_of_a_kind_nobody_knows_is_pushed_as_it_is() {
    let bench = Bench::new();
    let fields = json!({ "quantum_entanglement": { "chat": 1 } });
    let id = bench.api.push_update(fields.as_object().unwrap());
    assert_eq!(
        bench.api.pending_updates(),
        [format!("{{\"update_id\":{id},\"quantum_entanglement\":{{\"chat\":1}}}}")]
    );
    bench.api.push_update(&serde_json::Map::new());
    assert_eq!(bench.updates().await.len(), 2);
}

#[tokio::test]
async fn a_wait_ends_when_the_message_comes_and_tells_what_came_instead() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let waiting = tokio::spawn({
        let mina = mina.clone();
        async move { mina.sees("second").await }
    });
    bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "the first" })).await;
    bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "the second" })).await;
    assert_eq!(waiting.await.unwrap().unwrap().text(), "the second");

    let wait =
        bench.api.wait_for_message(1001, |m| m.text() == "third", std::time::Duration::from_millis(30));
    let not_seen = wait.await.unwrap_err().to_string();
    assert!(not_seen.contains("the first") && not_seen.contains("the second"), "{not_seen}");
}

#[tokio::test]
async fn two_bots_have_two_private_chats_with_the_same_person() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    let other = bench.api.add_bot("777:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "other_bot").unwrap();
    let other = Bench::of(other);
    let refused = other.refused("sendMessage", json!({ "chat_id": 1001, "text": "x" })).await;
    assert_eq!(refused, "Forbidden: bot can't initiate conversation with a user");
    other.api.known_person(1001).unwrap().says("/start").unwrap();
    other.ok("sendMessage", json!({ "chat_id": 1001, "text": "from the other" })).await;
    assert!(bench.api.sent(1001).is_empty());
    assert_eq!(other.api.sent(1001).len(), 1);
    assert_eq!(mina.messages().len(), 1);
    let to_bot = bench.refused("sendMessage", json!({ "chat_id": 777, "text": "x" })).await;
    assert_eq!(to_bot, "Forbidden: the bot can't send messages to the bot");
}
