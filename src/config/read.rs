//! Reads and checks each section: the ranges, and what must hold between settings.

use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use secrecy::SecretString;

use super::database_url::without_password;
use super::reader::{HIDDEN, Reader, button_address};
use super::sections::{
    Alerts, Database, Delivery, Digest, Engine, Http, Jobs, Metrics, Platform, Publishing, Rate, Telegram,
    UpdateMode,
};

/// A bot token's secret part has 35 characters at Telegram; a Bot API server of one's own may issue others.
const MIN_TOKEN_SECRET: usize = 30;
/// Short of this a token can be guessed.
const MIN_METRICS_TOKEN: usize = 16;
/// Connections when nobody said how many: PostgreSQL's pool, and the readers of a SQLite file.
const POSTGRES_CONNECTIONS: u32 = 8;
const SQLITE_READERS: u32 = 4;
/// How long a request to Telegram may take when nobody said: teloxide's own limit.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(17);

impl Telegram {
    /// `None` when the address is wrong, which the reader knows then.
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let expected = "a bot token (digits, a colon, 35 letters and digits); copy it again from @BotFather";
        let token = reader.hidden("telegram.token", expected, |text| {
            is_bot_token(text).then(|| (HIDDEN.to_owned(), SecretString::from(text)))
        });
        let api_url = reader.url("telegram.api_url");
        let admins = reader.numbers(
            "telegram.admins",
            1..=i64::MAX,
            "Telegram user ids, which are positive numbers (not names)",
        );
        let update_mode = UpdateMode::read(reader, api_url.as_ref());
        Some(Self {
            token,
            admins: admins.into_iter().collect(),
            update_mode,
            poll_timeout: reader.seconds("telegram.poll_timeout_seconds", 1..=50),
            handler_timeout: reader.seconds("telegram.handler_timeout_seconds", 1..=60),
            accept_new_bot: reader.optional_number("telegram.accept_new_bot", 1..=i64::MAX),
            api_url: api_url?,
        })
    }
}

impl Database {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let key = "database.url";
        let expected = "a database URL that starts with sqlite: or postgres://, \
                        like sqlite:///data/scheduler.db?mode=rwc or postgres://user:password@host/name";
        let url = reader.hidden(key, expected, |text| {
            is_database_url(text).then(|| (without_password(text), SecretString::from(text)))
        });
        let mut database = Self {
            url: url.unwrap_or_default(),
            max_connections: 0,
            busy_timeout: reader.millis("database.busy_timeout_ms", 100..=60_000),
        };
        let key = "database.max_connections";
        database.max_connections = reader.optional_number(key, 1..=100).unwrap_or_else(|| {
            let connections = match database.engine() {
                Engine::Sqlite => SQLITE_READERS,
                Engine::Postgres => POSTGRES_CONNECTIONS,
            };
            reader.explain_worked_out(key, &connections.to_string());
            connections
        });
        database
    }
}

impl Http {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let expected = "an IP address and a port, like 127.0.0.1:8000 or 0.0.0.0:8000";
        let addr = reader.parsed("http.addr", expected, |text| text.parse().ok());
        Self {
            addr: addr.unwrap_or_else(|| ([127, 0, 0, 1], 0).into()),
            max_connections: reader.number("http.max_connections", 1..=65_535),
            header_timeout: reader.seconds("http.header_timeout_seconds", 1..=60),
            body_timeout: reader.seconds("http.body_timeout_seconds", 1..=300),
            request_timeout: reader.seconds("http.request_timeout_seconds", 1..=300),
            body_limit: reader.number("http.body_limit_bytes", 1024..=16 * 1024 * 1024),
            events_body_limit: reader.number("http.events_body_limit_bytes", 1024..=64 * 1024 * 1024),
            max_headers: reader.number("http.max_headers", 8..=256),
            person: rate(reader, "person"),
            back_end: rate(reader, "back_end"),
            stranger: rate(reader, "stranger"),
        }
    }
}

fn rate(reader: &mut Reader, who: &str) -> Rate {
    Rate {
        per_second: reader.number(&format!("http.{who}_per_second"), 0..=1_000_000),
        burst: reader.number(&format!("http.{who}_burst"), 1..=1_000_000),
    }
}

impl Metrics {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let expected =
            "at least 16 printable ASCII characters without blanks; make one with: openssl rand -hex 24";
        let fits = |token: &str| {
            token.len() >= MIN_METRICS_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        Self { token: reader.secret("metrics.token", expected, fits) }
    }
}

impl Delivery {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let lease = reader.seconds("delivery.lease_seconds", 2..=3600);
        Self {
            messages_per_second: reader.number("delivery.messages_per_second", 0..=1000),
            burst: reader.number("delivery.burst", 1..=1000),
            per_chat_per_second: reader.number("delivery.per_chat_per_second", 0..=100),
            per_chat_burst: reader.number("delivery.per_chat_burst", 1..=100),
            per_group_per_minute: reader.number("delivery.per_group_per_minute", 0..=10_000),
            max_in_flight: reader.number("delivery.max_in_flight", 1..=1024),
            lease,
            request_timeout: request_timeout(reader, lease),
            backoff: backoff(reader, "delivery.backoff_seconds"),
            max_age_published: reader.hours("delivery.max_age_published_hours", 1..=8760),
            max_age_failed: reader.hours("delivery.max_age_failed_hours", 1..=8760),
            merge_window: reader.seconds("delivery.merge_window_seconds", 0..=3600),
        }
    }
}

impl Publishing {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let lease = reader.seconds("publishing.lease_seconds", 2..=3600);
        let key = "publishing.request_timeout_seconds";
        let request_timeout = reader.seconds(key, 1..=600);
        // The lease begins before the request and outlives it by what writing the outcome down may take.
        if request_timeout >= lease {
            let problem = format!(
                "must be shorter than publishing.lease_seconds ({}), or a slow post is given up while it goes out; \
                 lower this or raise the lease",
                lease.as_secs()
            );
            reader.complain(key, &problem);
        }
        let ask_when_late: i64 = reader.number("publishing.ask_when_late_minutes", 0..=10_080);
        Self {
            lease,
            request_timeout,
            ask_when_late: (ask_when_late > 0).then(|| TimeDelta::minutes(ask_when_late)),
            backoff: backoff(reader, "publishing.backoff_seconds"),
        }
    }
}

impl Digest {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let time = reader.parsed("digest.default_time", "a time of day like \"09:00\"", time_of_day);
        let expected = "an IANA time zone like \"UTC\" or \"Asia/Seoul\"";
        let zone = reader.parsed("digest.default_zone", expected, |text| text.parse().ok());
        Self { default_time: time.unwrap_or_default(), default_zone: zone.unwrap_or(Tz::UTC) }
    }
}

impl Jobs {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let time = reader.parsed("jobs.backup_time", "a time of day like \"03:30\", in UTC", time_of_day);
        Self {
            backup_folder: reader.parsed("jobs.backup_folder", "a folder", |text| Some(text.into())),
            backup_time: time.unwrap_or_default(),
            backups_kept: reader.number("jobs.backups_kept", 1..=1000),
            notifications_kept_for: reader.days("jobs.notifications_kept_days", 1..=3650),
            posts_kept_for: reader.days("jobs.posts_kept_days", 1..=3650),
            attempts_kept_for: reader.days("jobs.attempts_kept_days", 1..=3650),
            runs_kept_for: reader.days("jobs.runs_kept_days", 1..=3650),
            audit_kept_for: reader.days("jobs.audit_kept_days", 1..=3650),
        }
    }
}

impl Alerts {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            queue_age: reader.minutes("alerts.queue_age_minutes", 1..=1440),
            disk_free_mib: reader.number("alerts.disk_free_mib", 0..=1_048_576),
        }
    }
}

impl Platform {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let expected = "an http:// or https:// address with a dot in its host and {post_id} in its path or query, \
                        like https://app.example.com/posts/{post_id}";
        let mut page_of_a_post = |key| {
            reader.hidden(key, expected, |text| is_post_url(text).then(|| (text.to_owned(), text.to_owned())))
        };
        let (post_url, retry_url) =
            (page_of_a_post("platform.post_url"), page_of_a_post("platform.retry_url"));
        Self {
            name: reader.text("platform.name"),
            settings_url: reader.button_url("platform.settings_url"),
            post_url,
            retry_url,
            calendar_url: reader.button_url("platform.calendar_url"),
            reconnect_url: reader.button_url("platform.reconnect_url"),
            support: reader.button_url("platform.support"),
        }
    }
}

/// Unset, it follows a short lease, so that shortening the lease alone keeps working. Set, it must be shorter.
fn request_timeout(reader: &mut Reader, lease: Duration) -> Duration {
    let key = "delivery.request_timeout_seconds";
    let Some(seconds) = reader.optional_number(key, 1..=600) else {
        let timeout = REQUEST_TIMEOUT.min(lease / 2);
        reader.explain_worked_out(key, &timeout.as_secs_f64().to_string());
        return timeout;
    };
    let timeout = Duration::from_secs(seconds);
    if timeout >= lease {
        let problem = format!(
            "must be shorter than delivery.lease_seconds ({}), or a slow message goes out twice; \
             lower this or raise the lease",
            lease.as_secs()
        );
        reader.complain(key, &problem);
    }
    timeout
}

fn backoff(reader: &mut Reader, key: &str) -> Vec<Duration> {
    let waits = reader.numbers(key, 1..=2_592_000, "whole numbers of seconds from 1 to 2592000");
    if waits.is_empty() && reader.is_set(key) {
        reader.complain(key, "must hold at least one wait, like [5, 30, 120]");
    }
    waits.into_iter().filter_map(|it| u64::try_from(it).ok()).map(Duration::from_secs).collect()
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        id.parse::<i64>().is_ok_and(|id| id > 0)
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && secret.len() >= MIN_TOKEN_SECRET
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// A scheme we know; PostgreSQL's must be a whole URL, a SQLite path is the driver's to judge.
fn is_database_url(text: &str) -> bool {
    match Engine::of(text) {
        Some(Engine::Postgres) => url::Url::parse(text).is_ok(),
        Some(Engine::Sqlite) => true,
        None => false,
    }
}

/// An address that names the same host whatever the post.
fn is_post_url(text: &str) -> bool {
    let of = |id: &str| button_address(&text.replace(Platform::POST_ID, id));
    let hosts = of("a").zip(of("b")).is_some_and(|(one, other)| one.origin() == other.origin());
    text.contains(Platform::POST_ID) && hosts
}
