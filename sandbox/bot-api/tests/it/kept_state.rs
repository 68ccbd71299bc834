//! The world across restarts.

use bot_api::{NewPerson, Options};
use serde_json::json;

use crate::Bench;

fn kept_in(directory: &tempfile::TempDir) -> Options {
    Options { state_file: Some(directory.path().join("telegram.json")), ..Options::unlimited() }
}

#[tokio::test]
async fn chats_updates_commands_and_photos_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::with(kept_in(&directory));
    let mina = bench.mina().await;
    let group = bench.api.group("Bakery", &mina);
    group.add_bot().unwrap();
    let markup = json!({ "inline_keyboard": [[{ "text": "Tap", "callback_data": "d" }]] });
    let sent =
        bench.ok("sendMessage", json!({ "chat_id": 1001, "text": "kept", "reply_markup": markup })).await;
    bench.ok("setMyCommands", json!({ "commands": [{ "command": "start", "description": "Start" }] })).await;
    bench.ok("getUpdates", json!({ "allowed_updates": ["message"] })).await;
    mina.says("waiting").unwrap();
    let pending = bench.api.pending_updates();
    let acknowledged = bench.api.acknowledged();
    bench.api.stop();

    let bench = Bench::with(kept_in(&directory));
    assert_eq!(bench.api.pending_updates(), pending);
    assert_eq!(bench.api.acknowledged(), acknowledged);
    assert_eq!(bench.api.commands("default", "")[0].command, "start");
    let kept = bench.api.message(1001, sent["message_id"].as_i64().unwrap()).unwrap();
    assert_eq!((kept.text(), kept.labels()), ("kept", vec!["Tap"]));
    let mina = bench.api.known_person(1001).unwrap();
    mina.blocks_bot().unwrap();
    assert_eq!(bench.api.pending_updates(), pending, "only messages are wanted, as before");
    let next = bench.ok("sendMessage", json!({ "chat_id": group.id(), "text": "still in" })).await;
    assert!(next["message_id"].as_i64().unwrap() > 1);
}

#[tokio::test]
async fn a_file_that_is_no_state_stops_the_start_and_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("telegram.json");
    std::fs::write(&path, "precious").unwrap();
    let error = bot_api::BotApi::start(kept_in(&directory)).unwrap_err().to_string();
    assert!(error.contains("telegram.json"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn changes_are_written_without_a_stop() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::with(kept_in(&directory));
    bench.api.person(NewPerson::new(1001, "Mina")).says("written soon").unwrap();
    let path = directory.path().join("telegram.json");
    let written = async {
        loop {
            if std::fs::read_to_string(&path).is_ok_and(|text| text.contains("written soon")) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), written).await.unwrap();
}
