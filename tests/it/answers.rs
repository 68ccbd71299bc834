//! Nobody is left without an answer, whatever they send, and nobody can make the bot spam.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::PATIENCE;
use crate::on_both_databases;

/// A file as it comes with a message.
fn file(more: Value) -> Value {
    let mut file = json!({ "file_id": "f", "file_unique_id": "u", "file_size": 1_000 });
    file.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    file
}

/// What people send that is no text of their own.
fn kinds() -> Vec<Value> {
    let sticker =
        json!({ "width": 512, "height": 512, "is_animated": false, "is_video": false, "type": "regular" });
    let forwarded = json!({ "type": "hidden_user", "sender_user_name": "Somebody", "date": 1_795_334_000 });
    vec![
        json!({ "sticker": file(sticker) }),
        json!({ "voice": file(json!({ "duration": 3 })) }),
        json!({ "photo": [file(json!({ "width": 90, "height": 90 }))], "caption": "/status" }),
        json!({ "document": file(json!({ "file_name": "menu.pdf" })) }),
        json!({ "contact": { "phone_number": "+82 10", "first_name": "Jun" } }),
        json!({ "dice": { "emoji": "🎲", "value": 6 } }),
        json!({ "text": "Have a look at this", "forward_origin": forwarded }),
        json!({ "text": "🥐".repeat(2_048) }),
        json!({ "text": "bold words", "entities": [{ "type": "holographic", "offset": 0, "length": 4 }] }),
        json!({ "hologram": { "seconds": 3 } }),
    ]
}

on_both_databases! {
    async fn whatever_a_person_sends_is_answered_once(world) {
        let mina = world.mina();
        world.lift_limits().await;
        for (sent, fields) in (1_u64..).zip(kinds()) {
            let message = mina.sends(fields.as_object().cloned().expect("fields")).expect("she can");
            let answer = world.message_after(&mina, message).await;
            assert!(answer.text().starts_with("🤖 I only understand commands"), "{fields}: {}", answer.text());
            world.has_heard(&mina, sent).await;
        }
    }

    async fn formatting_from_the_future_hides_no_command(world) {
        let mina = world.mina();
        let entities = json!([{ "type": "holographic", "offset": 0, "length": 5 }]);
        let fields = json!({ "text": "/help", "entities": entities, "reply_to_message": { "text": "what was that?" } });
        let message = mina.sends(fields.as_object().cloned().expect("fields")).expect("she can");
        assert!(world.message_after(&mina, message).await.text().starts_with("What I can do"));
    }

    async fn changing_a_message_is_answered_and_does_nothing(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let before = world.telegram.sent_count(mina.id());
        let message = mina.says("/helo").expect("she can");
        world.message_after(&mina, message).await;
        mina.edits(message, "/test").expect("it is her message");
        mina.sees("send it again as a new one").await.expect("she is told how");
        world.has_heard(&mina, before + 2).await;
        let live = json!({
            "message_id": message, "date": 1_795_334_400, "edit_date": 1_795_334_500,
            "chat": { "id": mina.id(), "type": "private", "first_name": "Mina" },
            "from": { "id": mina.id(), "is_bot": false, "first_name": "Mina" },
            "location": { "latitude": 37.5, "longitude": 127.0, "live_period": 900 },
        });
        for _ in 0..30 {
            world.telegram.push_update(json!({ "edited_message": live }).as_object().expect("an update"));
        }
        world.has_heard(&mina, before + 2).await;
    }

    async fn two_hundred_messages_at_once_get_few_answers_and_delay_nobody(world) {
        let (mina, jun) = (world.mina(), world.jun());
        for number in 0..200 {
            mina.says(if number % 2 == 0 { "/help" } else { "hello?" }).expect("she can");
        }
        let asked = std::time::Instant::now();
        let written = jun.says("/help").expect("he can");
        world.message_after(&jun, written).await;
        let waited = asked.elapsed();
        assert!(waited < Duration::from_secs(4), "somebody else waited {waited:?}");
        mina.sees("I’ll read on in a minute").await.expect("she is told why it got quiet");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("every message is acknowledged");
        let heard = world.telegram.sent_count(mina.id());
        assert!((2..=21).contains(&heard), "200 messages got {heard} answers");
        let warnings = world.telegram.sent(mina.id()).iter().filter(|it| it.text().contains("in a minute")).count();
        assert_eq!(warnings, 1);
        assert_eq!(world.telegram.stats().early_sends, 0);
    }
}
