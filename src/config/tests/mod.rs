//! What a deployer meets: the contract's defaults, every problem at once, no secret in sight.

mod jwt_keys;
mod networks;
mod sources;
mod values;
mod webhook_mode;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveTime;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::*;

const TOKEN: &str = "123456789:AAF0123456789-abcdefghijklmnopqrstu";
const KEY: &str = "0123456789abcdef0123456789abcdef";

fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(&variables.iter().copied().collect(), None)
}

fn loaded(variables: &[(&str, &str)]) -> Config {
    load(variables).unwrap_or_else(|error| panic!("{error}"))
}

/// The one problem of these variables.
fn problem(variables: &[(&str, &str)]) -> String {
    only(load(variables))
}

fn only(result: Result<Config, ConfigError>) -> String {
    let error = result.expect_err("these settings are wrong");
    assert_eq!(error.problems().len(), 1, "one problem expected:\n{error}");
    error.to_string()
}

/// A file in a folder of its own; the folder goes with the first of the pair.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn load_file(text: &str) -> Result<Config, ConfigError> {
    let (_folder, path) = file(text);
    Config::load(&Environment::default(), Some(&path))
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = loaded(&[]);
    assert!(config.telegram.token.is_none() && config.telegram.bot_id().is_none());
    assert_eq!(config.telegram.api_url.as_str(), "https://api.telegram.org/");
    assert_eq!(config.telegram.poll_timeout, Duration::from_secs(30));
    assert_eq!(config.database.url.expose_secret(), "sqlite://data/scheduler.db?mode=rwc");
    assert_eq!((config.database.engine(), config.database.max_connections), (Engine::Sqlite, 4));
    assert_eq!(config.http.addr.to_string(), "127.0.0.1:8000");
    assert_eq!(
        (config.jwt.issuer.as_str(), config.jwt.audience.as_str()),
        ("softfactory", "telegram-bot-scheduler")
    );
    let delivery = config.delivery;
    assert_eq!((delivery.messages_per_second, delivery.burst), (30, 5));
    assert_eq!((delivery.per_chat_per_second, delivery.per_chat_burst), (1, 3));
    assert_eq!((delivery.per_group_per_minute, delivery.max_in_flight), (20, 64));
    assert_eq!((delivery.lease.as_secs(), delivery.request_timeout.as_secs()), (60, 17));
    assert_eq!(delivery.backoff.len(), 7);
    assert_eq!(delivery.max_age_published.as_secs(), 6 * 3600);
    assert_eq!(delivery.max_age_failed.as_secs(), 7 * 24 * 3600);
    let publishing = config.publishing;
    assert_eq!((publishing.lease.as_secs(), publishing.request_timeout.as_secs()), (120, 30));
    assert_eq!(publishing.backoff, [60, 300, 1800].map(Duration::from_secs));
    assert!(config.networks.is_empty());
    assert_eq!(config.digest.default_time, NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    assert_eq!(config.digest.default_zone, chrono_tz::UTC);
    let jobs = config.jobs;
    assert_eq!((jobs.backup_folder, jobs.backups_kept), (None, 7));
    assert_eq!(jobs.backup_time, NaiveTime::from_hms_opt(3, 30, 0).unwrap());
    let [notifications, posts] = [jobs.notifications_kept_for, jobs.posts_kept_for];
    let days = [notifications, posts, jobs.attempts_kept_for, jobs.runs_kept_for, jobs.audit_kept_for]
        .map(|kept| kept.as_secs() / 86_400);
    assert_eq!(days, [30, 365, 14, 90, 365]);
    assert_eq!((config.alerts.queue_age.as_secs(), config.alerts.disk_free_mib), (15 * 60, 512));
    assert_eq!(config.platform.name, "the web");
}

#[test]
fn every_setting_is_written_down_in_the_default_file() {
    let defaults = include_str!("../../../config/default.toml");
    let config = loaded(&[]);
    let mut section = "";
    let mut written = Vec::new();
    for line in defaults.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && !key.contains(' ')
        {
            written.push(format!("{section}.{key}"));
        }
    }
    let mut told: Vec<String> = config
        .explain()
        .iter()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key.to_owned())
        .collect();
    written.sort();
    told.sort();
    assert_eq!(written, told, "config/default.toml and the program know the same settings, each once");
}

#[test]
fn every_problem_is_told_at_once() {
    let error = load(&[
        ("TELEGRAM_BOT_TOKEN", "botfather"),
        ("TELOXIDE_API_URL", "api.telegram.org"),
        ("JWT_SECRET", "short"),
        ("SCHEDULER_HTTP__MAX_HEADERS", "0"),
        ("SCHEDULER_COLOUR", "red"),
        ("CONFIG_FILE", "/nowhere/at/all.toml"),
    ])
    .unwrap_err();
    assert_eq!(error.problems().len(), 6, "{error}");
    assert_eq!(error.to_string().lines().count(), 6);
    for name in ["TELEGRAM_BOT_TOKEN", "TELOXIDE_API_URL", "JWT_SECRET", "SCHEDULER_COLOUR", "CONFIG_FILE"] {
        assert_eq!(
            error.problems().iter().filter(|line| line.starts_with(&format!("{name}: "))).count(),
            1,
            "{name}"
        );
    }
}

#[test]
fn no_secret_is_in_debug_or_explain() {
    let environment: Environment = [
        ("TELEGRAM_BOT_TOKEN", TOKEN),
        ("DATABASE_URL", "postgres://me:hunter%2022@db/x?password=swordfish"),
        ("JWT_SECRET", KEY),
        ("METRICS_TOKEN", "a-monitor's-token"),
    ]
    .into_iter()
    .collect();
    let config = Config::load(&environment, None).unwrap();
    let printed = format!("{config:?}\n{config:#?}\n{}\n{environment:?}", config.explain().join("\n"));
    let secrets: Vec<String> = config.secrets().iter().map(|it| it.expose_secret().to_owned()).collect();
    for secret in [TOKEN, &TOKEN[10..], KEY, "hunter%2022", "hunter 22", "swordfish", "a-monitor's-token"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
        assert!(secrets.iter().any(|it| it == secret), "{secret} is not among secrets()");
    }
    assert!(printed.contains("telegram.token = ***  (from: environment TELEGRAM_BOT_TOKEN)"), "{printed}");
}
