//! On Mondays the digest comes with a picture of the week, and without one rather than not at all.

use bot_api::{ChatMessage, Fault, Person, Rule};
use serde_json::json;

use crate::harness::World;
use crate::on_both_databases;

const WAITING: &str =
    "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state IN ('pending', 'sending')";
const NOTHING_TO_TELL: &str =
    "SELECT COUNT(*) FROM notifications WHERE state = 'cancelled' AND reason = 'nothing_to_tell'";

/// 2026-11-16 is a Monday; Mina is in Seoul, and her digest comes at 09:00: at midnight UTC.
async fn tells(world: &World, kind: &str, at: &str) {
    let event =
        json!({"type": kind, "account": "alice", "at": at, "data": {"network": "x", "error": "spam"}});
    let answer = world.platform().tells(event).await;
    assert_eq!(answer.status, 202, "{answer:?}");
}

async fn the_job_runs(world: &World) {
    world.digests_are_written().await;
    world.until("the digests are delivered", async || world.number(WAITING).await == 0).await;
}

/// What came with a sum of the week.
fn of_the_week(person: &Person) -> Vec<ChatMessage> {
    person.messages().into_iter().filter(|message| message.by_bot && message.text().contains("📊")).collect()
}

on_both_databases! {
    async fn mondays_digest_shows_the_week(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let (mina, jun) = (world.mina(), world.jun());
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        world.link_from(&jun, "bob", "?zone=Asia/Seoul&lang=ko").await;
        world.platform().patch("bob", "/api/telegram/settings", json!({"digest": {"when_empty": true}})).await;
        // Sunday of the week before where she is, Wednesday twice, Thursday, and this Monday.
        for (kind, at) in [("post.published", "2026-11-15T14:59:00Z"), ("post.published", "2026-11-17T15:00:00Z"),
            ("post.failed", "2026-11-18T09:00:00Z"), ("post.unconfirmed", "2026-11-18T16:00:00Z"),
            ("post.published", "2026-11-22T15:00:00Z")] {
            tells(world, kind, at).await;
        }
        world.it_is("2026-11-19T00:00:10Z");
        the_job_runs(world).await;
        let thursday = mina.sees("Thursday, Nov 19").await.expect("the digest");
        assert!(thursday.photo.is_none(), "no picture on a Thursday");
        world.it_is("2026-11-22T00:00:10Z");
        the_job_runs(world).await;
        assert!(of_the_week(&mina).is_empty(), "nor on a Sunday");
        world.it_is("2026-11-23T00:00:10Z");
        the_job_runs(world).await;
        let monday = mina.sees("Monday, Nov 23").await.expect("the digest, though the day was quiet");
        assert!(monday.text().contains("📊 Last week  1 published · 1 failed · 1 not sure"), "{}", monday.text());
        assert_eq!(monday.labels(), ["Settings"]);
        let photo = monday.photo.expect("a picture above it");
        assert_eq!((photo.width, photo.height), (1200, 780));
        let korean = jun.sees("11월 23일 (월)").await.expect("who wants it on quiet days has a picture, too");
        assert!(korean.photo.is_some_and(|other| other.bytes != photo.bytes), "in the reader's language");
        world.it_is("2026-11-24T00:00:10Z");
        the_job_runs(world).await;
        assert_eq!(of_the_week(&mina).len(), 1, "once a week");
    }

    async fn a_week_in_which_nothing_happened_is_not_told_unasked(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        world.it_is("2026-11-23T00:00:10Z");
        the_job_runs(world).await;
        assert!(mina.messages().iter().all(|message| message.photo.is_none()), "an empty picture came");
        assert_eq!(world.number(NOTHING_TO_TELL).await, 1, "why there was none can be looked up");
    }

    async fn a_picture_that_telegram_refuses_leaves_the_text(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        tells(world, "post.published", "2026-11-18T09:00:00Z").await;
        mina.sees("Published").await.expect("the notice");
        let description = "Bad Request: not enough rights to send photos to the chat".to_owned();
        let refused = Rule::new(Fault::Error { status: 400, description }).method("sendPhoto");
        world.telegram.fault_next(1, refused);
        world.it_is("2026-11-23T00:00:10Z");
        the_job_runs(world).await;
        let digests = of_the_week(&mina);
        assert_eq!(digests.len(), 1, "the text, once");
        assert!(digests[0].photo.is_none());
        assert!(digests[0].text().contains("📊 Last week  1 published"), "{}", digests[0].text());
        let sent = "SELECT COUNT(*) FROM notifications WHERE kind = 'digest' AND state = 'sent'";
        assert_eq!(world.number(sent).await, 1);
    }

    async fn a_monday_on_which_telegram_was_away_is_made_up_for(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        tells(world, "post.published", "2026-11-18T09:00:00Z").await;
        mina.sees("Published").await.expect("the notice");
        world.telegram.set_down(true);
        world.it_is("2026-11-23T00:00:10Z");
        world.digests_are_written().await;
        world.it_is("2026-11-24T00:00:10Z");
        world.digests_are_written().await;
        assert_eq!(world.number(WAITING).await, 1, "one waits, not one for each day");
        world.telegram.set_down(false);
        let digest = mina.sees("Tuesday, Nov 24").await.expect("the digest of both days");
        assert!(digest.photo.is_some(), "with the picture that Monday's would have had");
    }
}
