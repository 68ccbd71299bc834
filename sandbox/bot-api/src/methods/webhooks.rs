//! setWebhook, deleteWebhook, getWebhookInfo.

use serde_json::{Value, json};
use url::{Host, Url};

use super::{Call, result, true_};
use crate::answer::ApiError;
use crate::world::Webhook;

/// "Ports currently supported for webhooks: 443, 80, 88, 8443" (Bot API documentation, setWebhook).
const PORTS: [u16; 4] = [443, 80, 88, 8443];
/// "1-256 characters" (Bot API documentation, setWebhook, `secret_token`).
const MAX_SECRET: usize = 256;
/// "1-100. Defaults to 40." (Bot API documentation, setWebhook, `max_connections`).
const DEFAULT_CONNECTIONS: i64 = 40;

pub(super) fn set(call: &Call<'_>) -> Result<String, ApiError> {
    let Some(url) = call.params.text("url") else { return delete(call) };
    check_url(&url)?;
    let secret_token = call.params.text("secret_token");
    if let Some(secret) = &secret_token {
        check_secret(secret)?;
    }
    let max_connections = call.params.int("max_connections").unwrap_or(DEFAULT_CONNECTIONS).clamp(1, 100);
    let webhook = Webhook {
        url: url.into_owned(),
        secret_token: secret_token.map(std::borrow::Cow::into_owned),
        max_connections: usize::try_from(max_connections).unwrap_or(1),
        last_error: None,
    };
    change(call, Some(webhook))
}

pub(super) fn delete(call: &Call<'_>) -> Result<String, ApiError> {
    change(call, None)
}

fn change(call: &Call<'_>, webhook: Option<Webhook>) -> Result<String, ApiError> {
    let allowed = call.params.json("allowed_updates", "allowed updates").ok().flatten();
    let mut world = call.shared.world();
    let bot = world.bots.get_mut(&call.bot).ok_or_else(ApiError::unauthorized)?;
    bot.queue.set_allowed(allowed.as_deref());
    if call.params.flag("drop_pending_updates") {
        bot.queue.clear();
    }
    // What failed at the old address is tried at the new one at once.
    bot.queue.pending_mut().iter_mut().for_each(|update| update.delivery.not_before = None);
    bot.webhook = webhook;
    bot.wake.notify_waiters();
    drop(world);
    call.shared.webhook_wake.notify_one();
    call.shared.touch();
    Ok(true_())
}

/// HTTPS on Telegram's ports; on this very machine also HTTP on any port, so that tests need no certificates.
fn check_url(url: &str) -> Result<(), ApiError> {
    let bad = |words: &str| ApiError::bad(format!("bad webhook: {words}"));
    let url = Url::parse(url).map_err(|_| bad("URL is invalid"))?;
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(bad("URL host is empty")),
    };
    if url.scheme() == "http" && is_loopback {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err(bad("An HTTPS URL must be provided for webhook"));
    }
    if url.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
        Ok(())
    } else {
        Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443"))
    }
}

fn check_secret(secret: &str) -> Result<(), ApiError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if secret.len() > MAX_SECRET {
        Err(ApiError::bad("secret token is too long"))
    } else if !secret.bytes().all(allowed) {
        Err(ApiError::bad("secret token contains unallowed characters"))
    } else {
        Ok(())
    }
}

pub(super) fn info(call: &Call<'_>) -> Result<String, ApiError> {
    let world = call.shared.world();
    let bot = world.bots.get(&call.bot).ok_or_else(ApiError::unauthorized)?;
    let mut info = json!({
        "url": bot.webhook.as_ref().map_or("", |webhook| webhook.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": bot.queue.pending().len(),
    });
    if let Some(webhook) = &bot.webhook {
        info["max_connections"] = json!(webhook.max_connections);
        if let Some((date, words)) = &webhook.last_error {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = Value::String(words.clone());
        }
    }
    if let Some(allowed) = bot.queue.allowed() {
        info["allowed_updates"] = json!(allowed);
    }
    result(&info)
}
