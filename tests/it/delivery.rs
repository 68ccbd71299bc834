//! What Telegram answers to one message, in its own bytes, and what becomes of the message.

use bot_api::{Fault, Rule};
use chrono::TimeDelta;
use serde_json::json;

use crate::harness::news::failed;
use crate::harness::{Outbox, PATIENCE, World};
use crate::on_both_databases;

/// The next `times` messages to the chat are refused so.
fn refuses(world: &World, chat: i64, times: u32, status: u16, description: &str) {
    let fault = Fault::Error { status, description: description.to_owned() };
    world.telegram.fault_next(times, Rule::new(fault).method("sendMessage").chat(chat));
}

/// How many requests to send something to the chat Telegram saw.
fn tries(world: &World, chat: i64) -> usize {
    world.telegram.requests_to("sendMessage").iter().filter(|request| request.chat == Some(chat)).count()
}

async fn enabled(outbox: &Outbox) -> bool {
    outbox.count("sns_settings WHERE account = 'alice' AND telegram_enabled").await == 1
}

on_both_databases! {
    async fn a_chat_that_is_gone_takes_what_waits_for_it_along(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for (words, reason) in [
            ("Forbidden: bot was blocked by the user", "blocked"),
            ("Forbidden: user is deactivated", "deactivated"),
            ("Forbidden: bot can't initiate conversation with a user", "unreachable"),
            ("Forbidden: the bot can't send messages to the bot", "unreachable"),
            ("Forbidden: bot was kicked from the group chat", "unreachable"),
            ("Forbidden: bot was kicked from the supergroup chat", "unreachable"),
            ("Forbidden: bot is not a member of the channel chat", "unreachable"),
            ("Forbidden: the group chat was deleted", "unreachable"),
        ] {
            let before = tries(world, mina.id());
            refuses(world, mina.id(), 1, 403, words);
            let events = ["A", "B", "C"].map(|text| failed("alice", text));
            let ids = world.platform().accepts(json!({ "events": events })).await;
            for id in &ids {
                let row = outbox.until(*id, "dead").await;
                assert_eq!(row.reason.as_deref(), Some(reason), "{words}");
            }
            assert_eq!(tries(world, mina.id()) - before, 1, "{words}: the others were not tried");
            let attempts = outbox.attempts(ids[0]).await;
            assert_eq!((attempts[0].outcome.as_str(), attempts[0].words.as_deref()), ("gone", Some(words)));
            let status = world.platform().get("alice", "/api/telegram/status").await;
            assert_eq!(status.body["telegram_enabled"], json!(false), "{words}: {status:?}");
            outbox
                .write("UPDATE sns_settings SET telegram_enabled = TRUE, disabled_reason = NULL, disabled_at_ms = NULL")
                .await;
        }
    }

    async fn chat_not_found_is_believed_after_three_times_in_a_day(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        refuses(world, mina.id(), 2, 400, "Bad Request: chat not found");
        refuses(world, mina.id(), 1, 400, "Bad Request: PEER_ID_INVALID");
        let ids = world.platform().accepts(failed("alice", "A")).await;
        for spent in 1..=2 {
            world
                .until("the try is written down", async || {
                    outbox.row(ids[0]).await.attempts == spent && outbox.row(ids[0]).await.state == "pending"
                })
                .await;
            assert_eq!(outbox.row(ids[0]).await.reason.as_deref(), Some("chat_not_found"));
            assert!(enabled(&outbox).await, "it has been said wrongly of live people");
            world.time_passes(TimeDelta::minutes(12 * 60 + 1));
        }
        let row = outbox.until(ids[0], "dead").await;
        assert_eq!(row.reason.as_deref(), Some("unreachable"));
        assert!(!enabled(&outbox).await);
        assert_eq!(outbox.classes(ids[0]).await, ["maybe_gone"; 3]);
    }

    async fn chat_not_found_three_times_at_once_disables_nobody(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        refuses(world, mina.id(), 3, 400, "Bad Request: chat not found");
        let events = ["A", "B", "C", "D"].map(|text| failed("alice", text));
        let ids = world.platform().accepts(json!({ "events": events })).await;
        outbox.until(ids[3], "sent").await;
        assert!(enabled(&outbox).await);
        assert_eq!(outbox.count("sns_settings WHERE soft_failures > 0").await, 0, "a success ends the suspicion");
        world.time_passes(TimeDelta::hours(13));
        for id in ids {
            outbox.until(id, "sent").await;
        }
    }

    async fn what_a_person_can_mend_is_tried_again_the_next_day(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for words in [
            "Bad Request: have no write access to the chat",
            "Bad Request: not enough rights to send text messages to the chat",
            "Bad Request: CHAT_WRITE_FORBIDDEN",
            "Bad Request: need administrator rights in the channel chat",
        ] {
            refuses(world, mina.id(), 1, 400, words);
            let id = world.platform().accepts(failed("alice", words)).await[0];
            let row = outbox.until_put_off(id, "no_rights").await;
            let waits = TimeDelta::milliseconds(row.due_at_ms - row.created_at_ms);
            assert!(waits >= TimeDelta::hours(24) && waits < TimeDelta::hours(25), "{words}: waits {waits}");
            assert!(enabled(&outbox).await, "{words}");
            world.time_passes(TimeDelta::hours(25));
            outbox.until(id, "sent").await;
            assert_eq!(outbox.classes(id).await, ["mendable", "sent"], "{words}");
        }
    }

    async fn a_group_that_became_a_supergroup_gets_it_under_its_new_id(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let old = world.telegram.group("Bakers", &mina);
        let new = world.telegram.supergroup("Bakers", false, &mina);
        for room in [&old, &new] {
            room.add_bot().expect("she can");
            world.telegram.wait_for_count(room.id(), 1, PATIENCE).await.expect("the bot greets the group");
        }
        let outbox = world.outbox().await;
        outbox.write(&format!("UPDATE sns_settings SET telegram_chat_id = {}", old.id())).await;
        let body = json!({
            "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": { "migrate_to_chat_id": new.id() }
        });
        let fault = Fault::Exact { status: 400, content_type: "application/json".into(), body: body.to_string() };
        world.telegram.fault_next(1, Rule::new(fault).method("sendMessage").chat(old.id()));
        let events = ["A", "B"].map(|text| failed("alice", text));
        let ids = world.platform().accepts(json!({ "events": events })).await;
        for id in &ids {
            let row = outbox.until(*id, "sent").await;
            assert_eq!((row.chat_id, row.attempts), (Some(new.id()), 1), "moving spends no attempt");
        }
        assert_eq!(outbox.classes(ids[0]).await, ["migrated", "sent"]);
        let texts: Vec<String> = world.telegram.sent(new.id()).iter().skip(1).map(|message| message.text().to_owned()).collect();
        assert!(texts[0].contains("“A”") && texts[1].contains("“B”"), "{texts:?}");
        let linked = format!("sns_settings WHERE telegram_chat_id = {}", new.id());
        assert_eq!(outbox.count(&linked).await, 1, "the link has moved");
        assert_eq!(tries(world, old.id()), 2, "the greeting and one notice");
    }

    async fn what_cannot_be_parsed_goes_out_once_as_plain_text(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        let words = "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0";
        refuses(world, mina.id(), 1, 400, words);
        let id = world.platform().accepts(failed("alice", "<New> & fresh")).await[0];
        let row = outbox.until(id, "sent").await;
        assert_eq!(row.attempts, 1, "our own mistake spends no attempt");
        assert_eq!(outbox.classes(id).await, ["unparsable", "sent"]);
        let notice = mina.last_message().expect("it arrived");
        assert_eq!(notice.parse_mode, None);
        assert!(notice.text().starts_with("❌ Post failed · Facebook\n“<New> & fresh”"), "{}", notice.text());
        // Refused even so, it is given up, not tried for ever.
        refuses(world, mina.id(), 2, 400, words);
        let id = world.platform().accepts(failed("alice", "B")).await[0];
        assert_eq!(outbox.until(id, "dead").await.reason.as_deref(), Some("unsendable"));
        assert_eq!(outbox.classes(id).await, ["unparsable", "unsendable"]);
    }

    async fn a_payload_that_never_works_is_given_up_at_once(world) {
        world.without_limits().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        for words in [
            "Bad Request: message is too long",
            "Bad Request: text is too long",
            "Bad Request: message text is empty",
            "Bad Request: strings must be encoded in UTF-8",
        ] {
            refuses(world, mina.id(), 1, 400, words);
            let events = ["A", "B"].map(|text| failed("alice", text));
            let ids = world.platform().accepts(json!({ "events": events })).await;
            assert_eq!(outbox.until(ids[0], "dead").await.reason.as_deref(), Some("unsendable"), "{words}");
            outbox.until(ids[1], "sent").await;
            world.time_passes(TimeDelta::days(3));
            let later = world.platform().accepts(failed("alice", "C")).await;
            outbox.until(later[0], "sent").await;
            assert_eq!(outbox.classes(ids[0]).await, ["unsendable"], "{words}: never tried again");
            assert!(enabled(&outbox).await, "{words}: it is about the message, not about the chat");
        }
    }

    async fn words_nobody_knows_are_tried_until_the_waits_are_used_up(world) {
        world.stop().await;
        world.config.delivery.backoff = vec![std::time::Duration::from_secs(60); 2];
        world.start().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let outbox = world.outbox().await;
        // NUL can't be stored on PostgreSQL: an outcome that can't be written would be sent again for ever.
        refuses(world, mina.id(), 3, 400, &format!("Bad Request: something \0 new {}", "x".repeat(100_000)));
        let id = world.platform().accepts(failed("alice", "A")).await[0];
        for spent in 1..=2 {
            world.until("the try is written down", async || outbox.row(id).await.attempts == spent).await;
            assert_eq!(outbox.until_put_off(id, "refused").await.attempts, spent);
            world.time_passes(TimeDelta::seconds(70));
        }
        let row = outbox.until(id, "dead").await;
        assert_eq!((row.attempts, row.reason.as_deref()), (3, Some("refused")));
        let attempts = outbox.attempts(id).await;
        assert_eq!(attempts.len(), 3);
        let words = attempts[0].words.as_deref().expect("Telegram's words");
        assert!(words.starts_with("Bad Request: something") && words.len() < 2_000, "{} bytes", words.len());
    }
}
