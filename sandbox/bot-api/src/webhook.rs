//! Posts updates to webhooks, as Telegram does: in order within a chat, side by side across chats, again until 2xx.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use crate::clock;
use crate::shared::Shared;
use crate::world::World;

/// How long one delivery may take from connecting to the last byte of the answer.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);
/// The longest wait between two tries, in first waits (Telegram: 1 s grows to about a minute).
const LONGEST_BACKOFF: u32 = 60;
/// Longest `Retry-After` that is honoured (Bot API server, `MAX_RETRY_AFTER`).
const LONGEST_RETRY_AFTER: u64 = 3600;

/// One update on its way.
struct Parcel {
    bot: i64,
    update: i64,
    json: String,
    url: String,
    secret_token: Option<String>,
}

/// Why a delivery failed.
struct Failure {
    words: String,
    retry_after: Option<Duration>,
}

/// Delivers until the server stops.
pub(crate) async fn deliver_all(shared: Arc<Shared>) {
    loop {
        let now = Instant::now();
        let (due, next) = due(&mut shared.world(), now);
        for parcel in due {
            tokio::spawn(deliver(Arc::clone(&shared), parcel));
        }
        // Without anything to wait for, only a wake-up matters; an hour is as good as for ever.
        let wait = next.map_or(Duration::from_secs(3600), |next| next.saturating_duration_since(now));
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = shared.webhook_wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What can go out now (marked as in flight), and when to look again.
fn due(world: &mut World, now: Instant) -> (Vec<Parcel>, Option<Instant>) {
    let mut parcels = Vec::new();
    let mut next: Option<Instant> = None;
    for (id, bot) in &mut world.bots {
        let Some(webhook) = &bot.webhook else { continue };
        let mut in_flight = bot.queue.pending().iter().filter(|update| update.delivery.in_flight).count();
        let mut busy = HashSet::new();
        for update in bot.queue.pending_mut() {
            // The first of its lane decides for all behind it.
            if !busy.insert(update.lane) || update.delivery.in_flight {
                continue;
            }
            if let Some(at) = update.delivery.not_before.filter(|at| *at > now) {
                next = Some(next.map_or(at, |next| next.min(at)));
            } else if in_flight < webhook.max_connections {
                in_flight += 1;
                update.delivery.in_flight = true;
                parcels.push(Parcel {
                    bot: *id,
                    update: update.id,
                    json: update.json.clone(),
                    url: webhook.url.clone(),
                    secret_token: webhook.secret_token.clone(),
                });
            }
        }
    }
    (parcels, next)
}

async fn deliver(shared: Arc<Shared>, parcel: Parcel) {
    let outcome = tokio::select! {
        () = shared.stop.cancelled() => return,
        outcome = tokio::time::timeout(DELIVERY_TIMEOUT, post(&parcel)) => outcome,
    };
    let failure = match outcome {
        Ok(Ok((status, _))) if status.is_success() => None,
        Ok(Ok((status, retry_after))) => {
            let reason = status.canonical_reason().unwrap_or_default();
            let words = format!("Wrong response from the webhook: {} {reason}", status.as_u16());
            Some(Failure { words, retry_after })
        }
        Ok(Err(error)) => Some(Failure { words: error.to_string(), retry_after: None }),
        Err(_) => Some(Failure { words: "Read timeout expired".to_owned(), retry_after: None }),
    };
    settle(&shared, &parcel, failure);
    shared.webhook_wake.notify_one();
    shared.touch();
}

/// Removes a delivered update, or says when it is tried again.
fn settle(shared: &Shared, parcel: &Parcel, failure: Option<Failure>) {
    let mut world = shared.world();
    let Some(bot) = world.bots.get_mut(&parcel.bot) else { return };
    let Some(failure) = failure else {
        bot.queue.delivered(parcel.update);
        return;
    };
    if let Some(webhook) = &mut bot.webhook {
        webhook.last_error = Some((clock::unix_seconds(), failure.words));
    }
    let backoff = shared.options.webhook_backoff;
    if let Some(update) = bot.queue.pending_mut().iter_mut().find(|update| update.id == parcel.update) {
        let delivery = &mut update.delivery;
        let factor = 2_u32.saturating_pow(delivery.failures).min(LONGEST_BACKOFF);
        delivery.in_flight = false;
        delivery.failures += 1;
        delivery.not_before = Some(Instant::now() + failure.retry_after.unwrap_or(backoff * factor));
    }
}

/// One POST. The words of its errors are what getWebhookInfo shows.
async fn post(parcel: &Parcel) -> anyhow::Result<(StatusCode, Option<Duration>)> {
    let url = Url::parse(&parcel.url).context("URL is invalid")?;
    // There is no certificate authority on a test machine: https is taken by setWebhook and can't be delivered to.
    anyhow::ensure!(url.scheme() == "http", "SSL error: this server delivers to http:// on loopback only");
    let address = url.socket_addrs(|| None).context("Failed to resolve host")?;
    let stream = TcpStream::connect(address.as_slice()).await.context("Connection refused")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let host = url.authority();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&url[url::Position::BeforePath..url::Position::AfterQuery])
        .header(HOST, host)
        .header(CONTENT_TYPE, "application/json");
    if let Some(secret) = &parcel.secret_token {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let request = request.body(Full::new(Bytes::from(parcel.json.clone())))?;
    let response = sender.send_request(request).await.context("Webhook connection closed")?;
    let status = response.status();
    let seconds =
        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    response.into_body().collect().await.context("Webhook connection closed")?;
    Ok((status, seconds.map(|seconds| Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER)))))
}
