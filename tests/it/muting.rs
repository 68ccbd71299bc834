//! People mute everything for an hour, from any notice; and gather what went well.

use bot_api::Person;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::news::{announcement, failed, published};
use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

const SETTINGS: &str = "/api/telegram/settings";

/// Mina in Seoul, where it is 14:02.
async fn linked(world: &World) -> Person {
    world.it_is("2026-11-22T05:02:00Z");
    let mina = world.mina();
    world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
    mina
}

/// Taps [Mute 1 h] below the person's last message; the toast's words.
async fn mutes(world: &World, person: &Person) -> String {
    let message = person.last_message().expect("a notice");
    let tap = person.tap_data(person.id(), message.id(), "mute").expect("a tap");
    let answer = tap.answer(PATIENCE).await.expect("the tap is answered");
    world.telegram.wait_until_acknowledged(PATIENCE).await.expect("the tap is handled");
    answer.text
}

async fn held(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM notifications WHERE state = 'pending'").await
}

async fn sets(world: &World, change: Value) {
    let answer = world.platform().patch("alice", SETTINGS, change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

on_both_databases! {
    async fn an_hour_of_silence_ends_with_what_went_by(world) {
        let mina = linked(world).await;
        assert_eq!(mutes(world, &mina).await, "Muted until 15:02");
        assert_eq!(mutes(world, &mina).await, "Muted until 15:02", "twice is once");
        let news = [published("alice", "scones"), failed("alice", "cake"), announcement("alice", "Closed on Monday")];
        world.platform().accepts(json!({ "events": news })).await;
        mina.says("/test").expect("the person can write");
        let test = mina.sees("Test notification").await.expect("a test is not muted: it was asked for");
        let settings = world.answer(&mina, "/settings").await;
        assert!(settings.text().contains("🔕 Muted until 15:02"), "{}", settings.text());
        assert_eq!(held(world).await, 3, "nothing comes while it is muted");
        world.time_passes(TimeDelta::minutes(61));
        let failure = mina.sees("cake").await.expect("the failure, with how to mend it");
        assert!(!failure.silent, "a failure makes its sound after the mute");
        let rest = mina.sees("While it was quiet").await.expect("the rest, in one message");
        assert!(rest.text().contains("1 post published"), "{}", rest.text());
        assert!(rest.text().contains("1 announcement · “Closed on Monday”"), "{}", rest.text());
        assert!(failure.id() > test.id() && rest.id() > test.id());
        let settings = world.answer(&mina, "/settings").await;
        assert!(!settings.text().contains("Muted"), "it is over: {}", settings.text());
    }

    async fn a_storm_of_failures_becomes_one_message_after_the_mute(world) {
        let mina = linked(world).await;
        mutes(world, &mina).await;
        let mut storm: Vec<Value> = (0..7).map(|number| failed("alice", &format!("cake {number}"))).collect();
        storm.push(published("alice", "scones"));
        world.platform().accepts(json!({ "events": storm })).await;
        world.time_passes(TimeDelta::minutes(61));
        let told = mina.sees("7 failed · Facebook: Facebook asked you to log in again. (×7)").await;
        let told = told.expect("one message with the cause");
        assert!(told.text().contains("1 post published") && !told.silent, "{}", told.text());
        world.outbox().await.until_settled(PATIENCE).await;
        let chat = world.telegram.sent(mina.id());
        assert!(chat.iter().all(|message| !message.text().contains("“cake")), "one came on its own, too");
    }

    async fn unmuting_brings_at_once_what_was_held(world) {
        let mina = linked(world).await;
        mutes(world, &mina).await;
        world.platform().accepts(failed("alice", "cake")).await;
        let settings = world.answer(&mina, "/settings").await;
        let after = world.tap_makes(&mina, &settings, "🔔 Unmute", "⚙️ Settings\n📰 Digest").await;
        assert!(!after.text().contains("Muted") && after.button("🔔 Unmute").is_none(), "{}", after.text());
        mina.sees("cake").await.expect("the failure comes at once");
        let before = world.telegram.sent_count(mina.id());
        let tap = mina.tap_data(mina.id(), settings.id(), &settings.button("🔔 Unmute").expect("it").callback_data.clone().expect("a tap"));
        tap.expect("an old button").answer(PATIENCE).await.expect("a second tap is answered");
        world.has_heard(&mina, before).await;
    }

    async fn a_mute_stops_what_already_waits(world) {
        let mina = linked(world).await;
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(2));
        let news: Vec<Value> = (0..12).map(|number| failed("alice", &format!("cake {number}"))).collect();
        world.platform().accepts(json!({ "events": news })).await;
        sets(world, json!({ "muted_until": world.clock.now() + TimeDelta::hours(1) })).await;
        world.until("the rest waits for the end of the mute", async || {
            world.number("SELECT COUNT(*) FROM notifications WHERE state = 'sending'").await == 0
        }).await;
        let muted = "SELECT COUNT(*) FROM notifications WHERE state = 'pending' AND reason = 'muted'";
        assert!(world.number(muted).await >= 6, "failures keep coming though it is muted");
        sets(world, json!({ "muted_until": null })).await;
        mina.sees(" failed · Facebook: ").await.expect("the rest of the storm, in one message");
    }

    async fn a_digest_waits_for_the_end_of_a_mute(world) {
        world.it_is("2026-11-22T23:30:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        sets(world, json!({ "digest": { "when_empty": true } })).await;
        mutes(world, &mina).await;
        world.platform().accepts(published("alice", "scones")).await;
        let before = world.telegram.sent_count(mina.id());
        world.it_is("2026-11-23T00:00:05Z");
        world.digests_are_written().await;
        world.has_heard(&mina, before).await;
        world.it_is("2026-11-23T00:30:10Z");
        let digest = mina.sees("📰 Monday, Nov 23").await.expect("the digest, after the mute");
        assert!(digest.text().contains("1 post published") && !digest.silent, "{}", digest.text());
        world.outbox().await.until_settled(PATIENCE).await;
        world.has_heard(&mina, before + 1).await;
    }

    async fn a_mute_in_a_chat_without_an_account_does_nothing(world) {
        let mina = linked(world).await;
        world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        assert_eq!(mutes(world, &mina).await, "This button no longer works");
        world.link_from(&mina, "bob", "?zone=Asia/Seoul&lang=ko").await;
        assert_eq!(mutes(world, &mina).await, "오후 3:02까지 알림을 꺼 둘게요");
        let muted = "SELECT COUNT(*) FROM sns_settings WHERE muted_until_ms IS NOT NULL";
        assert_eq!(world.number(muted).await, 1, "only the account that the chat is connected to");
    }

    async fn posts_that_went_out_come_gathered_and_failures_at_once(world) {
        let mina = linked(world).await;
        sets(world, json!({ "batch_published_minutes": 15 })).await;
        let outbox = world.outbox().await;
        world.platform().accepts(published("alice", "scones")).await;
        world.time_passes(TimeDelta::minutes(5));
        let news = [published("alice", "bread"), published("alice", "rolls"), failed("alice", "cake")];
        world.platform().accepts(json!({ "events": news })).await;
        let failure = mina.sees("cake").await.expect("a failure does not wait");
        assert!(!failure.silent);
        assert_eq!(held(world).await, 3, "the others do");
        world.it_is("2026-11-22T05:15:01Z");
        let told = mina.sees("3 posts published").await.expect("one message for the three");
        assert!(told.silent, "as each would have been");
        outbox.until_settled(PATIENCE).await;
        world.platform().accepts(published("alice", "pie")).await;
        world.it_is("2026-11-22T05:30:01Z");
        mina.sees("“pie”").await.expect("one alone is told as itself");
        world.platform().accepts(published("alice", "tart")).await;
        assert_eq!(held(world).await, 1);
        sets(world, json!({ "batch_published_minutes": 0 })).await;
        mina.sees("“tart”").await.expect("switched off, it comes at once");
    }
}
