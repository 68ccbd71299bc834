//! Updates as no version of Telegram sends them, by the thousand.

use std::time::Duration;

use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::scaled;
use crate::harness::{Launch, dice, spoil};
use crate::on_both_databases_with_processes;

/// How much more memory may the process hold after all of them than after the first tenth, in KiB? What the allocator
/// keeps varies by some MiB.
const FLAT: u64 = 16 * 1024;

/// How long may a tenth of them take?
const PATIENCE: Duration = Duration::from_secs(120);

on_both_databases_with_processes! {
    async fn fault_16_spoiled_and_unknown_updates_end_nothing(world) {
        let mut dice = dice();
        let mina = world.mina();
        // A line for each that can't be read would be most of what is measured.
        let service = Launch::of(world).set("RUST_LOG", "info,TELEGRAM=off").start_ready().await;
        let tenth = scaled(100_000) / 10;
        let mut first = 0;
        for part in 0..10 {
            for _ in 0..tenth {
                let update = update(&mut dice);
                world.telegram.push_update(update.as_object().expect("an update"));
            }
            world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the offset passes all of them");
            if part == 0 {
                first = service.resident_kib();
            }
        }
        let last = service.resident_kib();
        assert!(last < first + FLAT, "{first} KiB after the first tenth, {last} KiB at the end");
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        assert_eq!(service.terminate().await.code, Some(0));
    }
}

/// An update that was right once, or is of a kind that nobody knows.
fn update(dice: &mut StdRng) -> Value {
    let person = json!({"id": dice.random_range(5_000..6_000), "is_bot": false, "first_name": "Visitor", "language_code": "en"});
    let chat = json!({"id": person["id"], "type": "private", "first_name": "Visitor"});
    let message = json!({
        "message_id": dice.random_range(1..1_000_000), "date": 1_795_000_000, "chat": chat, "from": person, "text": "/status",
        "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
    });
    let mut update = match dice.random_range(0..6) {
        0 | 1 => json!({ "message": message }),
        2 => json!({"callback_query": {
            "id": dice.random::<u32>().to_string(), "from": person, "message": message, "chat_instance": "1", "data": "settings:",
        }}),
        3 => json!({"my_chat_member": {
            "chat": chat, "from": person, "date": 1_795_000_000,
            "old_chat_member": {"user": person, "status": "member"},
            "new_chat_member": {"user": person, "status": "kicked", "until_date": 0},
        }}),
        4 => {
            json!({"message": {"message_id": 1, "date": 1, "chat": {"id": -100_123, "type": "supergroup", "title": "T"},
            "from": person, "migrate_to_chat_id": -100_124}})
        }
        _ => json!({"hologram": {"id": dice.random::<u32>(), "of": message}}),
    };
    spoil(&mut update, dice);
    if let Some(fields) = update.as_object_mut() {
        fields.remove("update_id");
        return update;
    }
    json!({ "message": update })
}
