//! People get their daily digest: once a day at their own hour, whatever happens to clocks, servers and links.

use bot_api::{ChatMessage, Person};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use telegram_bot_scheduler::outbox;

use crate::harness::World;
use crate::on_both_databases;

const SETTINGS: &str = "/api/telegram/settings";
const WAITING: &str =
    "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state IN ('pending', 'sending')";
const WRITTEN: &str = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest'";

/// The digests in a chat, in the order in which they came.
fn digests(person: &Person) -> Vec<ChatMessage> {
    person
        .messages()
        .into_iter()
        .filter(|message| message.by_bot && message.text().starts_with("📰 "))
        .collect()
}

/// Their headings' days: "Sunday, Nov 22".
fn days(person: &Person) -> Vec<String> {
    let day = |message: ChatMessage| {
        message.text()["📰 ".len()..].split(" · ").next().unwrap_or_default().to_owned()
    };
    digests(person).into_iter().map(day).collect()
}

/// Links `person`, who is in `zone` and wants a digest on quiet days too.
async fn link_in(world: &World, person: &Person, account: &str, zone: &str) {
    world.link_from(person, account, &format!("?zone={zone}&lang=en")).await;
    let answer = world.platform().patch(account, SETTINGS, json!({"digest": {"when_empty": true}})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// The minute's job at this moment, and what it wrote in people's chats.
async fn the_job_runs(world: &World) {
    world.digests_are_written().await;
    world.until("the digests are delivered", async || world.number(WAITING).await == 0).await;
}

/// Lets `span` pass in steps of half an hour, with the job at each.
async fn time_goes_by(world: &World, span: TimeDelta) {
    let written = world.number(WRITTEN).await;
    let mut seen = written;
    for _ in 0..span.num_minutes() / 30 {
        world.time_passes(TimeDelta::minutes(30));
        world.digests_are_written().await;
        let now = world.number(WRITTEN).await;
        if now != seen {
            seen = now;
            world.until("the digests are delivered", async || world.number(WAITING).await == 0).await;
        }
    }
}

async fn tells(world: &World, kind: &str, data: Value) {
    let answer = world.platform().tells(json!({"type": kind, "account": "alice", "data": data})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

on_both_databases! {
    async fn a_week_over_a_change_of_the_clocks_brings_one_digest_a_day(world) {
        // New York springs forward on Sunday, March 8.
        world.it_is("2026-03-06T00:30:00Z");
        let (mina, jun, ada) = (world.mina(), world.jun(), world.admin());
        link_in(world, &mina, "alice", "America/New_York").await;
        link_in(world, &jun, "bob", "Asia/Seoul").await;
        link_in(world, &ada, "carol", "Asia/Kathmandu").await;
        time_goes_by(world, TimeDelta::hours(60)).await;
        world.stop().await;
        world.start().await;
        time_goes_by(world, TimeDelta::hours(108)).await;
        let week = ["Friday, Mar 6", "Saturday, Mar 7", "Sunday, Mar 8", "Monday, Mar 9", "Tuesday, Mar 10",
            "Wednesday, Mar 11", "Thursday, Mar 12", "Friday, Mar 13"];
        assert_eq!(days(&mina), week[..7], "New York");
        assert_eq!(days(&jun), week[1..], "Seoul, where it was 09:30 already when it began");
        assert_eq!(days(&ada), week[..7], "Kathmandu");
        // At 09:00 where they are; the job looked every half hour.
        let early_or_late = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND NOT ( \
            (account = 'bob' AND event_at_ms % 86400000 / 1800000 IN (0, 1)) \
            OR (account = 'carol' AND event_at_ms % 86400000 / 1800000 IN (6, 7)) \
            OR (account = 'alice' AND event_at_ms % 86400000 / 1800000 IN (26, 27, 28, 29)))";
        assert_eq!(world.number(early_or_late).await, 0, "a digest did not come at its hour");
    }

    async fn an_outage_of_three_days_is_caught_up_with_one_digest(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let mina = world.mina();
        link_in(world, &mina, "alice", "Europe/Berlin").await;
        world.it_is("2026-11-19T08:00:30Z");
        the_job_runs(world).await;
        world.stop().await;
        world.it_is("2026-11-22T06:00:00Z");
        world.start().await;
        the_job_runs(world).await;
        the_job_runs(world).await;
        assert_eq!(days(&mina), ["Thursday, Nov 19", "Sunday, Nov 22"], "one for all that was missed");
        world.it_is("2026-11-22T09:00:00Z");
        the_job_runs(world).await;
        assert_eq!(digests(&mina).len(), 2, "Sunday had its digest, two hours before its hour");
        world.it_is("2026-11-23T08:01:00Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina)[2..], ["Monday, Nov 23"], "and then every day again");
    }

    async fn a_clock_that_jumps_makes_no_digest_come_twice(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        world.it_is("2026-11-22T00:01:00Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina), ["Sunday, Nov 22"]);
        for jump in [-30 * 24, -2, 2, -30 * 24] {
            world.time_passes(TimeDelta::hours(jump));
            the_job_runs(world).await;
            the_job_runs(world).await;
            world.time_passes(TimeDelta::hours(-jump));
            the_job_runs(world).await;
            assert_eq!(days(&mina), ["Sunday, Nov 22"], "{jump} h and back");
        }
        world.it_is("2026-11-22T23:59:00Z");
        the_job_runs(world).await;
        assert_eq!(digests(&mina).len(), 1, "a minute early is early");
        world.it_is("2026-11-23T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina)[1..], ["Monday, Nov 23"], "none is lost either");
    }

    async fn a_clock_that_was_a_month_ahead_silences_nobody(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        world.it_is("2026-12-21T12:00:00Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina), ["Monday, Dec 21"], "for all we know");
        world.it_is("2026-11-21T12:05:00Z");
        the_job_runs(world).await;
        assert_eq!(digests(&mina).len(), 1);
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina)[1..], ["Sunday, Nov 22"]);
    }

    async fn four_at_once_write_each_digest_once(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let (mina, jun) = (world.mina(), world.jun());
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        link_in(world, &jun, "bob", "Asia/Seoul").await;
        world.it_is("2026-11-22T00:00:10Z");
        let job = || world.digests_are_written();
        tokio::join!(job(), job(), job(), job());
        the_job_runs(world).await;
        assert_eq!((digests(&mina).len(), digests(&jun).len()), (1, 1));
        assert_eq!(world.number(WRITTEN).await, 2);
    }

    async fn thousands_of_the_same_minute_have_one_digest_each_by_one_run(world) {
        world.stop().await;
        let store = world.store_alone().await;
        let (people, due) = (2_500, world.clock.now().timestamp_millis());
        world.meddle(&format!(
            "WITH RECURSIVE people (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM people WHERE i < {people}) \
             INSERT INTO sns_settings (account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, \
               created_at_ms, updated_at_ms, next_digest_at_ms) \
             SELECT 'shop ' || i, 'shop', 7000 + i, TRUE, 1, 1, 1, {due} FROM people"
        )).await;
        let (zone, now) = (world.config.digest.default_zone, world.clock.now());
        let written = outbox::write_due_digests(&store, zone, now).await.expect("they are written");
        assert_eq!(written, people, "somebody waits for another minute, or has two");
        let accounts = "SELECT COUNT(DISTINCT account) FROM notifications WHERE kind = 'digest' AND head";
        assert_eq!(world.number(accounts).await, i64::try_from(people).expect("a count"));
        let again = outbox::write_due_digests(&store, zone, now).await.expect("nothing is due");
        assert_eq!(again, 0, "a digest came twice");
        store.close().await;
    }

    async fn a_digest_that_cannot_be_written_is_not_moved_either(world) {
        world.it_is("2026-11-20T12:00:00Z");
        let (mina, jun) = (world.mina(), world.jun());
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        world.it_is("2026-11-21T00:00:10Z");
        the_job_runs(world).await;
        link_in(world, &jun, "bob", "Asia/Seoul").await;
        // From now on the database refuses a second digest of anybody's: the row of the transaction, not its move.
        let database = world.look_inside().await;
        database
            .execute_unprepared("CREATE UNIQUE INDEX no_second ON notifications (account) WHERE kind = 'digest'")
            .await
            .expect("an index");
        world.it_is("2026-11-22T00:00:10Z");
        let before = "SELECT COUNT(*) FROM sns_settings WHERE next_digest_at_ms = 1795305600000";
        assert_eq!(world.number(before).await, 2, "both are due");
        let (zone, now) = (world.config.digest.default_zone, world.clock.now());
        let refused = outbox::write_due_digests(world.app().store(), zone, now).await;
        assert!(refused.is_err(), "{refused:?}");
        assert_eq!(world.number(before).await, 2, "a digest that was not written was moved");
        database.execute_unprepared("DROP INDEX no_second").await.expect("no index");
        database.close().await.expect("closed");
        the_job_runs(world).await;
        assert_eq!(days(&mina), ["Saturday, Nov 21", "Sunday, Nov 22"]);
        assert_eq!(days(&jun), ["Sunday, Nov 22"]);
    }

    async fn a_digest_tells_what_happened_and_what_is_coming_up(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        tells(world, "post.published", json!({"network": "x", "text": "Hi"})).await;
        // Told late, of a post of last week: it is news all the same.
        let late = json!({"type": "post.published", "account": "alice", "at": "2026-11-14T00:00:00Z", "data": {"network": "x"}});
        world.platform().tells(late).await;
        for error in ["login expired", "login expired", "too <long>"] {
            tells(world, "post.failed", json!({"network": "facebook", "error": error})).await;
        }
        let database = world.look_inside().await;
        let hour = 3_600_000_i64;
        let nine = 1_795_305_600_000_i64; // 2026-11-22 09:00 in Seoul
        let posts = [(nine + 3 * hour, "scheduled", "Noon"), (nine + 4 * hour, "scheduled", "One"),
            (nine + 5 * hour, "scheduled", "Two"), (nine + 14 * hour, "scheduled", "Eleven at night"),
            (nine + 15 * hour, "scheduled", "Tomorrow"), (nine - hour, "published", "Before"), (nine + hour, "cancelled", "Never")];
        for (at, status, text) in posts {
            database.execute_unprepared(&format!(
                "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, status, managed_by, created_at_ms, updated_at_ms) \
                 VALUES ('alice', 'instagram', '{text}', {at}, {at}, '{status}', 'platform', 0, 0)")).await.expect("a post");
        }
        database.close().await.expect("closed");
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        let digest = mina.sees("Sunday, Nov 22 · alice’s shop").await.expect("the digest");
        assert_eq!(digest.text().lines().skip(2).collect::<Vec<_>>(), [
            "✅ 2 posts published",
            "❌ 3 failed · Facebook: login expired (×2) · Facebook: too <long>",
            "🗓 4 coming up today",
            "• 12:00 Instagram · “Noon”",
            "• 13:00 Instagram · “One”",
            "• and 2 more",
        ]);
        assert_eq!(digest.labels(), ["Settings"], "no calendar is set up");
    }

    async fn asking_for_the_digest_does_not_move_the_daily_one(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        mina.says("/digest").expect("the person can write");
        mina.sees("Nothing new, and nothing is coming up today").await.expect("an answer though there is nothing");
        tells(world, "post.failed", json!({"network": "x", "error": "spam"})).await;
        mina.sees("Post failed").await.expect("the notice");
        mina.says("/digest@scheduler_bot").expect("the person can write");
        mina.sees("❌ 1 failed · X: spam").await.expect("now there is something");
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        let daily = mina.sees("Sunday, Nov 22").await.expect("the daily one comes all the same");
        assert!(daily.text().contains("❌ 1 failed · X: spam"), "and counts from where it would have: {}", daily.text());
        mina.says("/digest").expect("the person can write");
        world.until("the next counts anew", async || {
            digests(&mina).last().is_some_and(|last| last.text().contains("Nothing new"))
        }).await;
    }

    async fn a_quiet_day_has_no_digest_unless_it_is_wanted(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let (mina, jun) = (world.mina(), world.jun());
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        link_in(world, &jun, "bob", "Asia/Seoul").await;
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!((digests(&mina).len(), digests(&jun).len()), (0, 1));
        // What comes after the quiet digest's hour is told by the next one, not by a late one.
        tells(world, "post.published", json!({"network": "x", "text": "Hi"})).await;
        world.it_is("2026-11-22T12:00:00Z");
        the_job_runs(world).await;
        assert_eq!(digests(&mina).len(), 0);
        world.it_is("2026-11-23T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!(days(&mina), ["Monday, Nov 23"]);
        assert!(digests(&mina)[0].text().contains("✅ 1 post published"));
    }

    async fn who_left_or_blocked_gets_none_and_who_comes_back_no_second_one(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let (mina, jun, ada) = (world.mina(), world.jun(), world.admin());
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        link_in(world, &jun, "bob", "Asia/Seoul").await;
        link_in(world, &ada, "carol", "Asia/Seoul").await;
        world.platform().post("bob", "/api/telegram/unlink-account", json!({})).await;
        ada.blocks_bot().expect("anybody can block a bot");
        let blocked = "SELECT COUNT(*) FROM sns_settings WHERE NOT telegram_enabled";
        world.until("the block is noticed", async || world.number(blocked).await == 1).await;
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!([digests(&mina).len(), digests(&jun).len(), digests(&ada).len()], [1, 0, 0]);
        assert_eq!(world.number(WRITTEN).await, 1, "nor is one kept for later");
        // Leaves after the digest, comes back at once, and wants it in the evening.
        world.platform().post("alice", "/api/telegram/unlink-account", json!({})).await;
        link_in(world, &mina, "alice", "Asia/Seoul").await;
        world.platform().patch("alice", SETTINGS, json!({"digest": {"time": "20:00"}})).await;
        ada.unblocks_bot().expect("and unblock it");
        world.until("the return is noticed", async || world.number(blocked).await == 0).await;
        world.it_is("2026-11-22T11:00:10Z");
        the_job_runs(world).await;
        assert_eq!([digests(&mina).len(), digests(&ada).len()], [1, 0], "the day had its digest");
        world.it_is("2026-11-23T11:00:10Z");
        the_job_runs(world).await;
        assert_eq!([digests(&mina).len(), digests(&ada).len()], [2, 1]);
    }

    async fn a_digest_that_could_not_be_sent_is_replaced_by_the_next(world) {
        world.it_is("2026-11-21T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        tells(world, "post.published", json!({"network": "x"})).await;
        mina.sees("Published").await.expect("the notice");
        world.telegram.limit_chat(mina.id(), std::time::Duration::from_secs(10_072));
        world.it_is("2026-11-22T00:00:10Z");
        world.digests_are_written().await;
        let limited = "SELECT COUNT(*) FROM chat_waits";
        world.until("Telegram asks to wait", async || world.number(limited).await == 1).await;
        let pending = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state = 'pending'";
        world.until("the digest is put back", async || world.number(pending).await == 1).await;
        world.it_is("2026-11-23T00:00:10Z");
        world.digests_are_written().await;
        assert_eq!(world.number(pending).await, 1, "one waits, not one for each day");
        let replaced = "SELECT COUNT(*) FROM notifications WHERE state = 'cancelled' AND reason = 'replaced'";
        assert_eq!(world.number(replaced).await, 1);
        world.telegram.limit_chat(mina.id(), std::time::Duration::ZERO);
        world.stop().await;
        world.start().await;
        let digest = mina.sees("Monday, Nov 23").await.expect("the wait is over");
        assert!(digest.text().contains("1 post published"), "of the day before, too: {}", digest.text());
    }
}
