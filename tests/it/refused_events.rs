//! Somebody sends what can't be accepted: the right refusal as problem+json, and nothing of it is kept.

use chrono::TimeDelta;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use telegram_bot_scheduler::http::Scope;

use crate::harness::news::{announcement, failed};
use crate::harness::{Answer, Platform, World};
use crate::on_both_databases;

/// A request as the back end sends it, without a body yet.
fn telling(platform: &Platform) -> RequestBuilder {
    let token = platform.token("the back end", &[Scope::Events]);
    let request = platform.request(Method::POST, "/api/events").bearer_auth(token);
    // What is refused must not burn the key either.
    request.header("Idempotency-Key", "k")
}

async fn tells_raw(platform: &Platform, body: impl Into<reqwest::Body>) -> Answer {
    let request = telling(platform).header("content-type", "application/json").body(body);
    platform.send(request).await
}

fn refused(what: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{what:.80}: {answer:?}");
    assert_eq!(answer.content_type, "application/problem+json", "{what:.80}");
    assert_eq!(answer.body["status"], json!(status), "{what:.80}");
    assert!(answer.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{what:.80}: no mend");
}

/// Nothing was kept, and the key that came with all of it is as good as new.
async fn nothing_is_kept(world: &World) {
    let outbox = world.outbox().await;
    for table in ["notifications", "idempotency_keys", "attempts"] {
        assert_eq!(outbox.count(table).await, 0, "{table}");
    }
    let good = tells_raw(&world.platform(), failed("alice", "A").to_string()).await;
    assert_eq!(good.ids().len(), 1, "a good request with the same key is accepted afterwards");
    assert_eq!(outbox.count("notifications").await, 1);
}

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut event = failed("alice", "A");
    change(&mut event);
    event.to_string()
}

on_both_databases! {
    async fn what_is_malformed_is_400(world) {
        let platform = world.platform();
        let good = failed("alice", "A").to_string();
        let bodies = [
            String::new(), "nonsense".into(), "null".into(), "[]".into(), format!("[{good}]"),
            good[..good.len() - 1].into(),
            format!("{good}{good}"), r#"{"events":null}"#.into(), r#"{"events":{}}"#.into(),
            r#"{"events":[null]}"#.into(),
            r#"{"events":[["post.failed","alice",null,{}]]}"#.into(), "{}".into(),
            with(|event| event["surprise"] = json!(1)),
            with(|event| event["data"]["surprise"] = json!(1)),
            with(|event| event["type"] = json!("post.exploded")),
            with(|event| event["type"] = json!(7)),
            with(|event| event["account"] = json!(7)),
            with(|event| event["account"] = json!(null)),
            with(|event| event["at"] = json!("yesterday")),
            with(|event| event["at"] = json!(1_795_341_600)),
            with(|event| event["data"] = json!([])),
            with(|event| event["data"]["text"] = json!({"a": 1})),
            with(|event| event["data"]["text"] = json!("SURROGATE")).replace("SURROGATE", "\\ud83d"),
            with(|event| event["data"]["text"] = json!("SURROGATE")).replace("SURROGATE", "\\udc00\\ud83d"),
            with(|event| event["account"] = json!("SURROGATE")).replace("SURROGATE", "\\udfff"),
            good.replace("\"account\"", "\"account\":\"mallory\",\"account\""),
            "[".repeat(100_000),
        ];
        for body in bodies {
            refused(&body, &tells_raw(&platform, body.clone()).await, 400);
        }
        let mut not_utf8 = good.clone().into_bytes();
        let letter = good.find("\"A\"").expect("the text") + 1;
        not_utf8[letter] = 0xff;
        refused("not UTF-8", &tells_raw(&platform, not_utf8).await, 400);
        nothing_is_kept(world).await;
    }

    async fn what_makes_no_sense_is_422_and_takes_its_batch_with_it(world) {
        let platform = world.platform();
        let bad = [
            with(|event| event["data"]["network"] = json!(null)),
            with(|event| event["data"]["network"] = json!("  ")),
            with(|event| event["data"] = json!({})),
            with(|event| event["account"] = json!("")),
            with(|event| event["account"] = json!(" \t")),
            with(|event| event["account"] = json!("a\0b")),
            with(|event| event["account"] = json!("a".repeat(201))),
            with(|event| event["data"]["url"] = json!("javascript:alert(1)")),
            r#"{"type":"announcement","account":"alice","data":{"text":" "}}"#.into(),
            r#"{"type":"automation.executed","account":"alice"}"#.into(),
        ];
        let good = failed("alice", "A");
        for event in bad {
            refused(&event, &tells_raw(&platform, event.clone()).await, 422);
            let answer = tells_raw(&platform, format!(r#"{{"events":[{good},{event},{good}]}}"#)).await;
            refused(&event, &answer, 422);
            let detail = answer.body["detail"].as_str().unwrap_or_default();
            assert!(detail.contains("events[1]"), "the engineer is told which one it is: {detail}");
        }
        nothing_is_kept(world).await;
    }

    async fn a_batch_has_one_to_a_thousand_events(world) {
        let platform = world.platform();
        let batch = |size: usize| json!({ "events": vec![announcement("a", "x"); size] }).to_string();
        for size in [0, 1_001, 5_000] {
            refused(&size.to_string(), &tells_raw(&platform, batch(size)).await, 422);
        }
        nothing_is_kept(world).await;
    }

    async fn a_body_of_five_mib_is_413(world) {
        let platform = world.platform();
        let huge = failed("alice", &"x".repeat(5 << 20)).to_string();
        refused("5 MiB", &tells_raw(&platform, huge).await, 413);
        nothing_is_kept(world).await;
    }

    async fn what_is_not_declared_as_json_is_415(world) {
        let platform = world.platform();
        let good = failed("alice", "A").to_string();
        for declared in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp"] {
            let request = telling(&platform).header("content-type", declared).body(good.clone());
            refused(declared, &platform.send(request).await, 415);
        }
        refused("undeclared", &platform.send(telling(&platform).body(good)).await, 415);
        nothing_is_kept(world).await;
    }

    async fn a_caller_without_a_good_token_is_refused(world) {
        let platform = world.platform();
        let good = failed("alice", "A");
        let post = || platform.request(Method::POST, "/api/events").json(&good);
        refused("no token", &platform.send(post()).await, 401);
        let token = platform.token("the back end", &[Scope::Events]);
        for header in [
            "", "Bearer", "Bearer ", "Bearer garbage", "Bearer a.b.c", "Basic Zm9vOmJhcg==", token.as_str(),
            &format!("Bearer {token}x"),
        ] {
            refused(header, &platform.send(post().header("Authorization", header)).await, 401);
        }
        let in_query = platform.request(Method::POST, &format!("/api/events?token={token}")).json(&good);
        refused("in the query", &platform.send(in_query).await, 401);
        for scopes in [&[][..], &[Scope::Telegram]] {
            let request = post().bearer_auth(platform.token("alice", scopes));
            refused("missing scope", &platform.send(request).await, 403);
        }
        world.time_passes(TimeDelta::seconds(606));
        refused("expired", &platform.send(post().bearer_auth(&token)).await, 401);
        nothing_is_kept(world).await;
    }
}
