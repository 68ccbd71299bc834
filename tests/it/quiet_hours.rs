//! People sleep: what is not urgent waits for the morning and comes as one message, failures pass without a sound.

use bot_api::Person;
use chrono::TimeDelta;
use serde_json::{Value, json};
use telegram_bot_scheduler::outbox;

use crate::harness::news::{announcement, failed, published};
use crate::harness::{PATIENCE, World};
use crate::on_both_databases;

const SETTINGS: &str = "/api/telegram/settings";
/// 22:30 in Seoul, and 08:00 there as the database keeps it.
const NIGHT: &str = "2026-11-22T13:30:00Z";
const EIGHT: i64 = 1_795_388_400_000;
const MORNING: &str = "2026-11-22T23:00:01Z";

fn automation(text: &str) -> Value {
    json!({ "type": "automation.executed", "account": "alice", "data": { "name": text } })
}

async fn sets(world: &World, change: Value) {
    let answer = world.platform().patch("alice", SETTINGS, change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Mina in Seoul, whose nights are from 22:00 to 08:00 and who has no digest; it is 22:30.
async fn sleeper(world: &World) -> Person {
    world.it_is(NIGHT);
    let mina = world.mina();
    world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
    let night = json!({ "from": "22:00", "until": "08:00" });
    sets(world, json!({ "digest": { "enabled": false }, "quiet_hours": night })).await;
    mina
}

/// What the bot wrote after the message `id`.
fn since(world: &World, person: &Person, id: i64) -> Vec<String> {
    let sent = world.telegram.sent(person.id());
    sent.iter().filter(|message| message.id() > id).map(|message| message.text().to_owned()).collect()
}

on_both_databases! {
    async fn a_night_ends_with_one_message_and_only_failures_came_before_it(world) {
        let mina = sleeper(world).await;
        let night = [published("alice", "scones"), published("alice", "bread"), automation("Friday recap"),
            announcement("alice", "Maintenance on <Sunday> & Monday")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        world.platform().accepts(failed("alice", "cake")).await;
        let failure = mina.sees("cake").await.expect("a failure is told at once");
        assert!(failure.silent, "it woke somebody");
        let outbox = world.outbox().await;
        for id in &held {
            let row = outbox.row(*id).await;
            assert_eq!((row.state.as_str(), row.reason.as_deref()), ("pending", Some("quiet_hours")), "{row:?}");
            assert_eq!(row.due_at_ms, EIGHT, "08:00 in Seoul");
        }
        world.restart().await;
        world.it_is("2026-11-22T22:58:00Z");
        world.platform().accepts(published("alice", "rolls")).await;
        mina.says("/test").expect("the person can write");
        let test = mina.sees("Test notification").await.expect("who asks for a test gets it, at night too");
        assert_eq!(since(world, &mina, failure.id()), [test.text()], "nothing else came at night");
        world.it_is(MORNING);
        outbox.until_settled(PATIENCE).await;
        let told = mina.sees("While it was quiet").await.expect("the morning's message");
        for words in ["3 posts published", "1 automation ran · “Friday recap”",
            "1 announcement · “Maintenance on <Sunday> & Monday”"] {
            assert!(told.text().contains(words), "{words:?} is missing: {}", told.text());
        }
        assert!(!told.silent, "the automation makes its sound, now that it is morning");
        assert_eq!(since(world, &mina, test.id()).len(), 1, "one message for all");
        for id in held {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(told.id())), "{row:?}");
        }
    }

    async fn what_was_held_alone_is_told_as_itself(world) {
        let mina = sleeper(world).await;
        world.platform().accepts(published("alice", "scones")).await;
        world.it_is(MORNING);
        let notice = mina.sees("“scones”").await.expect("the notice itself, not a summary of one");
        assert!(notice.text().starts_with("✅ Published"), "{}", notice.text());
    }

    async fn a_night_is_caught_up_with_even_when_telegram_was_away_in_the_morning(world) {
        let mina = sleeper(world).await;
        let night = [published("alice", "scones"), published("alice", "bread")];
        world.platform().accepts(json!({ "events": night })).await;
        let before = world.telegram.sent(mina.id()).last().expect("a message").id();
        world.telegram.set_down(true);
        world.it_is(MORNING);
        world.platform().accepts(announcement("alice", "Good morning")).await;
        world.time_passes(TimeDelta::hours(7));
        world.telegram.set_down(false);
        world.outbox().await.until_settled(PATIENCE * 2).await;
        let told = since(world, &mina, before);
        assert_eq!(told.len(), 2, "{told:#?}");
        assert!(told.contains(&"✅ 2 posts published".to_owned()), "{told:#?}");
    }

    async fn a_digest_near_the_end_of_the_night_tells_what_it_held(world) {
        let mina = sleeper(world).await;
        sets(world, json!({ "digest": { "enabled": true, "time": "08:30" } })).await;
        let night = [published("alice", "scones"), published("alice", "bread"), automation("Friday recap"),
            announcement("alice", "Closed on Monday")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        let before = world.telegram.sent(mina.id()).last().expect("a message").id();
        world.it_is("2026-11-22T23:30:05Z");
        world.digests_are_written().await;
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE).await;
        let digest = mina.sees("📰 Monday, Nov 23").await.expect("the digest");
        for words in ["2 posts published", "1 automation ran · “Friday recap”", "1 announcement · “Closed on Monday”"] {
            assert!(digest.text().contains(words), "{words:?} is missing: {}", digest.text());
        }
        assert_eq!(since(world, &mina, before).len(), 1, "the digest, and no catch-up beside it");
        for id in held {
            assert_eq!(outbox.row(id).await.message_id.map(i64::from), Some(digest.id()), "told by the digest");
        }
    }

    async fn a_digest_within_the_night_comes_silently_and_takes_the_last_hour_with_it(world) {
        let mina = sleeper(world).await;
        sets(world, json!({ "digest": { "enabled": true, "time": "07:15" } })).await;
        let night = [published("alice", "scones"), published("alice", "bread")];
        world.platform().accepts(json!({ "events": night })).await;
        let before = world.telegram.sent(mina.id()).last().expect("a message").id();
        world.it_is("2026-11-22T22:15:05Z");
        world.digests_are_written().await;
        let digest = mina.sees("📰 Monday, Nov 23").await.expect("the digest comes at its hour");
        assert!(digest.silent, "it woke somebody");
        world.it_is(MORNING);
        world.outbox().await.until_settled(PATIENCE).await;
        assert_eq!(since(world, &mina, before).len(), 1, "nothing is told again at eight");
    }

    async fn a_digest_that_does_not_come_takes_nothing_with_it(world) {
        let mina = sleeper(world).await;
        sets(world, json!({ "digest": { "enabled": true, "time": "08:30" } })).await;
        let night = [announcement("alice", "Closed on Monday"), announcement("alice", "Open on Tuesday")];
        world.platform().accepts(json!({ "events": night })).await;
        world.it_is("2026-11-22T23:30:05Z");
        world.digests_are_written().await;
        world.it_is("2026-11-22T23:32:01Z");
        let told = mina.sees("While it was quiet").await.expect("nothing to tell in a digest is no reason to be silent");
        assert!(told.text().contains("2 announcements · “Closed on Monday” · “Open on Tuesday”"), "{}", told.text());
    }

    async fn a_digest_that_is_replaced_hands_on_what_it_carries(world) {
        let mina = sleeper(world).await;
        sets(world, json!({ "digest": { "enabled": true, "time": "08:30" } })).await;
        let night = [published("alice", "scones"), announcement("alice", "Closed on Monday")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        world.telegram.set_down(true);
        world.it_is("2026-11-22T23:30:05Z");
        world.digests_are_written().await;
        world.stop().await;
        let waits = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state = 'pending'";
        assert_eq!(world.number(waits).await, 1, "the first day's digest could not be sent");
        world.it_is("2026-11-23T23:30:05Z");
        let (store, zone) = (world.store_alone().await, world.config.digest.default_zone);
        outbox::write_due_digests(&store, zone, world.clock.now()).await.expect("the second day's digest");
        store.close().await;
        world.telegram.set_down(false);
        world.start().await;
        let outbox = world.outbox().await;
        outbox.until_settled(PATIENCE * 2).await;
        let digest = mina.sees("📰 Tuesday, Nov 24").await.expect("the digest of the second day");
        assert!(digest.text().contains("“Closed on Monday”"), "{}", digest.text());
        for id in held {
            let row = outbox.row(id).await;
            assert_eq!((row.state.as_str(), row.message_id.map(i64::from)), ("sent", Some(digest.id())), "{row:?}");
        }
    }

    async fn a_person_who_changes_the_night_changes_what_it_holds(world) {
        let mina = sleeper(world).await;
        let night = [published("alice", "scones"), published("alice", "bread")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        let outbox = world.outbox().await;
        let due = async |change: Value| {
            sets(world, change).await;
            let row = outbox.row(held[0]).await;
            (row.state, row.due_at_ms - EIGHT)
        };
        let pending = "pending".to_owned();
        let hour = 3_600_000;
        let until_seven = json!({ "quiet_hours": { "from": "22:00", "until": "07:00" } });
        assert_eq!(due(until_seven).await, (pending.clone(), -hour), "an hour earlier");
        assert_eq!(due(json!({ "zone": "Asia/Kathmandu", "quiet_hours": { "from": "19:00", "until": "07:00" } })).await,
            (pending, hour * 9 / 4), "07:00 in Kathmandu is 10:15 in Seoul");
        sets(world, json!({ "quiet_hours": null })).await;
        mina.sees("2 posts published").await.expect("without a night they come at once");
        outbox.until_settled(PATIENCE).await;
    }

    async fn without_a_zone_nobody_knows_when_it_is_night(world) {
        world.it_is(NIGHT);
        let mina = world.mina();
        world.link(&mina, "alice").await;
        sets(world, json!({ "quiet_hours": { "from": "00:00", "until": "23:59" } })).await;
        world.platform().accepts(published("alice", "scones")).await;
        mina.sees("scones").await.expect("quiet hours wait for the zone");
        let shown = world.answer(&mina, "/settings").await;
        assert!(shown.text().contains("🌙 Quiet hours: 00:00–23:59, once your time zone is set"), "{}", shown.text());
    }

    async fn a_digest_that_is_switched_off_is_not_waited_for(world) {
        let mina = sleeper(world).await;
        sets(world, json!({ "digest": { "enabled": true, "time": "08:45" } })).await;
        let night = [published("alice", "scones"), published("alice", "bread")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        let outbox = world.outbox().await;
        assert_eq!(outbox.row(held[0]).await.due_at_ms - EIGHT, 47 * 60_000, "with the digest, or just after it");
        sets(world, json!({ "digest": { "enabled": false } })).await;
        assert_eq!(outbox.row(held[0]).await.due_at_ms, EIGHT, "at eight, as without one");
        world.it_is(MORNING);
        mina.sees("2 posts published").await.expect("the morning's message");
    }

    async fn who_leaves_at_night_is_not_told_in_the_morning(world) {
        let mina = sleeper(world).await;
        let night = [published("alice", "scones"), published("alice", "bread")];
        let held = world.platform().accepts(json!({ "events": night })).await;
        world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        world.it_is(MORNING);
        for id in held {
            let row = world.outbox().await.row(id).await;
            assert_eq!((row.state.as_str(), row.reason.as_deref()), ("cancelled", Some("unlinked")), "{row:?}");
        }
        assert!(!since(world, &mina, 0).iter().any(|text| text.contains("published")), "somebody else's chat");
    }
}
