//! People look at what is scheduled, page by page, and at how today goes.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::World;
use crate::on_both_databases;

/// 2026-11-22 09:00 in Seoul.
const NINE: i64 = 1_795_305_600_000;

/// Schedules a post of alice's on the platform, so many hours after nine.
async fn scheduled(world: &World, hours: i64, text: &str) {
    let at = NINE + hours * 3_600_000;
    world
        .number(&format!(
            "INSERT INTO posts (account, network, text, publish_at_ms, due_at_ms, status, managed_by, created_at_ms, \
               updated_at_ms) VALUES ('alice', 'instagram', '{text}', {at}, {at}, 'scheduled', 'platform', 0, 0) \
             RETURNING id"
        ))
        .await;
}

on_both_databases! {
    async fn posts_are_paged_in_place(world) {
        world.it_is("2026-11-22T00:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        world.lift_limits().await;
        let family = "👨\u{200D}👩\u{200D}👧".repeat(100);
        for (hours, text) in [(1, "One"), (2, family.as_str()), (3, "<b>&Three"), (4, "Four"), (5, "Five"), (6, "Six"),
            (31, "Tomorrow")] {
            scheduled(world, hours, text).await;
        }
        let first = world.answer(&mina, "/posts").await;
        let lines: Vec<&str> = first.text().lines().collect();
        assert_eq!(lines[0], "🗓 Scheduled posts · 7");
        assert_eq!(lines[1], "1. Nov 22, 10:00 · Instagram · “One”");
        assert!(lines[2].ends_with("👨\u{200D}👩\u{200D}👧…”"), "cut between families: {}", lines[2]);
        assert_eq!(lines[3], "3. Nov 22, 12:00 · Instagram · “<b>&Three”");
        assert_eq!(lines[5..], ["5. Nov 22, 14:00 · Instagram · “Five”", "Page 1 of 2"]);
        assert_eq!(first.labels(), ["1", "2", "3", "4", "5", "▶"]);
        mina.taps(first.id(), "▶").await.expect("it is answered");
        let second = mina.sees("Page 2 of 2").await.expect("the same message, turned");
        assert_eq!(second.id(), first.id());
        assert_eq!(second.text().lines().nth(2), Some("7. Nov 23, 16:00 · Instagram · “Tomorrow”"));
        assert_eq!(second.labels(), ["6", "7", "◀"]);
        // Meanwhile most have gone out: the page that she turns to may not be there any more.
        world.number("DELETE FROM posts WHERE text <> 'One' RETURNING id").await;
        mina.tap_data(mina.id(), first.id(), "posts:1").expect("an old button").answer(crate::harness::PATIENCE).await
            .expect("it is answered");
        world.until("the one that is left is shown", async || {
            mina.messages().iter().any(|message| message.text().starts_with("🗓 Scheduled posts · 1"))
        }).await;
    }

    async fn whoever_has_scheduled_nothing_is_told_so(world) {
        let (mina, jun) = (world.mina(), world.jun());
        let answer = world.answer(&mina, "/posts").await;
        assert!(answer.text().contains("Connect an account first"), "{}", answer.text());
        world.link_from(&jun, "bob", "?zone=Asia/Seoul&lang=ko").await;
        let answer = world.answer(&jun, "/posts").await;
        assert!(answer.text().contains("예약된 글이 없어요"), "{}", answer.text());
        assert!(answer.labels().is_empty(), "nothing to turn: {:?}", answer.labels());
    }

    async fn status_names_the_failure_that_waits_to_be_looked_after(world) {
        world.it_is("2026-11-22T00:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        let fails = |error: &str| json!({"type": "post.failed", "account": "alice",
            "data": {"network": "facebook", "error": error}});
        for error in ["spam", "login expired"] {
            assert_eq!(world.platform().tells(fails(error)).await.status, 202);
        }
        mina.sees("login expired").await.expect("the notice");
        let status = world.answer(&mina, "/status").await;
        assert!(status.text().contains("Failed  Facebook · login expired"), "the newest: {}", status.text());
        world.time_passes(TimeDelta::hours(24));
        let status = world.answer(&mina, "/status").await;
        assert!(!status.text().contains("Failed  "), "yesterday's is no news any more: {}", status.text());
    }
}
