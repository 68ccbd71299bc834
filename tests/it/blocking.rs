//! A person blocks the bot, or Telegram says so, and comes back.

use bot_api::{Fault, Rule};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

on_both_databases! {
    async fn a_person_who_blocked_the_bot_hears_what_was_missed(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        mina.blocks_bot().expect("Mina can block the bot");
        world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the block is handled");
        let status = platform.status("alice").await;
        assert_eq!((&status["linked"], &status["telegram_enabled"]), (&json!(true), &json!(false)), "{status}");
        assert_eq!(status["disabled"]["reason"], "blocked", "the page can't say why: {status}");
        for text in ["one", "two"] {
            announce(world, "alice", text).await;
        }
        assert_eq!(world.telegram.sent_count(mina.id()), 1, "a blocked chat was written to");

        mina.unblocks_bot().expect("Mina can unblock the bot");
        let back = mina.sees("Welcome back!").await.expect("the bot says hello again");
        assert!(back.text().contains("You missed 2 notices while I was blocked"), "{}", back.text());
        let status = platform.status("alice").await;
        assert_eq!((&status["telegram_enabled"], &status["disabled"]), (&json!(true), &Value::Null), "{status}");
        announce(world, "alice", "three").await;
        mina.sees("three").await.expect("news arrives again");
    }

    async fn nothing_missed_is_not_counted(world) {
        let jun = world.jun();
        world.link(&jun, "jun").await;
        jun.blocks_bot().expect("Jun can block the bot");
        jun.unblocks_bot().expect("Jun can unblock the bot");
        let back = jun.sees("다시 오셨네요!").await.expect("the bot says hello again");
        assert!(!back.text().contains("놓친 알림"), "{}", back.text());
    }

    async fn start_brings_a_chat_back_that_telegram_called_blocked(world) {
        let (mina, platform) = (world.mina(), world.platform());
        world.link(&mina, "alice").await;
        // The update was lost; the first the service hears of it is the refusal.
        refuse(world, 403, "Forbidden: bot was blocked by the user");
        announce(world, "alice", "lost").await;
        until_enabled(world, "alice", false).await;
        assert_eq!(platform.status("alice").await["disabled"]["reason"], "blocked");
        let back = world.answer(&mina, "/start").await;
        assert!(back.text().starts_with("👋 Welcome back!"), "{}", back.text());
        assert!(back.text().contains("You missed 1 notice while"), "{}", back.text());
        assert_eq!(platform.status("alice").await["telegram_enabled"], true);
    }

    async fn a_chat_that_is_not_found_is_believed_after_a_day_and_three_tries(world) {
        let (jun, platform) = (world.jun(), world.platform());
        world.link(&jun, "jun").await;
        for number in 0..3 {
            refuse(world, 400, "Bad Request: chat not found");
            if number == 0 {
                announce(world, "jun", "waits").await;
            }
            world.until("the fault strikes", async || world.telegram.faults_left() == 0).await;
            if number < 2 {
                assert_eq!(platform.status("jun").await["telegram_enabled"], true, "after {} tries", number + 1);
                world.time_passes(TimeDelta::hours(13));
            }
        }
        until_enabled(world, "jun", false).await;
        let back = world.answer(&jun, "/start").await;
        assert!(back.text().starts_with("👋 다시 오셨네요!"), "{}", back.text());
        assert!(back.text().contains("놓친 알림이 1건"), "{}", back.text());
        announce(world, "jun", "arrives").await;
        jun.sees("arrives").await.expect("news arrives again");
    }

    async fn blocking_and_unblocking_without_a_link_is_nobodys_business(world) {
        let mina = world.mina();
        world.answer(&mina, "/start").await;
        mina.blocks_bot().expect("Mina can block the bot");
        mina.unblocks_bot().expect("Mina can unblock the bot");
        world.has_heard(&mina, 1).await;
    }

    async fn whoever_blocks_between_question_and_tap_can_still_connect_later(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let token = platform.asks_for_link("alice").await;
        let question = world.opens_link(&mina, &token).await;
        mina.blocks_bot().expect("Mina can block the bot");
        mina.unblocks_bot().expect("Mina can unblock the bot");
        world.tap_makes(&mina, &question, "Connect", "Connected to alice’s shop").await;
        assert_eq!(platform.status("alice").await["telegram_enabled"], true);
    }
}

async fn announce(world: &World, account: &str, text: &str) {
    let event = json!({ "type": "announcement", "account": account, "data": { "text": text } });
    assert_eq!(world.platform().tells(event).await.status, 202);
}

/// The next message is refused with these words.
fn refuse(world: &World, status: u16, description: &str) {
    let fault = Fault::Error { status, description: description.to_owned() };
    world.telegram.fault_next(1, Rule::new(fault).method("sendMessage"));
}

async fn until_enabled(world: &World, account: &str, enabled: bool) {
    let what = format!("telegram_enabled of {account} is {enabled}");
    let reached = async || world.platform().status(account).await["telegram_enabled"] == enabled;
    world.until(&what, reached).await;
}
