//! Webhook mode: Telegram is told where to bring updates, and from time to time again.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::updates::{ALLOWED, BACKOFF, SHORT_CALL};
use super::{Answer, Api, RefusalClass};
use crate::clock::Clock;
use crate::health::{Health, Telegram};

/// How often is Telegram told again? Another process with the same token may have taken the webhook away, and nobody
/// would notice that no updates come.
const TELL_AGAIN: Duration = Duration::from_secs(300);

/// How often is it looked whether somebody else has found Telegram away?
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many updates may Telegram bring at the same time? Well below the port's connections.
const MAX_CONNECTIONS: u8 = 40;

/// What is needed to tell Telegram.
pub struct Webhook {
    /// Access to Telegram.
    pub api: Api,
    /// Who wants to know how it goes.
    pub health: Health,
    /// What time it is.
    pub clock: Clock,
    /// Where the port can be reached from the internet.
    pub url: Url,
    /// What Telegram shows with each update, so that nobody else can bring any.
    pub secret: SecretString,
}

impl Webhook {
    /// Sets the webhook, and sets it again, until `stop`. It stays set: whoever takes over sets the same, and updates
    /// that can't be brought meanwhile wait at Telegram.
    pub async fn run(self, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let set = tokio::select! {
                () = stop.cancelled() => return,
                set = self.set() => set,
            };
            let pause = if set {
                failures = 0;
                TELL_AGAIN
            } else {
                failures += 1;
                BACKOFF[(failures - 1).min(BACKOFF.len() - 1)]
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.in_trouble(), if set => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Returns when somebody found out that it does not stand well with Telegram: whoever sets the webhook then finds
    /// out when it does again, as polling does.
    async fn in_trouble(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.health.telegram() != Telegram::Up {
                return;
            }
        }
    }

    /// True when Telegram knows where to bring updates; else it is logged and noted why not.
    async fn set(&self) -> bool {
        let request = json!({
            "url": self.url.as_str(),
            "secret_token": self.secret.expose_secret(),
            "allowed_updates": ALLOWED,
            "max_connections": MAX_CONNECTIONS,
        });
        match self.api.call_raw("SetWebhook", &request, SHORT_CALL).await {
            Answer::Done(_) => {
                self.health.note_telegram(Telegram::Up, "the webhook is set");
                self.health.polled(self.clock.now());
                return true;
            }
            Answer::Refused(refusal) if refusal.class() == RefusalClass::TokenRefused => {
                self.health.note_telegram(Telegram::TokenRefused, &refusal.description);
            }
            Answer::Refused(refusal) => {
                self.health.note_telegram(Telegram::WebhookRefused, &refusal.description);
            }
            Answer::NotSent(why) | Answer::Unknown(why) => {
                self.health.note_telegram(Telegram::Unreachable, &why);
            }
        }
        false
    }
}
