//! People hand in posts, look at them and change their minds; what can't be a post is refused with the mend.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;

use crate::harness::{Platform, post_to};
use crate::on_both_databases;

/// What the port says about a post that it refuses: (status, detail).
async fn refused(platform: &Platform, post: Value) -> (u16, String) {
    let answer = platform.asks("alice", Method::POST, "/api/posts", Some(post)).await;
    (answer.status, answer.body["detail"].as_str().unwrap_or_default().to_owned())
}

/// `post` with one field changed.
fn with(mut post: Value, field: &str, value: Value) -> Value {
    post[field] = value;
    post
}

/// The ids that a page lists.
fn ids(page: &Value) -> Vec<i64> {
    page["posts"].as_array().expect("posts").iter().filter_map(|post| post["id"].as_i64()).collect()
}

on_both_databases! {
    async fn a_person_schedules_a_post_and_cancels_it(world) {
        let channel = world.knows_news().await;
        let (platform, at) = (world.platform(), world.clock.now() + TimeDelta::hours(1));
        let answer = platform.asks("alice", Method::POST, "/api/posts", Some(post_to("news", "Later", at))).await;
        assert_eq!((answer.status, &answer.body["status"]), (201, &json!("scheduled")), "{answer:?}");
        let id = answer.body["id"].as_i64().expect("an id");
        let path = format!("/api/posts/{id}");
        for _ in 0..2 {
            let cancelled = platform.asks("alice", Method::DELETE, &path, None).await;
            assert_eq!((cancelled.status, &cancelled.body["status"]), (200, &json!("cancelled")), "{cancelled:?}");
        }
        let retried = platform.asks("alice", Method::POST, &format!("{path}/retry"), None).await;
        assert_eq!(retried.status, 409, "a cancelled post stays cancelled: {retried:?}");
        world.time_passes(TimeDelta::hours(2));
        let after = world.platform().schedules("alice", post_to("news", "After it", world.clock.now())).await;
        world.until_post("alice", after, "published").await;
        let seen: Vec<String> = channel.messages().iter().map(|it| it.text().to_owned()).collect();
        assert_eq!(seen, ["After it"], "the cancelled post never goes out");
    }

    async fn nobody_sees_or_moves_the_post_of_another(world) {
        world.knows_news().await;
        let (platform, at) = (world.platform(), world.clock.now() + TimeDelta::hours(1));
        let id = platform.schedules("alice", post_to("news", "Hers", at)).await;
        let path = format!("/api/posts/{id}");
        for (method, path) in
            [(Method::GET, path.clone()), (Method::DELETE, path.clone()), (Method::POST, format!("{path}/retry"))]
        {
            let answer = platform.asks("bob", method.clone(), &path, None).await;
            assert_eq!(answer.status, 404, "{method} of a post of alice by bob: {answer:?}");
        }
        assert!(ids(&platform.asks("bob", Method::GET, "/api/posts", None).await.body).is_empty());
        let listed = platform.asks("bob", Method::GET, "/api/posts?account=alice", None).await;
        assert_eq!(listed.status, 403, "{listed:?}");
        let named = with(post_to("news", "As alice", at), "account", json!("alice"));
        let posted = platform.asks("bob", Method::POST, "/api/posts", Some(named.clone())).await;
        assert_eq!(posted.status, 403, "{posted:?}");

        let any = [Scope::PostsAny];
        let posted = platform.asks_with("platform", &any, Method::POST, "/api/posts", Some(named)).await;
        assert_eq!((posted.status, &posted.body["account"]), (201, &json!("alice")), "{posted:?}");
        let nameless = platform.asks_with("platform", &any, Method::POST, "/api/posts", Some(post_to("news", "x", at)));
        assert_eq!(nameless.await.status, 422, "a back end says whose post it is");
        assert_eq!(platform.asks_with("platform", &any, Method::DELETE, &path, None).await.status, 200);
        let everybodys = platform.asks_with("platform", &any, Method::GET, "/api/posts?status=cancelled", None).await;
        assert_eq!(ids(&everybodys.body), [id]);
        assert_eq!(world.post("alice", id).await["status"], "cancelled");
    }

    async fn what_makes_no_sense_is_refused_with_the_mend(world) {
        world.knows_news().await;
        let (platform, now) = (world.platform(), world.clock.now());
        let good = post_to("news", "Hello", now + TimeDelta::hours(1));
        let picture = json!("https://example.com/a.png");
        for (post, mend) in [
            (post_to("news", "Late", now - TimeDelta::hours(25)), "check the date"),
            (with(good.clone(), "network", json!("myspace")), "the known ones are: news"),
            (with(good.clone(), "network", json!("")), "the known ones are: news"),
            (with(good.clone(), "text", json!("x".repeat(4_097))), "at most 4096"),
            (with(good.clone(), "text", json!("🎉".repeat(2_049))), "at most 4096"),
            (with(good.clone(), "text", json!("")), "nothing to publish"),
            (with(good.clone(), "text", json!(" \n\t ")), "nothing to publish"),
            (with(good.clone(), "text", json!("a\u{0}b")), "NUL"),
            (with(good.clone(), "media_url", json!("a.png")), "http(s)"),
            (with(good.clone(), "media_url", json!("ftp://example.com/a.png")), "http(s)"),
            (with(good.clone(), "media_url", json!("javascript:alert(1)")), "http(s)"),
            (with(with(good.clone(), "media_url", picture), "text", json!("x".repeat(1_025))), "1024 with media"),
            (with(good.clone(), "account", json!("")), "account"),
        ] {
            let (status, detail) = refused(&platform, post.clone()).await;
            let expected = if mend == "account" { 403 } else { 422 };
            assert_eq!(status, expected, "{post:.200} → {detail}");
            assert!(detail.contains(mend) || expected == 403, "{post:.200} → {detail}");
        }
        for post in [
            with(good.clone(), "publish_at", json!("tomorrow at nine")),
            with(good.clone(), "publish_at", json!("2026-11-22T09:00:00")),
            with(good.clone(), "publish_at", json!(1_795_341_600)),
            with(good.clone(), "publish_at", Value::Null),
            with(good.clone(), "text", json!(7)),
            with(good.clone(), "colour", json!("red")),
            json!({ "network": "news", "text": "no time" }),
            json!([good.clone()]),
        ] {
            let (status, detail) = refused(&platform, post.clone()).await;
            assert_eq!(status, 400, "{post} → {detail}");
        }
        let huge = with(good, "text", json!("x".repeat(100_000)));
        assert_eq!(refused(&platform, huge).await.0, 413);
        assert!(ids(&platform.asks("alice", Method::GET, "/api/posts", None).await.body).is_empty(), "nothing is kept");
    }

    async fn the_same_request_again_makes_no_second_post(world) {
        let channel = world.knows_news().await;
        let platform = world.platform();
        let post = post_to("news", "Once", world.clock.now());
        let hand_in = |post: Value| {
            let token = platform.token("alice", &[Scope::Posts]);
            let request = platform.request(Method::POST, "/api/posts").bearer_auth(token);
            platform.send(request.header("Idempotency-Key", "form-7").json(&post))
        };
        let answers = futures::future::join_all((0..20).map(|_| hand_in(post.clone()))).await;
        let first = &answers[0].body["id"];
        for answer in &answers {
            assert_eq!((answer.status, &answer.body["id"]), (201, first), "{answer:?}");
        }
        let other = hand_in(with(post, "text", json!("Twice"))).await;
        assert_eq!((other.status, &other.body["type"]), (422, &json!("/problems/idempotency-key-reused")));
        world.until_post("alice", first.as_i64().expect("an id"), "published").await;
        assert_eq!(channel.messages().len(), 1);
        assert_eq!(ids(&platform.asks("alice", Method::GET, "/api/posts", None).await.body).len(), 1);
    }

    async fn posts_are_listed_page_by_page_newest_first(world) {
        world.knows_news().await;
        let (platform, at) = (world.platform(), world.clock.now() + TimeDelta::hours(1));
        let mut scheduled = Vec::new();
        for number in 0..7 {
            scheduled.push(platform.schedules("alice", post_to("news", &format!("No. {number}"), at)).await);
            platform.schedules("bob", post_to("news", "Bob’s", at)).await;
        }
        scheduled.reverse();
        let (mut listed, mut cursor) = (Vec::new(), String::new());
        for length in [3, 3, 1] {
            let page = platform.asks("alice", Method::GET, &format!("/api/posts?limit=3{cursor}"), None).await;
            assert_eq!(ids(&page.body).len(), length, "{page:?}");
            listed.extend(ids(&page.body));
            cursor = page.body["next_cursor"].as_str().map_or(String::new(), |next| format!("&cursor={next}"));
        }
        assert_eq!((listed, cursor.as_str()), (scheduled.clone(), ""), "every post once, and then no next page");
        let published = platform.asks("alice", Method::GET, "/api/posts?status=published", None).await;
        assert!(ids(&published.body).is_empty());
        for query in ["limit=0", "limit=201", "limit=-1", "limit=x", "cursor=x", "status=lost", "colour=red", "limit=1&limit=2"] {
            let answer = platform.asks("alice", Method::GET, &format!("/api/posts?{query}"), None).await;
            assert_eq!(answer.status, 400, "{query}: {answer:?}");
        }
    }

    async fn odd_ids_and_strangers_get_nowhere(world) {
        world.knows_news().await;
        let platform = world.platform();
        let at = world.clock.now() + TimeDelta::hours(1);
        let id = platform.schedules("alice", post_to("news", "Hers", at)).await;
        for odd in ["0", "-1", "+1", "x", "1.0", "99999999999999999999999", "%00", &format!("%20{id}"), &format!("{id}%27--")] {
            for method in [Method::GET, Method::DELETE] {
                let answer = platform.asks("alice", method, &format!("/api/posts/{odd}"), None).await;
                assert_eq!(answer.status, 404, "{odd}: {answer:?}");
            }
        }
        for (scopes, status) in [(&[Scope::Telegram, Scope::Events, Scope::Admin][..], 403), (&[], 403)] {
            let answer = platform.asks_with("alice", scopes, Method::GET, &format!("/api/posts/{id}"), None).await;
            assert_eq!(answer.status, status, "{answer:?}");
        }
        let any = [Scope::PostsAny];
        let answer = platform.asks_with("alice", &any, Method::GET, "/api/posts?account=%00", None).await;
        assert_eq!(answer.status, 400, "what no account is called is the caller's to mend: {answer:?}");
        let nobody = platform.send(platform.request(Method::DELETE, &format!("/api/posts/{id}"))).await;
        assert_eq!(nobody.status, 401);
        assert_eq!(world.post("alice", id).await["status"], "scheduled");
    }

    async fn status_tells_what_is_ahead(world) {
        world.knows_news().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let platform = world.platform();
        let soon = world.clock.now() + TimeDelta::seconds(90);
        platform.schedules("alice", post_to("news", "Fresh scones", soon)).await;
        platform.schedules("alice", post_to("news", "Next week", soon + TimeDelta::days(7))).await;
        platform.schedules("bob", post_to("news", "Bob’s scones", soon - TimeDelta::seconds(30))).await;
        mina.says("/status").expect("the person can write");
        let status = mina.sees("Fresh scones").await.expect("the next post is named");
        // Within the last 90 seconds of a day the post is tomorrow's.
        let (one, none) = ("1 to go", "0 to go");
        assert!(status.text().contains(one) || status.text().contains(none), "{}", status.text());
        assert!(!status.text().contains("Bob"), "{}", status.text());
    }
}
