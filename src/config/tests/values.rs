//! What a value may be.

use super::*;

#[test]
fn numbers_must_be_whole_and_within_their_range() {
    for wrong in ["abc", "-1", "1001", "1.5", "true", "99999999999999999999", "0x10", "1e3", "yes"] {
        assert_eq!(
            problem(&[("SCHEDULER_DELIVERY__BURST", wrong)]),
            format!("SCHEDULER_DELIVERY__BURST: must be a whole number from 1 to 1000, not {wrong:?}")
        );
    }
    for wrong in ["\"30\"", "-5", "2.5", "true", "[1]", "[]"] {
        let said = only(load_file(&format!("[delivery]\nmessages_per_second = {wrong}")));
        assert!(said.starts_with("delivery.messages_per_second in /"), "{said}");
        assert!(said.contains("must be a whole number from 0 to 1000"), "{said}");
    }
    assert_eq!(loaded(&[("SCHEDULER_DELIVERY__MESSAGES_PER_SECOND", " 0 ")]).delivery.messages_per_second, 0);
}

#[test]
fn bot_tokens_are_checked_by_shape() {
    let secret = &TOKEN[10..];
    for wrong in [
        "123456789",
        "0:",
        &format!("abc:{secret}"),
        &format!("+12:{secret}"),
        &format!("0:{secret}"),
        &format!("{TOKEN} x"),
        &format!("{TOKEN}/"),
        "123456789:tooshort",
    ] {
        let said = problem(&[("TELEGRAM_BOT_TOKEN", wrong)]);
        assert!(
            said.starts_with("TELEGRAM_BOT_TOKEN: must be a bot token") && !said.contains(secret),
            "{said}"
        );
    }
    assert_eq!(
        loaded(&[("TELEGRAM_BOT_TOKEN", &format!(" {TOKEN}\n"))]).telegram.bot_id(),
        Some(123_456_789)
    );
}

#[test]
fn a_jwt_key_shorter_than_the_hash_is_refused() {
    let said = problem(&[("JWT_SECRET", &KEY[1..])]);
    assert_eq!(said, "JWT_SECRET: must be at least 32 bytes long; make one with: openssl rand -base64 48");
}

#[test]
fn a_metrics_token_that_could_be_guessed_or_not_be_sent_is_refused() {
    for wrong in ["fifteen-letters", "with a blank in it", "with-a-스콘-in-it"] {
        let said = problem(&[("METRICS_TOKEN", wrong)]);
        assert!(said.starts_with("METRICS_TOKEN: must be at least 16 ") && !said.contains(wrong), "{said}");
    }
    assert!(loaded(&[]).metrics.token.is_none());
}

#[test]
fn database_urls_name_an_engine_and_never_show_their_password() {
    for wrong in [
        "mysql://root:hunter22@db/x",
        "hunter22",
        "postgres:hunter22",
        "postgresql:/hunter22",
        "hunter22://x",
    ] {
        let said = problem(&[("DATABASE_URL", wrong)]);
        assert!(
            said.starts_with("DATABASE_URL: must be a database URL") && !said.contains("hunter22"),
            "{said}"
        );
    }
    for (url, shown) in [
        ("postgres://me:hunter22@db:5432/x", "postgres://me:***@db:5432/x"),
        ("postgresql://db/x?user=me&password=hunter22", "postgresql://db/x?user=me&password=***"),
        ("postgres:///x?host=/run/postgresql", "postgres:///x?host=/run/postgresql"),
        ("sqlite:///data/../a%20b.db?mode=rwc", "sqlite:///data/../a%20b.db?mode=rwc"),
    ] {
        let config = loaded(&[("DATABASE_URL", url)]);
        assert_eq!(config.database.describe(), shown);
        assert!(config.explain().join("\n").contains(&format!("database.url = {shown}  (from")), "{url}");
    }
}

#[test]
fn admins_are_positive_ids() {
    for wrong in ["@me", "0", "-100123", "1;2", "1,,2", "1,x", "99999999999999999999"] {
        let error = load(&[("TELEGRAM_ADMINS", wrong)]).unwrap_err().to_string();
        assert!(
            error.starts_with("TELEGRAM_ADMINS: ") && error.contains("Telegram user ids"),
            "{wrong}: {error}"
        );
    }
    for wrong in ["\"5\"", "[\"5\"]", "[-5]", "5"] {
        let said = only(load_file(&format!("[telegram]\nadmins = {wrong}")));
        assert!(said.starts_with("telegram.admins in /"), "{said}");
    }
    assert_eq!(load_file("[telegram]\nadmins = [9, 8]").unwrap().telegram.admins.len(), 2);
}

#[test]
fn the_lease_outlives_a_request() {
    for timeout in ["20", "21"] {
        let said = problem(&[
            ("SCHEDULER_DELIVERY__LEASE_SECONDS", "20"),
            ("SCHEDULER_DELIVERY__REQUEST_TIMEOUT_SECONDS", timeout),
        ]);
        assert!(
            said.starts_with("SCHEDULER_DELIVERY__REQUEST_TIMEOUT_SECONDS: must be shorter than"),
            "{said}"
        );
    }
    for (lease, timeout) in [("2", 1.0), ("5", 2.5), ("20", 10.0), ("34", 17.0), ("3600", 17.0)] {
        let config = loaded(&[("SCHEDULER_DELIVERY__LEASE_SECONDS", lease)]);
        assert_eq!(config.delivery.request_timeout, Duration::from_secs_f64(timeout), "lease {lease}");
        let line = format!("delivery.request_timeout_seconds = {timeout}  (from: default)");
        assert_eq!(config.explain().iter().filter(|it| **it == line).count(), 1, "lease {lease}");
    }
}

#[test]
fn the_waits_between_attempts_are_a_list() {
    let config = loaded(&[("SCHEDULER_DELIVERY__BACKOFF_SECONDS", "1, 2,3")]);
    assert_eq!(config.delivery.backoff, [1, 2, 3].map(Duration::from_secs));
    assert_eq!(load_file("[delivery]\nbackoff_seconds = [9]").unwrap().delivery.backoff.len(), 1);
    for wrong in ["[]", "[0]", "[-1]", "5", "[1, \"2\"]"] {
        let error = load_file(&format!("[delivery]\nbackoff_seconds = {wrong}")).unwrap_err().to_string();
        assert!(error.starts_with("delivery.backoff_seconds in /"), "{wrong}: {error}");
    }
}

#[test]
fn words_with_a_meaning_are_checked() {
    for (name, wrong, expected) in [
        (
            "HTTP_ADDR",
            "localhost",
            "must be an IP address and a port, like 127.0.0.1:8000 or 0.0.0.0:8000, not \"localhost\"",
        ),
        ("HTTP_ADDR", "0.0.0.0:99999", "must be an IP address and a port"),
        ("SCHEDULER_TELEGRAM__UPDATE_MODE", "magic", "must be \"polling\" or \"webhook\", not \"magic\""),
        ("SCHEDULER_DIGEST__DEFAULT_TIME", "25:00", "must be a time of day like \"09:00\", not \"25:00\""),
        ("SCHEDULER_DIGEST__DEFAULT_ZONE", "Mars/Base", "must be an IANA time zone"),
        ("SCHEDULER_TELEGRAM__ACCEPT_NEW_BOT", "-4", "must be a whole number from 1 to"),
        ("TELOXIDE_API_URL", "ftp://example.com", "must be an http:// or https:// address"),
        ("TELOXIDE_API_URL", "https://me:hunter22@example.com", "must be an http:// or https:// address"),
        ("SCHEDULER_PLATFORM__SUPPORT", "javascript:alert(1)", "must be an http:// or https:// address"),
        (
            "SCHEDULER_PLATFORM__POST_URL",
            "https://example.com/posts",
            "must be an http:// or https:// address with a dot in its host and {post_id}",
        ),
        ("SCHEDULER_PLATFORM__POST_URL", "https://{post_id}.example.com/", "{post_id} in its path or query"),
    ] {
        let said = problem(&[(name, wrong)]);
        assert!(said.starts_with(&format!("{name}: ")) && said.contains(expected), "{said}");
        assert!(!said.contains("hunter22"), "{said}");
    }
    let zone = loaded(&[
        ("SCHEDULER_DIGEST__DEFAULT_ZONE", "Asia/Seoul"),
        ("SCHEDULER_DIGEST__DEFAULT_TIME", "07:30"),
    ]);
    assert_eq!(zone.digest.default_zone, chrono_tz::Asia::Seoul);
    assert_eq!(zone.digest.default_time, NaiveTime::from_hms_opt(7, 30, 0).unwrap());
}

#[test]
fn a_post_link_carries_any_id_and_leads_nowhere_else() {
    let link = |template: &str, id: &str| {
        let link = loaded(&[("SCHEDULER_PLATFORM__POST_URL", template)]).platform.post_link(id);
        link.map(String::from)
    };
    let (path, query) =
        ("https://app.example.com/posts/{post_id}", "https://app.example.com/?post={post_id}&from=tg");
    assert_eq!(link(path, "a-1").as_deref(), Some("https://app.example.com/posts/a-1"));
    assert_eq!(link(path, "../x?y#z").as_deref(), Some("https://app.example.com/posts/%2E%2E%2Fx%3Fy%23z"));
    assert_eq!(
        link(query, "a&b=c 글").as_deref(),
        Some("https://app.example.com/?post=a%26b%3Dc%20%EA%B8%80&from=tg")
    );
    assert_eq!(link(path, ".."), None);
    assert_eq!(loaded(&[]).platform.post_link("a-1"), None);
}

#[test]
fn a_button_to_a_host_that_telegram_refuses_is_refused_at_once() {
    for key in ["SETTINGS_URL", "CALENDAR_URL", "RECONNECT_URL", "SUPPORT"] {
        let name = format!("SCHEDULER_PLATFORM__{key}");
        let load = |url: &str| Config::load(&[(name.as_str(), url)].into_iter().collect(), None);
        let problem = load("http://localhost:3000/settings").unwrap_err().to_string();
        assert!(problem.contains(&name) && problem.contains("localhost"), "{problem}");
        assert!(load("http://127.0.0.1:3000/settings").is_ok(), "an address by number is fine");
    }
}
