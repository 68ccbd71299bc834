//! Networks in the settings: what works, and what a mistake is told as.

use super::*;

const SIGNING_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The one problem of a network `x` with these settings.
fn mistake(settings: &str) -> String {
    only(load_file(&format!("[networks.x]\n{settings}")))
}

#[test]
fn a_file_names_networks_and_the_environment_completes_them() {
    let (_folder, path) = file(
        r#"
        [networks.news]
        kind = "telegram"
        chat = "@my_channel"
        silent = true
        [networks.team]
        kind = "telegram"
        chat = -1001234567890
        thread_id = 12
        link_preview = false
        [networks.instagram]
        kind = "webhook"
        url = "https://connector.example.com/posts?key=of-the-connector"
        max_text = 2200
        previous_secret = "whsec_dGhlIHNlY3JldCBvZiBsYXN0IHllYXIsIG9sZA=="
        "#,
    );
    let environment =
        [("SCHEDULER_NETWORKS__INSTAGRAM__SECRET", SIGNING_KEY), ("SCHEDULER_NETWORKS__TEAM__CHAT", "-42")];
    let config = Config::load(&environment.into_iter().collect(), Some(&path)).unwrap();
    let names: Vec<&str> = config.networks.keys().map(String::as_str).collect();
    assert_eq!(names, ["instagram", "news", "team"]);
    let NetworkKind::Telegram(news) = &config.networks["news"].kind else { panic!("a channel") };
    let channel = Channel::Named("my_channel".into());
    assert_eq!(*news, TelegramNetwork { channel, silent: true, link_preview: true, thread_id: None });
    let NetworkKind::Telegram(team) = &config.networks["team"].kind else { panic!("a channel") };
    let channel = Channel::Id(-42);
    assert_eq!(*team, TelegramNetwork { channel, silent: false, link_preview: false, thread_id: Some(12) });
    let NetworkKind::Webhook(connector) = &config.networks["instagram"].kind else { panic!("a connector") };
    assert_eq!((connector.max_text, connector.concurrency), (Some(2_200), 4));
    assert!(!connector.allow_private_addresses);
    assert_eq!(config.networks["news"].text_limit(false), Some(4_096));
    assert_eq!(config.networks["news"].text_limit(true), Some(1_024));

    let printed = format!("{config:?}\n{config:#?}\n{}", config.explain().join("\n"));
    let previous = "whsec_dGhlIHNlY3JldCBvZiBsYXN0IHllYXIsIG9sZA==";
    for secret in [SIGNING_KEY, &SIGNING_KEY[6..], previous, "of-the-connector"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    for secret in [SIGNING_KEY, previous] {
        assert!(config.secrets().iter().any(|it| it.expose_secret() == secret), "the log hides it");
    }
}

#[test]
fn a_mistake_in_a_network_is_told_with_its_mend() {
    let webhook = format!("kind = \"webhook\"\nsecret = \"{SIGNING_KEY}\"\n");
    for (settings, mend) in [
        ("chat = \"@my_channel\"".to_owned(), "say \"telegram\" or \"webhook\""),
        ("kind = \"myspace\"".to_owned(), "\"telegram\" or \"webhook\", not \"myspace\""),
        ("kind = \"telegram\"".to_owned(), "name the channel"),
        ("kind = \"telegram\"\nchat = \"my_channel\"".to_owned(), "with its @"),
        ("kind = \"telegram\"\nchat = \"https://t.me/my_channel\"".to_owned(), "with its @"),
        ("kind = \"telegram\"\nchat = 42".to_owned(), "a negative number"),
        (
            "kind = \"telegram\"\nchat = \"@my_channel\"\nchats = 1".to_owned(),
            "did you mean networks.x.chat?",
        ),
        (webhook.clone(), "networks.x.url"),
        (format!("{webhook}url = \"connector\""), "http:// or https://"),
        (format!("{webhook}url = \"https://me:secret@x.example\""), "without a user name"),
        (format!("{webhook}url = \"http://127.0.0.1:8080/\""), "allow_private_addresses = true"),
        (format!("{webhook}url = \"http://2130706433/\""), "allow_private_addresses = true"),
        (format!("{webhook}url = \"http://[::ffff:169.254.169.254]/\""), "allow_private_addresses = true"),
        (format!("{webhook}url = \"https://x.example\"\nconcurrency = 0"), "from 1 to 64"),
        (format!("{webhook}url = \"https://x.example\"\nallow_private_addresses = \"yes\""), "true or false"),
        ("kind = \"webhook\"\nurl = \"https://x.example\"".to_owned(), "networks.x.secret"),
        (
            "kind = \"webhook\"\nurl = \"https://x.example\"\nsecret = \"whsec_c2hvcnQ=\"".to_owned(),
            "openssl rand -base64 32",
        ),
    ] {
        let problem = mistake(&settings);
        assert!(problem.contains(mend), "{settings}\n→ {problem}");
    }
    let problem = only(load_file("[networks.News]\nkind = \"telegram\"\nchat = \"@my_channel\""));
    assert!(problem.contains("a to z"), "{problem}");
    assert!(load_file("[networks]").is_ok(), "no network is fine");
}

#[test]
fn a_lease_outlives_a_request() {
    let problem = problem(&[("SCHEDULER_PUBLISHING__LEASE_SECONDS", "30")]);
    assert!(problem.contains("publishing.lease_seconds (30)"), "{problem}");
}
