//! Posts to the platform's own connector: one signed request, no redirect, a bounded answer, a bounded time.

mod answer;
mod guard;
mod signature;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use super::Verdict;
use super::pace::Pace;
use crate::config::{Connector, SigningKeys};
use crate::domain::failure_code::FailureCode;
use crate::domain::post::{Outcome, Post, Reason};
use guard::{AddressRefused, Guard};

/// How long may a connection take to come about?
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How much of an answer is read? What a connector has to say is far shorter.
const ANSWER_LIMIT: usize = 64 << 10;

/// Who calls, for the connector's log.
const USER_AGENT: &str = concat!("telegram-bot-scheduler/", env!("CARGO_PKG_VERSION"));

/// The connector of one network.
pub(super) struct Webhook {
    network: String,
    url: Url,
    keys: SigningKeys,
    client: reqwest::Client,
    pub(super) pace: Pace,
}

/// What a connector is sent.
#[derive(Serialize)]
struct Body<'a> {
    id: i64,
    account: &'a str,
    network: &'a str,
    text: &'a str,
    media_url: Option<&'a str>,
    publish_at: String,
    attempt: u32,
}

impl Webhook {
    pub(super) fn new(
        network: &str,
        connector: &Connector,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_LIMIT)
            // All of it, to the last byte of the answer.
            .timeout(timeout)
            // Whoever is redirected to was not checked, and a POST may have been carried out already.
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve the name itself, past the guard.
            .no_proxy()
            // A kept connection that the other side is just closing would look like a post nobody answered.
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Guard { allow_private: connector.allow_private_addresses }))
            .build()?;
        let (url, keys) = (connector.url.clone(), connector.keys.clone());
        let pace = Pace::new(connector.max_per_minute, Instant::now());
        Ok(Self { network: network.to_owned(), url, keys, client, pace })
    }

    /// Sends `post`, once, and says what came of it.
    pub(super) async fn send(&self, post: &Post, now: DateTime<Utc>) -> Verdict {
        let body = Body {
            id: post.id,
            account: &post.account,
            network: &post.network,
            text: &post.text,
            media_url: post.media_url.as_deref(),
            publish_at: post.publish_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            attempt: post.attempts + 1,
        };
        let Ok(body) = serde_json::to_vec(&body) else { return unsendable() };
        let Some(headers) = signature::headers(&self.keys, &message_id(post), now, &body) else {
            return unsendable();
        };
        let request = self.client.post(self.url.clone()).headers(headers).body(body);
        match request.send().await {
            Ok(response) => {
                let (status, wait) = (response.status().as_u16(), retry_after(response.headers()));
                let verdict = answer::judge(status, wait, &read(response).await);
                log::debug!(target: "publish", "{}: post {} answered with {status}", self.network, post.id);
                verdict
            }
            Err(error) => self.unanswered(post.id, error),
        }
    }

    fn unanswered(&self, id: i64, error: reqwest::Error) -> Verdict {
        // Without the address: its path or query may hold a key.
        let error = error.without_url();
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            if error.is::<AddressRefused>() {
                log::warn!(target: "publish", "{}: post {id}: {error}", self.network);
                let reason = Reason::new(
                    "The network's connector is at an address that posts are not sent to",
                    "Ask whoever runs the service to check the connector's address in the settings, then retry",
                );
                return Verdict::Settled(Outcome::Failed(reason.of_class(FailureCode::ConnectorRefused)));
            }
            words = format!("{words}: {error}");
            cause = error.source();
        }
        log::warn!(target: "publish", "{}: post {id}: {words}", self.network);
        // Only a failed connect proves that nothing was written.
        if error.is_connect() || error.is_builder() {
            return Verdict::TryAgain {
                wait: Duration::ZERO,
                reason: Reason::new(
                    "The network's connector could not be reached",
                    "Retry a little later. If it fails again, ask whoever runs the service",
                )
                .of_class(FailureCode::ConnectorUnreachable),
            };
        }
        let error = if error.is_timeout() {
            "The network did not answer in time"
        } else {
            "The connection to the network broke off before its answer"
        };
        Verdict::Settled(Outcome::Unconfirmed(Reason::new(error, answer::LOOK)))
    }
}

/// What a connector tells two tries of one post by: the same for all of them, and never given to another post, not
/// even by a database that begins anew.
fn message_id(post: &Post) -> String {
    format!("post_{}_{}", post.id, post.created_at.timestamp_millis())
}

fn unsendable() -> Verdict {
    let reason =
        Reason::new("The post can't be written as a request", "Change its text and schedule it again");
    Verdict::Settled(Outcome::Failed(reason.of_class(FailureCode::TextRejected)))
}

/// The beginning of the answer; what follows, or never comes, is left.
async fn read(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ANSWER_LIMIT - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == ANSWER_LIMIT {
            break;
        }
    }
    body
}

/// The wait that the answer asks for, in seconds; dates are not believed, clocks differ.
fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds.map(Duration::from_secs).unwrap_or_default()
}

/// Declares what the body is.
fn json() -> (reqwest::header::HeaderName, HeaderValue) {
    (CONTENT_TYPE, HeaderValue::from_static("application/json"))
}
