//! Digest, status, catch-up and the sum of the week name a failure in the reader's language, and count each post once,
//! as it stands when they tell it.

use bot_api::Person;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Behaviour, PATIENCE, World, post_to};
use crate::looked_after::{rejected, retries, with_insta};
use crate::merging::merges;
use crate::on_both_databases;

/// A post of the platform's.
fn event(kind: &str, data: Value) -> Value {
    let mut data = data;
    data["network"] = "facebook".into();
    json!({ "type": kind, "account": "alice", "data": data })
}

/// A failure of the class that most are of, in words that differ each time.
fn expired(number: usize) -> Value {
    let error = format!("OAuthException <{number}> & so on");
    event(
        "post.failed",
        json!({ "error": error, "error_code": "login_expired", "text": format!("Cake {number}") }),
    )
}

async fn settles(world: &World) {
    world.outbox().await.until_settled(PATIENCE).await;
}

/// The answer to `command`, as lines.
async fn lines(world: &World, person: &Person, command: &str) -> Vec<String> {
    let before = person.last_message().map_or(0, |message| message.id());
    person.says(command).expect("the person can write");
    let answer = world.message_after(person, before + 1).await;
    answer.text().lines().map(str::to_owned).collect()
}

on_both_databases! {
    async fn a_post_of_the_platforms_that_failed_again_is_one_post(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        let of_post = |id: &str| event("post.failed", json!({ "error": "Log in again.", "text": id, "post_id": id }));
        world.platform().accepts(json!({ "events": [of_post("cake"), of_post("bread"), of_post("cake")] })).await;
        settles(world).await;
        let list = mina.last_message().expect("a list");
        let told: Vec<&str> = list.text().lines().filter(|line| !line.contains(':')).collect();
        assert_eq!(told, ["❌ 2 posts failed · Facebook", "• “bread”", "• “cake”"]);
        let digest = lines(world, &mina, "/digest").await;
        assert!(digest[2].starts_with("❌ 2 failed"), "the list and the digest count alike: {digest:#?}");
    }

    async fn a_failure_is_named_in_its_readers_language(world) {
        let jun = world.jun();
        world.link_from(&jun, "alice", "?zone=Asia/Seoul&lang=ko").await;
        world.lift_limits().await;
        let unknown = event("post.failed", json!({ "error_code": "sun_spots" }));
        assert_eq!(world.platform().tells(unknown).await.status, 400, "no class of ours");
        let words = event("post.failed", json!({ "error": "Too <b>long</b> & \u{202E}late" }));
        world.platform().accepts(json!({ "events": [words, expired(1), expired(2)] })).await;
        settles(world).await;
        let digest = lines(world, &jun, "/digest").await;
        assert_eq!(digest[2], "❌ 게시 실패 3건 · 페이스북: 로그인 만료 (2건) · 페이스북: Too <b>long</b> & late");
        let status = lines(world, &jun, "/status").await;
        assert!(status.contains(&"실패  페이스북 · 로그인 만료".to_owned()), "{status:#?}");
        world.platform().patch("alice", "/api/telegram/settings", json!({ "language": "en" })).await;
        let digest = lines(world, &jun, "/digest").await;
        assert!(digest[2].starts_with("❌ 3 failed · Facebook: login expired (×2) · "), "{digest:#?}");
        let status = lines(world, &jun, "/status").await;
        assert!(status.contains(&"Failed  Facebook · login expired".to_owned()), "{status:#?}");
    }

    async fn a_class_that_nobody_knows_leaves_the_words_of_whoever_wrote_it(world) {
        let jun = world.jun();
        world.link_from(&jun, "alice", "?zone=Asia/Seoul&lang=ko").await;
        for (code, error) in [("'sun_spots'", "'Sun spots'"), ("'login_expired'", "NULL"), ("NULL", "NULL")] {
            world.meddle(&format!(
                "INSERT INTO posts (account, network, text, publish_at_ms, status, managed_by, due_at_ms, created_at_ms, \
                   updated_at_ms, error_code, error) \
                 VALUES ('alice', 'x', 'Hi', 0, 'failed', 'platform', 0, 0, 0, {code}, {error})")).await;
            assert_eq!(world.runs("post_notifications").await["items"], 1);
            settles(world).await;
        }
        let digest = lines(world, &jun, "/digest").await;
        assert_eq!(digest[2], "❌ 게시 실패 3건 · X · X: 로그인 만료 · 외 1건", "{digest:#?}");
    }

    async fn failures_of_one_class_are_one_message_whatever_their_words(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        merges(world).await;
        world.platform().accepts(json!({ "events": (1..=3).map(expired).collect::<Vec<_>>() })).await;
        settles(world).await;
        let list = mina.sees("❌ 3 posts failed · Facebook").await.expect("one message");
        assert!(list.text().contains("Why: Facebook asks you to log in again."), "{}", list.text());
    }

    async fn what_was_held_is_named_in_its_readers_language_too(world) {
        let mina = world.mina();
        world.link(&mina, "alice").await;
        world.platform().accepts(expired(0)).await;
        let notice = mina.sees("Post failed").await.expect("the notice");
        mina.taps(notice.id(), "Mute 1 h").await.expect("the tap is answered");
        world.platform().accepts(json!({ "events": (1..=3).map(expired).collect::<Vec<_>>() })).await;
        world.time_passes(TimeDelta::minutes(61));
        let told = mina.sees("❌ 3 failed · Facebook: login expired (×3)").await;
        told.expect("one message for what came meanwhile");
    }

    async fn what_was_mended_counts_as_published_alone(world) {
        let (mina, connector) = with_insta(world).await;
        let mut failed = Vec::new();
        for text in ["Scones", "Buns"] {
            connector.next(rejected());
            let id = world.platform().schedules("alice", post_to("insta", text, world.clock.now())).await;
            world.until_post("alice", id, "failed").await;
            failed.push(id);
        }
        settles(world).await;
        let status = lines(world, &mina, "/status").await;
        assert_eq!(status[2], "Today  0 published · 2 failed · 0 to go");
        connector.next(Behaviour::publishes());
        retries(world, failed[0]).await;
        world.until_post("alice", failed[0], "published").await;
        connector.next(rejected());
        retries(world, failed[1]).await;
        world.until_post("alice", failed[1], "failed").await;
        settles(world).await;
        let status = lines(world, &mina, "/status").await;
        assert_eq!(status[2], "Today  1 published · 1 failed · 0 to go", "two posts, however often they were tried");
        assert!(status.contains(&"Failed  insta · Log in again.".to_owned()), "{status:#?}");
        let digest = lines(world, &mina, "/digest").await;
        assert_eq!(digest[2..], ["✅ 1 post published", "❌ 1 failed · insta: Log in again."]);
        retries(world, failed[1]).await;
        world.until_post("alice", failed[1], "published").await;
        settles(world).await;
        let status = lines(world, &mina, "/status").await;
        assert_eq!(status[2], "Today  2 published · 0 failed · 0 to go");
        assert!(status.iter().all(|line| !line.starts_with("Failed")), "{status:#?}");
        assert_eq!(lines(world, &mina, "/digest").await[2..], ["✅ 2 posts published"]);
    }

    async fn the_platforms_posts_count_once_in_the_day_and_in_the_week(world) {
        world.it_is("2026-11-18T12:00:00Z");
        let mina = world.mina();
        world.link_from(&mina, "alice", "?zone=Asia/Seoul&lang=en").await;
        world.lift_limits().await;
        let of = |kind: &str, id: &str| event(kind, json!({ "error": "spam", "post_id": id }));
        // One fails twice and is out then, one fails twice, of one nobody knows and then it failed; one has no name.
        for it in [of("post.failed", "7"), of("post.failed", "7"), of("post.published", "7"), of("post.failed", "8"),
            of("post.failed", "8"), of("post.unconfirmed", "9"), of("post.failed", "9"), event("post.failed", json!({}))] {
            world.platform().accepts(it).await;
        }
        settles(world).await;
        let status = lines(world, &mina, "/status").await;
        assert_eq!(status[2], "Today  1 published · 3 failed", "{status:#?}");
        let digest = lines(world, &mina, "/digest").await;
        assert_eq!(digest[2..], ["✅ 1 post published", "❌ 3 failed · Facebook: spam (×2) · Facebook"]);
        world.it_is("2026-11-23T00:00:10Z");
        world.digests_are_written().await;
        let monday = mina.sees("📊 Last week  1 published · 3 failed").await;
        monday.expect("the sum of the week, and nothing that nobody is sure of");
    }
}
