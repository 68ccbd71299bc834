//! Telegram brings updates itself: where to.

use super::*;

const MODE: (&str, &str) = ("SCHEDULER_TELEGRAM__UPDATE_MODE", "webhook");
const URL: &str = "SCHEDULER_TELEGRAM__WEBHOOK_URL";
const ADDRESS: &str = "https://bot.example.com/api/telegram/webhook";

#[test]
fn the_address_is_where_telegram_calls() {
    let config = loaded(&[MODE, (URL, ADDRESS)]);
    assert_eq!(config.telegram.update_mode, UpdateMode::Webhook { url: ADDRESS.parse().unwrap() });
    let polling = loaded(&[(URL, ADDRESS)]);
    assert_eq!(polling.telegram.update_mode, UpdateMode::Polling, "an address alone changes nothing");
}

#[test]
fn an_address_that_telegram_never_calls_is_refused() {
    let said = problem(&[MODE]);
    assert!(said.contains("needs telegram.webhook_url"), "{said}");
    for wrong in ["http://bot.example.com/", "https://bot.example.com:8000/"] {
        let said = problem(&[MODE, (URL, wrong)]);
        assert!(said.starts_with(URL) && said.contains("443, 80, 88 or 8443"), "{said}");
    }
    assert!(problem(&[MODE, (URL, "bot.example.com")]).contains("https://"));
    // A Bot API server of one's own may call whom it likes.
    loaded(&[MODE, (URL, "http://127.0.0.1:8000/"), ("TELOXIDE_API_URL", "http://127.0.0.1:8081")]);
}

#[test]
fn the_secret_follows_the_token_and_is_hidden() {
    let secret = |token: &str| {
        let config = loaded(&[("TELEGRAM_BOT_TOKEN", token)]);
        let secret = config.telegram.webhook_secret().unwrap().expose_secret().to_owned();
        assert!(config.secrets().iter().any(|hidden| hidden.expose_secret() == secret));
        secret
    };
    let (one, other) = (secret(TOKEN), secret(&TOKEN.replace("AAF", "AAG")));
    assert_eq!((one.len(), one == other, &one), (43, false, &secret(TOKEN)));
    assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
    assert!(loaded(&[]).telegram.webhook_secret().is_none());
}
