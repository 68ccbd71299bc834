//! The machine's clock is wrong for a while, by two hours or by a month, and right again.

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use telegram_bot_scheduler::store::ClaimWish;

use crate::harness::World;
use crate::on_both_databases;

/// How far off the clock is, in hours.
const OFF: [i64; 4] = [2, -2, 30 * 24, -30 * 24];

const WAITING: &str =
    "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state IN ('pending', 'sending')";

/// The minute's job, and what it wrote in people's chats.
async fn the_job_runs(world: &World) {
    world.digests_are_written().await;
    world.until("the digests are delivered", async || world.number(WAITING).await == 0).await;
}

/// The headings of Mina's digests: "Sunday, Nov 22".
fn headings(world: &World) -> Vec<String> {
    let heading = |text: &str| Some(text.strip_prefix("📰 ")?.split(" · ").next()?.to_owned());
    world.mina().messages().iter().filter_map(|message| heading(message.text())).collect()
}

on_both_databases! {
    async fn fault_12_a_wrong_clock_loses_no_digest_and_brings_none_twice(world) {
        world.it_is("2026-11-21T12:00:00Z");
        world.link_from(&world.mina(), "alice", "?zone=Asia/Seoul&lang=en").await;
        let also_when_quiet = json!({ "digest": { "when_empty": true } });
        assert_eq!(world.platform().patch("alice", "/api/telegram/settings", also_when_quiet).await.status, 200);
        let days = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day").iter_days();
        for (hours, day) in OFF.into_iter().zip(days) {
            // Half an hour before nine in Seoul.
            world.it_is(&format!("{}T23:30:00Z", day.pred_opt().expect("a day before")));
            the_job_runs(world).await;
            world.time_passes(TimeDelta::hours(hours));
            the_job_runs(world).await;
            the_job_runs(world).await;
            world.time_passes(TimeDelta::hours(-hours));
            the_job_runs(world).await;
            world.it_is(&format!("{day}T00:00:10Z"));
            the_job_runs(world).await;
            let today = day.format("%A, %b %-d").to_string();
            let todays = headings(world).into_iter().filter(|heading| *heading == today).count();
            assert_eq!(todays, 1, "{hours} h off and right again: {:?}", headings(world));
        }
        let mut all = headings(world);
        all.sort();
        let before = all.len();
        all.dedup();
        assert_eq!(all.len(), before, "no day has two: {:?}", headings(world));
    }

    async fn fault_12_a_lease_that_began_under_a_wrong_clock_is_released(world) {
        world.link(&world.mina(), "alice").await;
        world.telegram.set_down(true);
        let event = json!({ "type": "announcement", "account": "alice", "data": { "text": "Closed" } });
        world.platform().accepts(event).await;
        world.stop().await;
        let store = world.store_alone().await;
        store.lead("the story").await.expect("it leads");
        let now = world.clock.now();
        let wish = ClaimWish { limit: 10, lease: TimeDelta::seconds(60), ..ClaimWish::default() };
        for hours in OFF {
            let wrong = now + TimeDelta::hours(hours);
            world.meddle("UPDATE notifications SET due_at_ms = 0 WHERE state = 'pending'").await;
            let claimed = store.claim_due(wish.clone(), wrong).await.expect("a claim").rows;
            assert_eq!(claimed.len(), 1, "claimed with the clock {hours} h off");
            let released = store.release_expired(100, now).await.expect("the job");
            assert_eq!(released, 1, "the claim of a clock that was {hours} h off still holds");
        }
        let claimed = store.claim_due(wish, now).await.expect("a claim").rows;
        assert_eq!((claimed.len(), store.release_expired(100, now).await.expect("the job")), (1, 0), "a good lease stays");
        store.resign("the story").await.expect("it leads no more");
        store.close().await;
        world.telegram.set_down(false);
        world.start().await;
        world.mina().sees("Closed").await.expect("what was accepted is told");
    }
}
