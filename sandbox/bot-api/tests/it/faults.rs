//! Faults on demand, as a client feels them.

use std::time::{Duration, Instant};

use bot_api::{Fault, FaultCount, FaultPlan, Options, Reach, Rule};
use serde_json::{Value, json};

use crate::Bench;

async fn try_send(bench: &Bench, text: &str) -> Result<(u16, String), reqwest::Error> {
    // A connection of its own: a reused one that was reset would be tried again by the client itself.
    let http =
        reqwest::Client::builder().pool_max_idle_per_host(0).timeout(Duration::from_secs(5)).build()?;
    let request = http.post(bench.method_url("sendMessage")).json(&json!({ "chat_id": 1001, "text": text }));
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

fn texts(bench: &Bench) -> Vec<String> {
    bench.api.sent(1001).iter().map(|message| message.text().to_owned()).collect()
}

#[tokio::test]
async fn a_dropped_answer_is_an_accepted_message_and_a_reset_before_reading_is_not() {
    let bench = Bench::new();
    bench.mina().await;
    bench.api.fault_next(1, Rule::new(Fault::DropAnswer).method("sendMessage").chat(1001));
    assert!(try_send(&bench, "accepted").await.is_err());
    assert_eq!(texts(&bench), ["accepted"]);
    bench.api.fault_next(1, Rule::new(Fault::ResetBeforeReading));
    assert!(try_send(&bench, "not accepted").await.is_err());
    assert_eq!(texts(&bench), ["accepted"]);
    assert_eq!(try_send(&bench, "well").await.unwrap().0, 200);
    let counts = bench.api.fault_counts();
    assert_eq!(counts["drop_answer"], FaultCount { given: 1, accepted: 1 });
    assert_eq!(counts["reset_before_reading"], FaultCount { given: 1, accepted: 0 });
    assert_eq!(bench.api.faults_left(), 0);
}

#[tokio::test]
async fn errors_in_json_and_html_come_without_effect_unless_told_otherwise() {
    let bench = Bench::new();
    bench.mina().await;
    let server_error = Fault::Error { status: 500, description: "Internal Server Error".to_owned() };
    bench.api.fault_next(1, Rule::new(server_error.clone()));
    let (status, body) = try_send(&bench, "a").await.unwrap();
    assert_eq!(
        (status, body.as_str()),
        (500, r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#)
    );
    bench.api.fault_next(1, Rule::new(Fault::Html { status: 502 }));
    let (status, body) = try_send(&bench, "b").await.unwrap();
    assert!(status == 502 && body.starts_with("<html>"), "{body}");
    bench.api.fault_next(1, Rule::new(server_error).executed(true));
    assert_eq!(try_send(&bench, "c").await.unwrap().0, 500);
    assert_eq!(texts(&bench), ["c"]);
    bench.api.fault_next(1, Rule::new(Fault::TooManyRequests { retry_after: 7 }));
    let (status, body) = try_send(&bench, "d").await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, body["parameters"]["retry_after"].as_u64()), (429, Some(7)));
    assert_eq!(try_send(&bench, "too early").await.unwrap().0, 200);
    assert_eq!(bench.api.stats().early_sends, 1);
}

#[tokio::test]
async fn an_unknown_shape_is_a_success_that_nobody_can_read_but_a_refusal_stays_one() {
    let bench = Bench::new();
    let mina = bench.mina().await;
    bench.api.fault_next(2, Rule::new(Fault::UnknownShape).method("sendMessage"));
    let (status, body) = try_send(&bench, "sent").await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["ok"], body["result"].get("message_id")), (200, &json!(true), None));
    assert_eq!(texts(&bench), ["sent"]);
    mina.blocks_bot().unwrap();
    assert_eq!(try_send(&bench, "refused").await.unwrap().0, 403);
}

#[tokio::test]
async fn answers_may_break_off_drip_or_hang() {
    let bench = Bench::new();
    bench.mina().await;
    bench.api.fault_next(1, Rule::new(Fault::HalfAnswer));
    assert!(try_send(&bench, "half").await.is_err());
    bench.api.fault_next(1, Rule::new(Fault::Drip { seconds: 0.3 }));
    let started = Instant::now();
    let (status, body) = try_send(&bench, "drip").await.unwrap();
    assert_eq!(status, 200);
    assert!(body.contains("\"drip\"") && started.elapsed() >= Duration::from_millis(280));
    bench.api.fault_next(1, Rule::new(Fault::Hang { seconds: 0.2 }));
    let started = Instant::now();
    assert!(try_send(&bench, "hang").await.is_err());
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert_eq!(texts(&bench), ["half", "drip"]);
    let exact = Fault::Exact { status: 418, content_type: "text/plain".to_owned(), body: "tea".to_owned() };
    bench.api.fault_next(1, Rule::new(exact));
    assert_eq!(try_send(&bench, "exact").await.unwrap(), (418, "tea".to_owned()));
}

#[tokio::test]
async fn a_plan_strikes_by_chance_and_its_ledger_adds_up() {
    let bench = Bench::new();
    bench.mina().await;
    let plan = FaultPlan::default()
        .with(0.2, Rule::new(Fault::DropAnswer).method("sendMessage"))
        .with(0.2, Rule::new(Fault::Html { status: 502 }).method("sendMessage"));
    bench.api.set_fault_plan(plan, 7);
    let mut answered = 0;
    for number in 0..200 {
        if try_send(&bench, &format!("n{number}")).await.is_ok_and(|(status, _)| status == 200) {
            answered += 1;
        }
    }
    let counts = bench.api.fault_counts();
    assert!((20..60).contains(&counts["drop_answer"].given), "{counts:?}");
    assert!((20..60).contains(&counts["html"].given), "{counts:?}");
    assert_eq!(counts["html"].accepted, 0);
    assert_eq!(bench.api.sent_count(1001), answered + counts["drop_answer"].accepted);
    bench.api.clear_faults();
    assert_eq!(try_send(&bench, "after").await.unwrap().0, 200);
}

#[tokio::test]
async fn telegram_may_be_away_slam_the_door_or_forget_the_token() {
    let bench = Bench::new();
    bench.mina().await;
    let url = bench.api.url();
    bench.api.set_down(true);
    let error = try_send(&bench, "x").await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    bench.api.set_reach(Reach::Closing);
    let error = try_send(&bench, "x").await.unwrap_err();
    assert!(!error.is_timeout(), "{error:?}");
    bench.api.set_down(false);
    assert_eq!(bench.api.url(), url, "the same port");
    assert_eq!(try_send(&bench, "back").await.unwrap().0, 200);
    bench.api.set_unauthorized(true);
    let (status, body) = try_send(&bench, "x").await.unwrap();
    assert_eq!(
        (status, body.as_str()),
        (401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#)
    );
    bench.api.set_unauthorized(false);
    assert_eq!(texts(&bench), ["back"]);
}

#[tokio::test]
async fn telegram_may_be_away_at_boot_and_come_later() {
    let bench = Bench::with(Options { start_down: true, ..Options::unlimited() });
    assert!(bench.http.get(bench.method_url("getMe")).send().await.unwrap_err().is_connect());
    bench.api.set_down(false);
    bench.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn going_down_ends_the_connections_that_are_open() {
    let bench = Bench::new();
    let poll = bench.http.post(bench.method_url("getUpdates")).json(&json!({ "timeout": 30 })).send();
    let down = async {
        bench.api.wait_for_calls("getUpdates", 1, Duration::from_secs(5)).await.unwrap();
        bench.api.set_down(true);
    };
    let started = Instant::now();
    let (poll, ()) = tokio::join!(poll, down);
    assert!(poll.is_err() && started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn distance_delays_the_answer_of_what_writes_and_not_its_effect() {
    let bench = Bench::new();
    bench.mina().await;
    bench.api.set_send_latency(Duration::from_millis(300));
    let started = Instant::now();
    let send = try_send(&bench, "far");
    let seen = bench.api.wait_for_message(1001, |message| message.text() == "far", Duration::from_secs(5));
    let (sent, seen) = tokio::join!(send, async { (seen.await, started.elapsed()) });
    assert_eq!(sent.unwrap().0, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(seen.0.is_ok() && seen.1 < Duration::from_millis(290), "it took effect at {:?}", seen.1);
    let started = Instant::now();
    bench.ok("getMe", json!({})).await;
    assert!(started.elapsed() < Duration::from_millis(290));
}
