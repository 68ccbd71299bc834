//! An admin has everybody told something: previewed, sent once, followed in one message, stopped, and going on after
//! a restart.

use std::time::Duration;

use bot_api::{ChatMessage, Person};
use chrono::TimeDelta;
use serde_json::json;
use telegram_bot_scheduler::domain::language::Language;
use telegram_bot_scheduler::outbox;
use telegram_bot_scheduler::store::NewBroadcast;

use crate::harness::news::failed;
use crate::harness::{ADMIN_ID, PATIENCE, World};
use crate::on_both_databases;

/// How many rows there are for the accounts, and for how many accounts.
async fn rows(world: &World) -> (i64, i64) {
    let all = world.number("SELECT COUNT(*) FROM notifications WHERE broadcast_id IS NOT NULL").await;
    let sql = "SELECT COUNT(DISTINCT account) FROM notifications WHERE broadcast_id IS NOT NULL";
    (all, world.number(sql).await)
}

/// How often `person` was told `words`.
fn told(world: &World, person: &Person, words: &str) -> usize {
    world.telegram.sent(person.id()).iter().filter(|message| message.text().contains(words)).count()
}

/// Waits until the broadcast has come to `state`.
async fn until(world: &World, state: &str) {
    let sql = format!("SELECT 1 FROM broadcasts WHERE state = '{state}'");
    let came = tokio::time::timeout(PATIENCE * 3, async {
        while !world.finds(&sql).await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    came.await.unwrap_or_else(|_| panic!("the broadcast is never {state}"));
}

/// The preview of `text`.
async fn previews(world: &World, admin: &Person, text: &str) -> ChatMessage {
    let preview = world.answer(admin, &format!("/broadcast {text}")).await;
    assert!(preview.text().starts_with("📣 Broadcast preview"), "{}", preview.text());
    preview
}

on_both_databases! {
    async fn everybody_is_told_once_and_the_admin_sees_how_far_it_is(world) {
        let (ada, mina, jun) = (world.admin(), world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link_from(&jun, "jun", "?lang=ko").await;
        let preview = previews(world, &ada, "Maintenance tonight <b>02:00</b>\n& back at 02:20").await;
        for words in ["→ 2 chats (en 1, ko 1)", "about 1 s", "Maintenance tonight <b>02:00</b>\n& back"] {
            assert!(preview.text().contains(words), "no {words:?} in: {}", preview.text());
        }
        assert_eq!(preview.labels(), ["Send", "Test to me", "Cancel"]);
        ada.taps(preview.id(), "Test to me").await.expect("the tap is answered");
        ada.sees("📣 Announcement").await.expect("as people will read it");
        assert_eq!((told(world, &mina, "Maintenance"), rows(world).await), (0, (0, 0)), "nobody else was told");
        let done = world.tap_makes(&ada, &preview, "Send", "Sent to 2").await;
        assert!(done.labels().is_empty(), "{:?}", done.labels());
        for person in [&mina, &jun] {
            assert_eq!(told(world, person, "Maintenance tonight <b>02:00</b>\n& back at 02:20"), 1);
        }
        assert_eq!(rows(world).await, (2, 2));
        let deed = "SELECT 1 FROM audit WHERE action = 'broadcast' AND subject = '1' AND actor = 'admin:900'";
        assert!(world.finds(deed).await, "the broadcast is written down");
    }

    async fn the_text_may_come_as_the_next_message(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let asks = world.answer(&ada, "/broadcast").await;
        assert!(asks.text().contains("next message"), "{}", asks.text());
        let preview = world.answer(&ada, "Scones for everybody").await;
        assert!(preview.text().contains("Scones for everybody"), "{}", preview.text());
        let again = world.answer(&ada, "Muffins").await;
        assert!(again.text().starts_with("🤖"), "nothing is asked for any more: {}", again.text());
        world.answer(&ada, "/broadcast").await;
        world.time_passes(TimeDelta::minutes(16));
        let late = world.answer(&ada, "What a day").await;
        assert!(late.text().starts_with("🤖"), "a remark of later is no broadcast: {}", late.text());
    }

    async fn a_preview_is_spent_once_cancelled_for_good_and_not_sent_when_it_is_old(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let preview = previews(world, &ada, "Scones").await;
        let (one, two) = tokio::join!(ada.taps(preview.id(), "Send"), ada.taps(preview.id(), "Send"));
        one.and(two).expect("both taps are answered");
        until(world, "done").await;
        assert_eq!((told(world, &mina, "Scones"), rows(world).await), (1, (1, 1)), "two taps, one broadcast");
        let cancelled = previews(world, &ada, "Muffins").await;
        world.tap_makes(&ada, &cancelled, "Cancel", "was not sent").await;
        let old = previews(world, &ada, "Pretzels").await;
        world.time_passes(TimeDelta::minutes(61));
        world.tap_makes(&ada, &old, "Send", "too old").await;
        assert_eq!(rows(world).await, (1, 1), "nothing else was sent");
    }

    async fn who_switched_announcements_off_is_counted_and_not_told(world) {
        let (ada, mina, jun) = (world.admin(), world.mina(), world.jun());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let off = json!({ "notifications": { "announcement": "off" } });
        let changed = world.platform().patch("jun", "/api/telegram/settings", off).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let preview = previews(world, &ada, "Scones").await;
        assert!(preview.text().contains("→ 1 chat") && preview.text().contains("Switched off 1"), "{}", preview.text());
        let done = world.tap_makes(&ada, &preview, "Send", "Sent to 1").await;
        assert!(done.text().contains("Switched off 1"), "{}", done.text());
        assert_eq!(told(world, &jun, "Scones"), 0);
        let row = "SELECT 1 FROM notifications WHERE account = 'jun' AND reason = 'switched_off'";
        assert!(world.finds(row).await, "everybody who can be reached has a row");
    }

    async fn it_is_resumed_after_a_restart_and_nobody_is_told_twice(world) {
        world.lift_limits().await;
        world.stop().await;
        // Slow enough that most of them are still to be told when the service stops.
        world.config.delivery.messages_per_second = 60;
        world.config.delivery.burst = 1;
        let people = world.crowd(7_000..7_400).await;
        world.start().await;
        let ada = world.admin();
        let preview = previews(world, &ada, "Scones").await;
        ada.taps(preview.id(), "Send").await.expect("the tap is answered");
        world.until("some are told", async || people.iter().any(|it| told(world, it, "Scones") > 0)).await;
        world.stop().await;
        let before = people.iter().filter(|it| told(world, it, "Scones") > 0).count();
        assert!(before < people.len(), "it was stopped half-way");
        world.config.delivery.messages_per_second = 0;
        world.start().await;
        until(world, "done").await;
        world.reads(&ada, &preview, "Sent to 400").await;
        assert_eq!(rows(world).await, (400, 400), "one row for each, whatever broke off");
        assert!(people.iter().all(|it| told(world, it, "Scones") == 1), "everybody is told once");
    }

    async fn the_outbox_holds_little_of_it_and_a_stop_takes_the_rest_back(world) {
        world.lift_limits().await;
        world.stop().await;
        let people = world.crowd(7_000..7_600).await;
        world.config.delivery.messages_per_second = 20;
        world.config.delivery.burst = 1;
        world.start().await;
        let ada = world.admin();
        let preview = previews(world, &ada, "Scones").await;
        ada.taps(preview.id(), "Send").await.expect("the tap is answered");
        world.until("some are told", async || people.iter().any(|it| told(world, it, "Scones") > 0)).await;
        let waiting = "SELECT COUNT(*) FROM notifications WHERE broadcast_id IS NOT NULL AND state = 'pending'";
        assert!(world.number(waiting).await <= 100, "five seconds' worth waits, not everything");
        // Somebody's own news does not wait behind it.
        world.platform().accepts(failed("7599", "Muffins")).await;
        people[599].sees("Muffins").await.expect("a failure is told at once");
        let progress = world.reads(&ada, &preview, "of 600").await;
        assert_eq!(progress.labels(), ["⏹ Stop"]);
        world.tap_makes(&ada, &preview, "⏹ Stop", "Stopped").await;
        until(world, "stopped").await;
        assert_eq!(world.number(waiting).await, 0, "what was not sent is cancelled");
        let told_now = people.iter().filter(|it| told(world, it, "Scones") > 0).count();
        assert!(told_now < 600, "{told_now} were told");
        let deed = "SELECT 1 FROM audit WHERE action = 'stop_broadcast'";
        assert!(world.finds(deed).await, "the stop is written down");
    }

    async fn two_leaders_at_once_write_one_row_for_each_of_thousands(world) {
        world.stop().await;
        let (store, now) = (world.store_alone().await, world.clock.now());
        let ms = now.timestamp_millis();
        for thousand in 0..3 {
            let rows: Vec<String> = (0..1_000)
                .map(|it| thousand * 1_000 + it)
                .map(|it| format!("('shop-{it}', 'Shop', {}, TRUE, {ms}, {ms}, {ms})", 1_000_000 + it))
                .collect();
            let columns = "account, account_name, telegram_chat_id, telegram_enabled, linked_at_ms, created_at_ms, updated_at_ms";
            let sql = format!("INSERT INTO sns_settings ({columns}) VALUES {}", rows.join(", "));
            world.outbox().await.write(&sql).await;
        }
        let new = NewBroadcast { admin_id: ADMIN_ID, language: Language::En, text: Some("Scones".into()) };
        let id = store.draft_broadcast(new, now).await.expect("a draft");
        assert!(store.send_broadcast(id, ADMIN_ID, 1, 3_000, now).await.expect("it begins"));
        let other = world.store_alone().await;
        loop {
            let (one, two) = tokio::join!(
                outbox::spread_broadcast(&store, id, 500, now),
                outbox::spread_broadcast(&other, id, 500, now),
            );
            let written = [one.expect("written"), two.expect("written")];
            assert!(written.iter().all(|rows| *rows <= 500), "a step is a bounded one: {written:?}");
            if written == [0, 0] {
                break;
            }
        }
        assert_eq!(rows(world).await, (3_000, 3_000));
        let progress = store.broadcast_progress(id).await.expect("the progress");
        assert_eq!((progress.later, progress.sent, progress.failed), (3_000, 0, 0));
        store.close().await;
        other.close().await;
    }

    async fn a_text_that_is_too_long_or_for_nobody_is_not_previewed(world) {
        let (ada, mina) = (world.admin(), world.mina());
        let nobody = world.answer(&ada, "/broadcast Scones").await;
        assert!(nobody.text().contains("nobody to tell"), "{}", nobody.text());
        world.link(&mina, "alice").await;
        let long = world.answer(&ada, &format!("/broadcast {}", "x".repeat(3_510))).await;
        assert!(long.text().contains("10 characters too long"), "{}", long.text());
        previews(world, &ada, &"긴".repeat(3_500)).await;
        let drafts = "SELECT COUNT(*) FROM broadcasts";
        assert_eq!(world.number(drafts).await, 1);
    }

    async fn a_forged_or_foreign_button_tells_nobody(world) {
        let (ada, mina) = (world.admin(), world.mina());
        world.link(&mina, "alice").await;
        let unknown = world.answer(&mina, "/frobnicate").await;
        assert_eq!(world.answer(&mina, "/broadcast Scones").await.source, unknown.source);
        world.stop().await;
        world.config.telegram.admins.insert(mina.id());
        world.start().await;
        let theirs = previews(world, &mina, "Muffins").await;
        let mine = previews(world, &ada, "Scones").await;
        // The preview of another admin, whose number Ada has guessed.
        let update = "UPDATE broadcasts SET admin_id = 11 WHERE text = 'Scones'";
        world.outbox().await.write(update).await;
        world.tap_makes(&ada, &mine, "Send", "too old").await;
        world.stop().await;
        world.config.telegram.admins.remove(&mina.id());
        world.start().await;
        let answer = mina.taps(theirs.id(), "Send").await.expect("the tap is answered");
        assert_eq!(answer.text, "This button no longer works", "{answer:?}");
        assert_eq!(rows(world).await, (0, 0));
    }
}
