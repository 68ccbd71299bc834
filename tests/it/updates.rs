//! Updates reach the bot: in bursts, unreadable, while somebody else polls, and each is handled once.

use std::time::Duration;

use bot_api::{NewPerson, Person};
use serde_json::json;

use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn nobody_hears_an_answer_twice_because_somebody_else_is_slow(world) {
        let (mina, jun) = (world.mina(), world.jun());
        // Each of Mina's answers after the third waits for the second that Telegram wants between them.
        for _ in 0..6 {
            mina.says("/help").expect("Mina can write");
        }
        let written = jun.says("/status").expect("Jun can write");
        world.message_after(&jun, written).await;
        world.has_heard(&mina, 6).await;
        world.has_heard(&jun, 1).await;
    }

    async fn a_burst_of_three_hundred_messages_is_answered_once_each(world) {
        let crowd: Vec<Person> = (0..30)
            .map(|number| world.telegram.person(NewPerson::new(5_000 + number, "Visitor")))
            .collect();
        for _ in 0..10 {
            for person in &crowd {
                person.says("/help").expect("a person can write");
            }
        }
        // 30 messages a second in all, one a second to each after three: about ten seconds.
        world.telegram.wait_until_acknowledged(PATIENCE * 6).await.expect("every message is handled");
        for person in &crowd {
            world.has_heard(person, 10).await;
        }
        assert_eq!(world.telegram.stats().early_sends, 0, "a reply went out before its chat’s wait was over");
    }

    async fn two_hundred_people_who_come_at_once_are_all_answered(world) {
        let crowd: Vec<Person> = (0..200)
            .map(|number| world.telegram.person(NewPerson::new(6_000 + number, "Visitor")))
            .collect();
        for person in &crowd {
            person.says("/start").expect("a person can write");
        }
        world.telegram.wait_until_acknowledged(PATIENCE * 3).await.expect("every message is handled");
        let unheard = |person: &&Person| {
            !person.last_message().is_some_and(|message| message.text().contains("Hi, Visitor!"))
        };
        let unheard = crowd.iter().filter(unheard).count();
        assert_eq!(unheard, 0, "so many people of 200 did not get their answer");
        assert_eq!(world.telegram.stats().messages, 200, "one answer each");
    }

    async fn what_can_not_be_read_is_skipped_and_acknowledged(world) {
        let mina = world.mina();
        let deep = (0..300).fold(json!(1), |inner, _| json!([inner]));
        for update in [
            json!({}),
            json!({ "hologram": { "id": 1 } }),
            json!({ "message": null }),
            json!({ "message": 5 }),
            json!({ "message": {} }),
            json!({ "message": { "message_id": "one", "chat": [] } }),
            json!({ "message": { "message_id": 1, "date": -1, "chat": { "id": 11, "type": "cave" } } }),
            json!({ "message": { "message_id": 1, "date": 1, "chat": { "id": 11, "type": "private" }, "text": "/start" } }),
            json!({ "callback_query": {} }),
            json!({ "callback_query": { "id": "", "from": { "id": -5, "is_bot": false, "first_name": "" }, "chat_instance": "" } }),
            json!({ "my_chat_member": { "chat": { "id": 11, "type": "private" } } }),
            json!({ "message": deep }),
            json!({ "message": "x".repeat(1_000_000) }),
            json!({ "\u{0}": "\u{FFFF}", "update_id": "again" }),
            json!({ "channel_post": { "message_id": 1 }, "poll": { "id": 1 } }),
        ] {
            world.telegram.push_update(update.as_object().expect("an update"));
        }
        let help = world.answer(&mina, "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        world.has_heard(&mina, 1).await;
    }

    async fn a_failing_database_is_apologised_for_and_the_update_acknowledged(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let question = world.answer(&mina, "/unlink").await;
        world.stop().await;
        world.config.database.busy_timeout = Duration::from_millis(100);
        world.config.telegram.handler_timeout = Duration::from_secs(1);
        world.start().await;
        world.until("the service is ready", async || world.platform().readiness().await.0 == 200).await;
        let hold = world.hold_the_database().await;
        let answer = mina.taps(question.id(), "Disconnect").await.expect("the tap is answered all the same");
        assert_eq!(answer.text, "", "answered before its work began");
        let sorry = mina.sees("Something went wrong on my side").await;
        sorry.expect("a person whose tap failed must hear that it did");
        let sorry = world.answer(&jun, "/test").await;
        assert!(sorry.text().starts_with("⚠️ 저에게 문제가 생겼어요"), "{}", sorry.text());
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("failed updates are over, too");
        hold.rollback().await.expect("the database can be let go");
        world.tap_makes(&mina, &question, "Disconnect", "Your settings are kept for 30 days").await;
    }
}

/// Waits until `/readyz` gives `status` and reasons with `words`.
pub async fn readiness(world: &crate::harness::World, status: u16, words: &str) {
    let what = format!("/readyz says {status} {words:?}");
    let so = async || {
        let (now, reasons) = world.platform().readiness().await;
        now == status && reasons.contains(words)
    };
    world.until(&what, so).await;
}
