//! Where values come from: variables, files, and what happens when two of them disagree.

use super::*;

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let (_folder, path) = file("[delivery]\nburst = 7\nper_chat_burst = 9\n[http]\naddr = \"0.0.0.0:1\"\n");
    let path = path.to_str().unwrap();
    let config =
        loaded(&[("CONFIG_FILE", path), ("SCHEDULER_DELIVERY__BURST", "8"), ("HTTP_ADDR", "0.0.0.0:2")]);
    assert_eq!((config.delivery.burst, config.delivery.per_chat_burst), (8, 9));
    assert_eq!(config.http.addr.port(), 2);
    let explained = config.explain().join("\n");
    assert!(
        explained.contains("delivery.burst = 8  (from: environment SCHEDULER_DELIVERY__BURST)"),
        "{explained}"
    );
    assert!(explained.contains(&format!("delivery.per_chat_burst = 9  (from: file {path})")), "{explained}");
    assert!(explained.contains("http.addr = 0.0.0.0:2  (from: environment HTTP_ADDR)"), "{explained}");
    assert!(explained.contains("delivery.max_in_flight = 64  (from: default)"), "{explained}");
}

#[test]
fn the_file_of_the_command_line_replaces_the_one_of_the_environment() {
    let (_folder, chosen) = file("[delivery]\nburst = 2\n");
    let environment = [("CONFIG_FILE", "/nowhere/at/all.toml")].into_iter().collect();
    assert_eq!(Config::load(&environment, Some(&chosen)).unwrap().delivery.burst, 2);
}

#[test]
fn the_named_variables_set_their_keys() {
    let config = loaded(&[
        ("TELOXIDE_TOKEN", TOKEN),
        ("TELOXIDE_API_URL", "http://127.0.0.1:8081"),
        ("TELEGRAM_ADMINS", "5, 7,5"),
        ("DATABASE_URL", "postgres://user:hunter22@db/scheduler"),
        ("JWT_SECRET", KEY),
        ("JWT_ISSUER", "me"),
        ("JWT_AUDIENCE", "you"),
        ("SCHEDULER_TELEGRAM__ACCEPT_NEW_BOT", "42"),
    ]);
    assert_eq!(config.telegram.bot_id(), Some(123_456_789));
    assert_eq!(config.telegram.api_url.as_str(), "http://127.0.0.1:8081/");
    assert_eq!(config.telegram.admins.iter().copied().collect::<Vec<_>>(), [5, 7]);
    assert_eq!((config.database.engine(), config.database.max_connections), (Engine::Postgres, 8));
    assert_eq!(config.jwt.secret.unwrap().expose_secret(), KEY);
    assert_eq!((config.jwt.issuer.as_str(), config.jwt.audience.as_str()), ("me", "you"));
    assert_eq!(config.telegram.accept_new_bot, Some(42));
}

#[test]
fn a_secret_file_loses_its_last_newline_and_nothing_else() {
    let (_folder, path) = file(&format!(" {KEY} \r\n"));
    let config = loaded(&[("JWT_SECRET_FILE", path.to_str().unwrap())]);
    assert_eq!(config.jwt.secret.unwrap().expose_secret(), format!(" {KEY} "));
    let (_folder, path) = file(&format!("{TOKEN}\n"));
    let config = loaded(&[("TELEGRAM_BOT_TOKEN_FILE", path.to_str().unwrap())]);
    assert_eq!(config.telegram.token.unwrap().expose_secret(), TOKEN);
}

#[test]
fn secret_files_that_cannot_be_used_say_why() {
    let said = problem(&[("JWT_SECRET_FILE", "/nowhere/at/all")]);
    assert_eq!(said, "JWT_SECRET_FILE: the file /nowhere/at/all does not exist; check the path");
    let (folder, path) = file("\n");
    let said = problem(&[("DATABASE_URL_FILE", path.to_str().unwrap())]);
    assert!(
        said.starts_with("DATABASE_URL_FILE: ") && said.ends_with("is empty; write the value into it"),
        "{said}"
    );
    let said = problem(&[("JWT_SECRET_FILE", folder.path().to_str().unwrap())]);
    assert!(said.ends_with("is a directory; name a file in it"), "{said}");
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let said = problem(&[("JWT_SECRET_FILE", path.to_str().unwrap())]);
    assert!(said.ends_with("is not UTF-8 text; save it as UTF-8"), "{said}");
    assert!(problem(&[("JWT_SECRET_FILE", "/dev/zero")]).contains("larger than 1 MiB"));
}

#[test]
fn one_thing_set_twice_is_an_error_unless_both_agree() {
    let (_folder, path) = file(TOKEN);
    let path = path.to_str().unwrap();
    assert_eq!(
        problem(&[("TELEGRAM_BOT_TOKEN", TOKEN), ("TELEGRAM_BOT_TOKEN_FILE", path)]),
        "TELEGRAM_BOT_TOKEN_FILE: TELEGRAM_BOT_TOKEN sets the same thing; unset one of the two"
    );
    let both = problem(&[("TELEGRAM_BOT_TOKEN_FILE", path), ("SCHEDULER_TELEGRAM__TOKEN", TOKEN)]);
    assert!(both.contains("SCHEDULER_TELEGRAM__TOKEN") && both.contains("TELEGRAM_BOT_TOKEN_FILE"), "{both}");
    let both = problem(&[("HTTP_ADDR", "127.0.0.1:1"), ("SCHEDULER_HTTP__ADDR", "127.0.0.1:2")]);
    assert!(both.contains("HTTP_ADDR sets the same thing"), "{both}");
    loaded(&[("TELEGRAM_BOT_TOKEN", TOKEN), ("TELOXIDE_TOKEN", TOKEN)]);
}

#[test]
fn an_empty_variable_is_not_set() {
    let config =
        loaded(&[("TELEGRAM_BOT_TOKEN", ""), ("JWT_SECRET", ""), ("CONFIG_FILE", ""), ("HTTP_ADDR", "")]);
    assert!(config.telegram.token.is_none());
    let said = config.require_jwt_key().unwrap_err().to_string();
    assert!(said.starts_with("JWT_SECRET: is not set; make one with: openssl rand -base64 48"), "{said}");
}

#[test]
fn unknown_settings_are_refused_and_the_nearest_named() {
    assert_eq!(
        problem(&[("SCHEDULER_DELIVERY_BURST", "3")]),
        "SCHEDULER_DELIVERY_BURST: there is no such setting; did you mean SCHEDULER_DELIVERY__BURST?"
    );
    let said = only(load_file("[delivery]\nbrust = 3"));
    assert!(
        said.starts_with("delivery.brust in /") && said.ends_with("did you mean delivery.burst?"),
        "{said}"
    );
    let said = only(load_file("[colours]\nprimary = \"red\""));
    assert!(
        said.starts_with("colours.primary in /") && said.ends_with("no such setting; remove it"),
        "{said}"
    );
    assert!(only(load_file("[colours]")).starts_with("colours in /"));
    assert!(only(load_file("delivery = 3")).ends_with("is a section, not a setting; set one of its keys"));
    assert!(only(load_file("[delivery.burst]\nsize = 1")).starts_with("delivery.burst.size in /"));
    load_file("[delivery]").unwrap();
}

#[test]
fn a_kubernetes_service_called_scheduler_is_no_setting() {
    let links = [
        ("SCHEDULER_SERVICE_HOST", "10.0.0.1"),
        ("SCHEDULER_SERVICE_PORT_HTTP", "8000"),
        ("SCHEDULER_PORT", "tcp://10.0.0.1:8000"),
        ("SCHEDULER_PORT_8000_TCP_ADDR", "10.0.0.1"),
    ];
    loaded(&links);
    assert!(problem(&links[1..2]).starts_with("SCHEDULER_SERVICE_PORT_HTTP: there is no such setting"));
}

#[test]
fn settings_files_that_cannot_be_used_say_where() {
    load_file("").unwrap();
    let said = problem(&[("CONFIG_FILE", "/nowhere/at/all.toml")]);
    assert_eq!(said, "CONFIG_FILE: the file /nowhere/at/all.toml does not exist; check the path");
    let said = only(load_file(&format!("[telegram]\ntoken = {TOKEN}\n")));
    assert!(said.contains("is not valid TOML at line 2, column"), "{said}");
    assert!(!said.contains("AAF0"), "the broken line may hold a secret: {said}");
    only(load_file("[delivery]\nburst = 99999999999999999999"));
}
