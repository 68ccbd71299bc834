//! A monitor reads what happened, in numbers, and the dashboard and the alert rules ask for numbers that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use telegram_bot_scheduler::config::Engine;

use crate::harness::{Launch, NEWS, PATIENCE, Platform, Process, World, post_to};
use crate::on_both_databases_with_processes;

const TOKEN: &str = "a-monitor's-token-2026";

/// What every name of ours begins with.
const OURS: &str = "telegram_bot_scheduler_";

/// What Prometheus adds to the names of a histogram.
const HISTOGRAM_PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

/// One look at `/metrics`.
struct Numbers(String);

impl Numbers {
    async fn of(platform: &Platform) -> Self {
        let request = platform.request(Method::GET, "/metrics").bearer_auth(TOKEN);
        let answer = request.send().await.expect("the port answers");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Self(answer.text().await.expect("text"))
    }

    /// The samples: a name with its labels, as it is written, and its value.
    fn samples(&self) -> impl Iterator<Item = (&str, f64)> {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a sample is a name and a value");
            (name, value.parse().expect("a number"))
        })
    }

    /// The value of one sample; 0 where there is none yet.
    fn value(&self, name: &str) -> f64 {
        let name = format!("{OURS}{name}");
        self.samples().find(|(it, _)| *it == name).map_or(0.0, |(_, value)| value)
    }

    /// The labels of each number, by its name.
    fn labels(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (sample, _) in self.samples() {
            let (name, rest) = sample.split_once('{').unwrap_or((sample, "}"));
            labels.entry(name.to_owned()).or_default().extend(label_names(rest));
        }
        labels
    }
}

/// The names before the `=` in `a="x",b=~"y"}`; no value of ours has a comma in it.
fn label_names(selector: &str) -> impl Iterator<Item = String> {
    let inside = selector.split('}').next().unwrap_or_default();
    let name = |pair: &str| pair.split(['=', '!']).next().unwrap_or_default().trim().to_owned();
    inside.split(',').map(name).filter(|name| !name.is_empty())
}

async fn until_counted(platform: &Platform, name: &str, wanted: f64) -> Numbers {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let numbers = Numbers::of(platform).await;
        if numbers.value(name) >= wanted {
            return numbers;
        }
        assert!(tokio::time::Instant::now() < deadline, "{name} never was {wanted}:\n{}", numbers.0);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn tell(platform: &Platform, account: &str) {
    let event =
        json!({ "type": "post.failed", "account": account, "data": { "network": "x", "text": "Scones" } });
    assert_eq!(platform.tells(event).await.status, 202);
}

on_both_databases_with_processes! {
    async fn a_monitor_reads_what_happened(world) {
        let service = Launch::of(world).set("METRICS_TOKEN", TOKEN).start_ready().await;
        let platform = service.platform(world).await;
        world.link_through(&platform, &world.mina(), "alice").await;
        tell(&platform, "alice").await;
        platform.triggers("purge_expired").await;
        let sent = r#"notification_tries_total{kind="post.failed",outcome="sent"}"#;
        until_counted(&platform, sent, 1.0).await;
        let purged = r#"job_runs_total{name="purge_expired",outcome="ok"}"#;
        let numbers = until_counted(&platform, purged, 1.0).await;
        assert_eq!(numbers.value("leader"), 1.0);
        assert_eq!(numbers.value(r#"telegram_state{state="up"}"#), 1.0);
        assert_eq!(numbers.value(r#"telegram_state{state="token_refused"}"#), 0.0);
        assert_eq!(numbers.value(r#"notification_delay_seconds_count{kind="post.failed"}"#), 1.0);
        assert_eq!(numbers.value(r#"queue_notifications{state="due"}"#), 0.0);
        let accepted = r#"http_requests_total{method="POST",route="/api/events",status="202"}"#;
        assert_eq!(numbers.value(accepted), 1.0);
        assert!(numbers.value(r#"telegram_calls_total{answer="done",method="SendMessage"}"#) >= 2.0);
        assert!(numbers.value("updates_total") >= 2.0, "a command and a tap");
        // What is read from the database is read first: a run that ends in between is counted, and not read of yet.
        let succeeded = r#"job_last_success_timestamp_seconds{name="purge_expired"}"#;
        let success = until_counted(&platform, succeeded, 1.0).await.value(succeeded);
        let now = world.clock.now().timestamp();
        assert!((success - now as f64).abs() < 60.0, "{success} is not about {now}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_seen_and_for_how_long() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let service = Launch::of(&world).set("METRICS_TOKEN", TOKEN).start_ready().await;
    let platform = service.platform(&world).await;
    world.link_through(&platform, &world.mina(), "alice").await;
    world.telegram.set_send_latency(Duration::from_secs(30));
    // One is on its way, the other waits behind it.
    tell(&platform, "alice").await;
    tell(&platform, "alice").await;
    let numbers = until_counted(&platform, r#"queue_notifications{state="sending"}"#, 1.0).await;
    assert_eq!(numbers.value(r#"queue_notifications{state="due"}"#), 1.0);
    until_counted(&platform, "queue_oldest_due_seconds", 0.1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_there_are_no_numbers() {
    let world = World::new(Engine::Sqlite).await;
    let request = world.platform().request(Method::GET, "/metrics").bearer_auth(TOKEN);
    let answer = world.platform().send(request).await;
    assert_eq!((answer.status, &answer.body["type"]), (404, &json!("/problems/not-found")), "{answer:?}");
    world.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lacks_the_token_reads_no_number() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let service = Launch::of(&world).set("METRICS_TOKEN", TOKEN).start_ready().await;
    let platform = service.platform(&world).await;
    let admin = platform.token("the operator", &telegram_bot_scheduler::http::Scope::ALL);
    let shorter = &TOKEN[..TOKEN.len() - 1];
    for token in ["", shorter, &format!("{TOKEN}x"), &TOKEN.to_uppercase(), admin.as_str()] {
        let answer = platform.send(platform.request(Method::GET, "/metrics").bearer_auth(token)).await;
        assert_eq!(answer.status, 401, "{token}: {answer:?}");
    }
    assert_eq!(platform.send(platform.request(Method::GET, "/metrics")).await.status, 401);
    let in_the_query = format!("/metrics?token={TOKEN}");
    assert_eq!(platform.send(platform.request(Method::GET, &in_the_query)).await.status, 401);
    let ended = service.terminate().await;
    assert!(!ended.complaint().contains(TOKEN), "the log has the token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_cannot_make_numbers_up() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let service = Launch::of(&world).set("METRICS_TOKEN", TOKEN).start_ready().await;
    let platform = service.platform(&world).await;
    for number in 0..20 {
        let method = Method::from_bytes(format!("BREW{number}").as_bytes()).expect("a method");
        let path = format!("/teapot/{number}");
        platform.send(platform.request(method.clone(), &path)).await;
        platform.send(platform.request(method, "/api/events")).await;
    }
    let numbers = Numbers::of(&platform).await;
    let nowhere = r#"http_requests_total{method="(other)",route="(no route)",status="404"}"#;
    assert_eq!(numbers.value(nowhere), 20.0);
    assert!(!numbers.0.contains("BREW") && !numbers.0.contains("teapot"), "{}", numbers.0);
}

/// A service to which everything has happened that is counted.
async fn eventful(world: &World) -> (Process, Platform) {
    let launch = Launch::of(world).with_networks(&NEWS).set("METRICS_TOKEN", TOKEN);
    let service = launch.set("SCHEDULER_DATABASE__BUSY_TIMEOUT_MS", "100").start_ready().await;
    let platform = service.platform(world).await;
    world.news_channel();
    world.link_through(&platform, &world.mina(), "alice").await;
    let post = platform.schedules("alice", post_to("news", "Scones", world.clock.now())).await;
    assert!(post > 0);
    until_counted(&platform, r#"post_tries_total{network="news",outcome="published"}"#, 1.0).await;
    platform.triggers("check_telegram").await;
    until_counted(&platform, r#"job_runs_total{name="check_telegram",outcome="ok"}"#, 1.0).await;
    let held = world.hold_the_database().await;
    tell_in_vain(&platform).await;
    drop(held);
    (service, platform)
}

async fn tell_in_vain(platform: &Platform) {
    let event = json!({ "type": "announcement", "account": "alice", "data": { "text": "Closed" } });
    assert_eq!(platform.tells(event).await.status, 503, "the database is held by somebody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dashboard_and_the_alerts_ask_for_numbers_that_there_are() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let (_service, platform) = eventful(&world).await;
    let numbers = Numbers::of(&platform).await;
    let labels = numbers.labels();
    for (name, labels) in &labels {
        assert!(
            !labels.contains("job") && !labels.contains("instance"),
            "{name}: Prometheus renames that label"
        );
    }
    let dashboard: Value = serde_json::from_str(include_str!("../../docs/operations/dashboard.json"))
        .expect("a dashboard is JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    let asked: Vec<String> =
        targets.map(|target| target["expr"].as_str().expect("an expression").to_owned()).collect();
    let alerts = include_str!("../../docs/operations/alerts.yml");
    let words = include_str!("../../docs/operations/README.md");
    let mut used = BTreeSet::new();
    for expression in asked.iter().map(String::as_str).chain([alerts]) {
        for (name, selector) in numbers_in(expression) {
            let there = labels.get(&name).unwrap_or_else(|| panic!("{name} is asked for and there is none"));
            for label in label_names(&selector).filter(|label| label != "job") {
                assert!(there.contains(&label), "{name} has no label {label}, it has {there:?}");
            }
            used.insert(base_of(&name));
        }
    }
    assert!(used.len() > 15, "the numbers were not found in the files: {used:?}");
    for name in labels.keys().map(|name| base_of(name)).filter(|name| name.starts_with(OURS)) {
        assert!(
            words.contains(&format!("`{}`", &name[OURS.len()..])),
            "{name} is not told in docs/operations/README.md"
        );
        assert!(
            used.contains(&name),
            "{name} is neither on the dashboard nor in an alert: nobody would see it"
        );
    }
}

/// Each number that an expression names, with what stands in braces behind it.
fn numbers_in(expression: &str) -> Vec<(String, String)> {
    let is_of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(at) = [OURS, "process_"].iter().filter_map(|prefix| rest.find(prefix)).min() {
        let tail = &rest[at..];
        let end = tail.find(|letter| !is_of_a_name(letter)).unwrap_or(tail.len());
        let (name, after) = tail.split_at(end);
        let selector = after
            .strip_prefix('{')
            .map(|inside| format!("{}}}", inside.split('}').next().unwrap_or_default()));
        found.push((name.to_owned(), selector.unwrap_or_default()));
        rest = after;
    }
    found
}

fn base_of(name: &str) -> String {
    HISTOGRAM_PARTS.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name).to_owned()
}
