//! Posts go to the platform's connector: a real HTTP server, checked with somebody else's signature code, that
//! answers in every way servers do.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::publish::Publishing;
use telegram_bot_scheduler::store::Store;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::harness::{Behaviour, Connector, World, insta, post_to};
use crate::on_both_databases;

/// Alice schedules a post for now, and the connector does this with it.
async fn posts(world: &World, connector: &Connector, behaviour: Behaviour) -> i64 {
    connector.next(behaviour);
    world.platform().schedules("alice", post_to("insta", "New scones", world.clock.now())).await
}

fn failure(body: &Value) -> &str {
    body["error"].as_str().unwrap_or_default()
}

on_both_databases! {
    async fn a_connector_gets_a_signed_post_and_says_where_it_is(world) {
        let connector = world.knows_insta().await;
        let mut post = post_to("insta", "New scones", world.clock.now());
        post["media_url"] = json!("https://pictures.example.com/scones.jpg");
        let id = world.platform().schedules("alice", post.clone()).await;
        let received = connector.until_received(1).await.remove(0);
        for field in ["network", "text", "media_url"] {
            assert_eq!(received.body[field], post[field], "{received:?}");
        }
        assert_eq!((&received.body["id"], &received.body["account"]), (&json!(id), &json!("alice")));
        assert_eq!(received.body["attempt"], 1);
        assert!(received.verified, "the signature is right and of this moment: {received:?}");
        let time = |value: &Value| DateTime::parse_from_rfc3339(value.as_str().expect("a time")).expect("RFC 3339");
        assert_eq!(time(&received.body["publish_at"]), time(&post["publish_at"]));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!(post["url"], "https://insta.example/p/1");
    }

    async fn what_nobody_can_know_is_asked_about_and_never_repeated(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let html = "<html><body>Welcome to nginx</body></html>".to_owned();
        let huge = "x".repeat(10 << 20);
        let mut ids = Vec::new();
        for behaviour in [
            Behaviour::Hangs,
            Behaviour::Resets,
            Behaviour::Answers(200, html.clone()),
            Behaviour::Answers(200, huge),
            Behaviour::Answers(200, String::new()),
            Behaviour::Answers(500, html),
            Behaviour::Answers(502, r#"{"status":"published"}"#.into()),
        ] {
            let name = format!("{behaviour:.60?}");
            let id = posts(world, &connector, behaviour).await;
            let post = world.until_post("alice", id, "unconfirmed").await;
            assert!(!failure(&post).is_empty() && !failure(&post).contains("127.0.0.1"), "{name}: {post}");
            ids.push(id);
        }
        mina.sees("New scones").await.expect("the author is asked to look");
        world.time_passes(TimeDelta::days(2));
        let after = posts(world, &connector, Behaviour::publishes()).await;
        world.until_post("alice", after, "published").await;
        assert_eq!(connector.received().len(), ids.len() + 1, "each was sent once");
        for id in ids {
            let notices = world.notices_about(id).await;
            assert_eq!(notices.len(), 1, "{notices:?}");
            assert_eq!(notices[0].0, "post.unconfirmed");
        }
    }

    async fn a_redirect_is_not_followed(world) {
        let elsewhere = Connector::open().await;
        let connector = world.knows_insta().await;
        for status in [301, 302, 307, 308] {
            let id = posts(world, &connector, Behaviour::AnswersWith(status, "location", elsewhere.url())).await;
            let post = world.until_post("alice", id, "unconfirmed").await;
            assert!(failure(&post).contains("redirect"), "{post}");
        }
        assert!(elsewhere.received().is_empty(), "whoever is redirected to gets nothing");
    }

    async fn a_busy_connector_is_tried_again_with_the_same_id(world) {
        let connector = world.knows_insta().await;
        let id = posts(world, &connector, Behaviour::Answers(503, "<html>".into())).await;
        connector.until_received(1).await;
        let post = world.until_post("alice", id, "scheduled").await;
        assert_eq!((&post["attempts"], failure(&post)), (&json!(1), "The network has too much to do"), "{post}");
        world.time_passes(TimeDelta::seconds(50));
        let meanwhile = posts(world, &connector, Behaviour::publishes()).await;
        world.until_post("alice", meanwhile, "published").await;
        assert_eq!(connector.received().len(), 2, "the first wait is a minute, give or take a tenth");
        connector.next(Behaviour::Answers(200, r#"{"status":"failed","retryable":true,"reason":"warming up"}"#.into()));
        world.time_passes(TimeDelta::seconds(20));
        connector.until_received(3).await;
        let post = world.until_post("alice", id, "scheduled").await;
        assert_eq!(failure(&post), "warming up", "{post}");
        world.time_passes(TimeDelta::seconds(340));
        let post = world.until_post("alice", id, "published").await;
        assert_eq!((&post["attempts"], failure(&post)), (&json!(3), ""), "{post}");
        let mut received = connector.received();
        received.retain(|it| it.body["id"] == id);
        assert!(received.iter().all(|it| it.id == received[0].id), "one id for all tries: {received:?}");
        let attempts: Vec<i64> = received.iter().filter_map(|it| it.body["attempt"].as_i64()).collect();
        assert_eq!(attempts, [1, 2, 3]);
        assert_eq!(world.notices_about(id).await.len(), 1);
    }

    async fn a_connector_that_asks_for_patience_gets_it(world) {
        let connector = world.knows_insta().await;
        let id = posts(world, &connector, Behaviour::AnswersWith(429, "retry-after", "7200".into())).await;
        connector.until_received(1).await;
        world.until("the next try is in two hours", async || {
            let post = world.post("alice", id).await;
            let next = post["next_try_at"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
            next.is_some_and(|next| next.to_utc() > world.clock.now() + TimeDelta::minutes(119))
        }).await;
    }

    async fn a_post_that_keeps_failing_fails_in_the_end_and_is_told_once(world) {
        let connector = world.knows_insta().await;
        let busy = || Behaviour::Answers(503, String::new());
        let id = posts(world, &connector, busy()).await;
        for tries in 1..=3 {
            connector.next(busy());
            connector.until_received(tries).await;
            world.until_post("alice", id, "scheduled").await;
            world.time_passes(TimeDelta::hours(1));
        }
        let post = world.until_post("alice", id, "failed").await;
        assert_eq!((connector.received().len(), &post["attempts"]), (4, &json!(4)), "{post}");
        assert_eq!(world.notices_about(id).await.len(), 1);
        let path = format!("/api/posts/{id}/retry");
        let retried = world.platform().asks("alice", Method::POST, &path, None).await;
        assert_eq!((retried.status, &retried.body["attempts"]), (200, &json!(0)), "{retried:?}");
        world.until_post("alice", id, "published").await;
    }

    async fn what_the_connector_refuses_is_told_in_its_words(world) {
        let connector = world.knows_insta().await;
        let mina = world.mina();
        world.link(&mina, "alice").await;
        let said = r#"{"status":"failed","reason":"Instagram asked you to log in again.","retryable":false}"#;
        let id = posts(world, &connector, Behaviour::Answers(200, said.into())).await;
        world.until_post("alice", id, "failed").await;
        mina.sees("log in again").await.expect("the reason arrives in the chat");
        for status in [400, 401, 404, 410, 422] {
            let id = posts(world, &connector, Behaviour::Answers(status, "<html>".into())).await;
            world.until_post("alice", id, "failed").await;
        }
        assert_eq!(connector.received().len(), 6, "a refusal is not repeated");
    }

    async fn a_connector_that_is_away_is_tried_again(world) {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
        world.knows_networks(&insta(&format!("http://{closed}/posts"))).await;
        let id = world.platform().schedules("alice", post_to("insta", "Knock", world.clock.now())).await;
        world.until("the try is counted", async || world.post("alice", id).await["attempts"] == 1).await;
        let post = world.post("alice", id).await;
        assert_eq!((&post["status"], failure(&post)), (&json!("scheduled"), "The network's connector could not be reached"));
    }

    async fn a_name_that_leads_home_is_refused(world) {
        let connector = Connector::open().await;
        let url = connector.url().replace("127.0.0.1", "localhost");
        let settings = insta(&url).into_iter().filter(|(key, _)| *key != "INSTA__ALLOW_PRIVATE_ADDRESSES");
        world.knows_networks(&settings.collect::<Vec<_>>()).await;
        let id = world.platform().schedules("alice", post_to("insta", "Metadata?", world.clock.now())).await;
        let post = world.until_post("alice", id, "failed").await;
        assert!(!failure(&post).contains("localhost"), "{post}");
        assert!(connector.received().is_empty(), "nobody at home was called");
    }

    async fn a_post_on_its_way_can_not_be_cancelled_or_retried(world) {
        let connector = world.knows_insta().await;
        let id = posts(world, &connector, Behaviour::Hangs).await;
        connector.until_received(1).await;
        let path = format!("/api/posts/{id}");
        assert_eq!(world.post("alice", id).await["status"], "publishing");
        let cancelled = world.platform().asks("alice", Method::DELETE, &path, None).await;
        assert_eq!(cancelled.status, 409, "{cancelled:?}");
        let retried = world.platform().asks("alice", Method::POST, &format!("{path}/retry"), None).await;
        assert_eq!(retried.status, 409, "{retried:?}");
        world.until_post("alice", id, "unconfirmed").await;
    }

    async fn a_network_that_hangs_delays_no_other(world) {
        let (slow, quick) = (Connector::open().await, Connector::open().await);
        let (slow_url, quick_url) = (slow.url(), quick.url());
        let others: Vec<_> = insta(&quick_url).into_iter().map(|(key, value)| (key.replace("INSTA", "QUICK"), value)).collect();
        let mut settings = insta(&slow_url).to_vec();
        settings.extend(others.iter().map(|(key, value)| (key.as_str(), *value)));
        world.knows_networks(&settings).await;
        let at = world.clock.now() + TimeDelta::minutes(5);
        for _ in 0..12 {
            slow.next(Behaviour::Hangs);
            world.platform().schedules("alice", post_to("insta", "Stuck", at)).await;
        }
        for _ in 0..12 {
            world.platform().schedules("alice", post_to("quick", "Quick", at)).await;
        }
        world.time_passes(TimeDelta::minutes(5));
        let started = Instant::now();
        quick.until_received(12).await;
        // One of the stuck ones alone holds its place for two seconds, and there are three rounds of them.
        assert!(started.elapsed() < Duration::from_secs(2), "they waited {:?} for a network that hangs", started.elapsed());
        assert_eq!(slow.until_received(4).await.len(), 4, "as many at once as the settings say");
        slow.until_received(12).await;
    }

    async fn a_result_that_is_promised_and_never_comes_is_asked_about(world) {
        let connector = world.knows_insta().await;
        let id = posts(world, &connector, Behaviour::Answers(202, String::new())).await;
        connector.until_received(1).await;
        world.stop().await;
        world.start().await;
        assert_eq!(world.post("alice", id).await["status"], "publishing", "a restart breaks no promise");
        world.time_passes(TimeDelta::seconds(61));
        world.until_post("alice", id, "unconfirmed").await;
        assert_eq!((connector.received().len(), world.notices_about(id).await.len()), (1, 1));
    }

    async fn stopping_waits_for_a_hanging_network_no_longer_than_it_may(world) {
        let connector = world.knows_insta().await;
        world.config.publishing.request_timeout = Duration::from_secs(30);
        world.stop().await;
        world.start().await;
        let id = posts(world, &connector, Behaviour::Hangs).await;
        connector.until_received(1).await;
        world.stop().await;
        world.start().await;
        world.until_post("alice", id, "unconfirmed").await;
        assert_eq!(connector.received().len(), 1, "it is not sent again");
    }

    async fn two_workers_on_one_database_publish_each_post_once(world) {
        let connector = world.knows_insta().await;
        let second = Publishing {
            store: Store::open(&world.config.database).await.expect("the same database"),
            telegram: None,
            health: world.app().health().clone(),
            clock: world.clock.clone(),
            settings: world.config.publishing.clone(),
            networks: world.config.networks.values().cloned().collect(),
        };
        let stop = CancellationToken::new();
        let worker = tokio::spawn(second.run(stop.clone(), CancellationToken::new()));
        let at = world.clock.now() + TimeDelta::minutes(5);
        let platform = world.platform();
        let scheduling = (0..60).map(|number| platform.schedules("alice", post_to("insta", &number.to_string(), at)));
        let ids = futures::future::join_all(scheduling).await;
        world.time_passes(TimeDelta::minutes(5));
        for id in &ids {
            world.until_post("alice", *id, "published").await;
        }
        stop.cancel();
        worker.await.expect("the second worker ends");
        let mut sent: Vec<i64> = connector.received().iter().filter_map(|it| it.body["id"].as_i64()).collect();
        sent.sort_unstable();
        let mut ids = ids;
        ids.sort_unstable();
        assert_eq!(sent, ids, "each post reached the network once");
    }
}
