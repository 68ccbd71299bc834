//! A deployer starts the service and looks at what it says.

use migration::{Migrator, MigratorTrait as _};
use serde_json::json;

use crate::harness::news::published;
use crate::harness::{ADMIN_ID, JWT_SECRET, Launch, World};
use crate::on_both_databases_with_processes;

async fn world() -> World {
    World::asleep(telegram_bot_scheduler::config::Engine::Sqlite, bot_api::Options::unlimited()).await
}

/// The line numbers of `log` that contain each of `words`; fails unless they come in that order.
fn assert_in_order(log: &[String], words: &[&str]) {
    let place = |words: &&str| {
        log.iter()
            .position(|line| line.contains(*words))
            .unwrap_or_else(|| panic!("the log never says {words:?}:\n{}", log.join("\n")))
    };
    let places: Vec<usize> = words.iter().map(place).collect();
    assert!(places.is_sorted(), "{words:?} stand in lines {places:?} of:\n{}", log.join("\n"));
}

on_both_databases_with_processes! {
    async fn a_normal_start_tells_its_steps_in_order_and_nothing_to_worry_about(world) {
        let service = Launch::of(world).start_ready().await;
        service.says("signed in").await;
        let ended = service.terminate().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_in_order(&ended.log, &[
            "telegram-bot-scheduler 0.1.0",
            &format!("{} migrations applied", Migrator::migrations().len()),
            "Telegram routes registered: 6",
            "listening on http://127.0.0.1:",
            "signed in as @scheduler_bot",
            "stopping",
            "stopped",
        ]);
        let log = ended.complaint();
        for level in ["WARN", "ERROR", "panic"] {
            assert!(!log.contains(level), "a normal start worries its reader with {level}:\n{log}");
        }
        for secret in [JWT_SECRET, world.telegram.token().split_once(':').expect("a token").1] {
            assert!(!log.contains(secret), "a secret is in the log:\n{log}");
        }
        for line in ended.log.iter().filter(|line| line.contains("signed in") || line.contains("routes")) {
            assert!(line.contains("TELEGRAM"), "`grep TELEGRAM` misses {line:?}");
        }
    }

    async fn a_second_start_has_nothing_to_migrate(world) {
        let first = Launch::of(world).with(&["migrate"]).run().await;
        assert_eq!(first.code, Some(0), "{first:?}");
        let all = format!("{} migrations applied, up to date", Migrator::migrations().len());
        assert!(first.printed.contains(&all), "{first:?}");
        let second = Launch::of(world).with(&["migrate"]).run().await;
        assert_eq!(second.code, Some(0), "{second:?}");
        assert!(second.printed.contains("0 migrations applied, up to date"), "{second:?}");
        let service = Launch::of(world).start_ready().await;
        assert!(!service.log().join("\n").contains("migrations applied"), "{:?}", service.log());
    }

    async fn without_a_bot_token_the_port_runs_and_telegram_routes_say_why_not(world) {
        let service = Launch::of(world).unset("TELEGRAM_BOT_TOKEN").start_ready().await;
        let platform = service.platform(world).await;
        for (method, path) in [("GET", "link-account"), ("GET", "status"), ("POST", "send-test-message"), ("POST", "unlink-account")] {
            let path = format!("/api/telegram/{path}");
            let answer = match method {
                "GET" => platform.get("alice", &path).await,
                _ => platform.post("alice", &path, json!({})).await,
            };
            assert_eq!(answer.status, 400, "{method} {path}: {answer:?}");
            assert_eq!(answer.content_type, "application/problem+json", "{answer:?}");
            let reason = answer.body["detail"].as_str().unwrap_or_default();
            assert!(reason.contains("TELEGRAM_BOT_TOKEN") || reason.contains("bot token"), "{method} {path}: {answer:?}");
        }
        let told = platform
            .tells(json!({ "type": "post.published", "account": "alice", "at": "2026-11-22T09:00:00Z", "data": { "network": "x" } }))
            .await;
        assert_eq!(told.status, 202, "events are accepted without a bot: {told:?}");
        let ended = service.terminate().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.complaint().contains("routes registered"), "{ended:?}");
    }
}

#[tokio::test]
async fn help_names_every_command_and_version_the_version() {
    let help = Launch::default().with(&["--help"]).run().await;
    assert_eq!(help.code, Some(0), "{help:?}");
    for word in [
        "run",
        "migrate",
        "check-config",
        "token",
        "healthcheck",
        "backup",
        "restore",
        "import",
        "licences",
        "--config",
        "--version",
    ] {
        assert!(help.printed.contains(word), "--help does not name {word}:\n{}", help.printed);
    }
    let version = Launch::default().with(&["--version"]).run().await;
    assert_eq!((version.code, version.printed.as_str()), (Some(0), "telegram-bot-scheduler 0.1.0\n"));
}

#[tokio::test]
async fn whoever_is_given_the_program_is_given_the_licences_of_what_is_in_it() {
    let ended = Launch::default().with(&["licences"]).run().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in ["Permission is hereby granted, free of charge", "Apache License", "SIL OPEN FONT LICENSE"] {
        assert!(ended.printed.contains(words), "{words} is not there");
    }
}

#[tokio::test]
async fn an_unknown_command_is_refused_with_the_usage() {
    let ended = Launch::default().with(&["fly"]).run().await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.complaint().contains("Usage:"), "{ended:?}");
}

#[tokio::test]
async fn check_config_shows_where_each_setting_comes_from_and_hides_secrets() {
    let world = world().await;
    let url = "postgres://scheduler:hunter2hunter2@db.example/scheduler";
    let shown = Launch::of(&world).set("DATABASE_URL", url).with(&["check-config"]).run().await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let token = world.telegram.token();
    for secret in [JWT_SECRET, "hunter2hunter2", token.split_once(':').expect("a token").1] {
        assert!(!format!("{shown:?}").contains(secret), "{secret} is shown:\n{}", shown.printed);
    }
    for words in ["postgres://scheduler:***@db.example/scheduler", &ADMIN_ID.to_string(), "JWT_SECRET"] {
        assert!(shown.printed.contains(words), "{words} is not shown:\n{}", shown.printed);
    }
}

#[tokio::test]
async fn a_reader_that_went_away_is_no_panic() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_telegram-bot-scheduler"));
    command.arg("check-config").env_clear().env("JWT_SECRET", JWT_SECRET).stdout(writer);
    let output = command.output().expect("the binary runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!complaint.contains("panic"), "{complaint}");
    assert_eq!(output.status.code(), Some(1), "what was asked for was not said: {complaint}");
}

#[tokio::test]
async fn a_token_from_the_command_line_opens_the_port() {
    let world = world().await;
    let service = Launch::of(&world).start_ready().await;
    let minted = Launch::of(&world)
        .with(&["token", "--account", "alice", "--scope", "telegram,events", "--name", "Alice"])
        .run()
        .await;
    assert_eq!(minted.code, Some(0), "{minted:?}");
    let platform = service.platform(&world).await;
    let request = |token: &str| {
        platform.request(reqwest::Method::GET, "/api/telegram/status").bearer_auth(token.to_owned())
    };
    let answer = platform.send(request(minted.printed.trim())).await;
    assert_eq!((answer.status, &answer.body["linked"]), (200, &json!(false)), "{answer:?}");
    let elsewhere = Launch::of(&world)
        .set("JWT_SECRET", "another secret of more than thirty-two bytes")
        .with(&["token", "--account", "alice"])
        .run()
        .await;
    let answer = platform.send(request(elsewhere.printed.trim())).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let unknown = Launch::of(&world).with(&["token", "--account", "a", "--scope", "root"]).run().await;
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.complaint().contains("no such scope"), "{unknown:?}");
}

#[tokio::test]
async fn the_health_check_tells_a_living_service_from_none() {
    let world = world().await;
    let service = Launch::of(&world).start_ready().await;
    let check = Launch::of(&world).set("HTTP_ADDR", service.addr().await.to_string()).with(&["healthcheck"]);
    let alive = check.run().await;
    assert_eq!((alive.code, alive.printed.as_str()), (Some(0), "alive\n"), "{alive:?}");
    service.terminate().await;
    let gone = check.run().await;
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.complaint().contains("/healthz"), "{gone:?}");
}

#[tokio::test]
async fn large_statements_need_no_room_but_the_databases() {
    let world = world().await;
    // Where the root file system is read-only, the database's folder is the only one there is.
    let elsewhere = tempfile::TempDir::new().expect("a folder");
    let service =
        Launch::of(&world).set("SQLITE_TMPDIR", elsewhere.path().to_string_lossy()).start_ready().await;
    let changed =
        || std::fs::metadata(elsewhere.path()).and_then(|it| it.modified()).expect("the folder is there");
    let before = changed();
    let text = "scones ".repeat(200);
    let events: Vec<_> = (0..1_000).map(|number| published(&format!("shop-{number}"), &text)).collect();
    let ids = service.platform(&world).await.accepts(json!({ "events": events })).await;
    assert_eq!(ids.len(), 1_000);
    assert_eq!(changed(), before, "something was written outside of the database's folder");
}
