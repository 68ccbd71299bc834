//! What the routes work with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::auth::{NoJwtKey, Verifier};
use super::rates::Rates;
use super::routes::{self, Route};
use crate::clock::Clock;
use crate::config::Config;
use crate::health::Health;
use crate::store::Store;
use crate::telegram::Inbox;

/// Everything the routes need. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Port {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    health: Health,
    config: Arc<Config>,
    clock: Clock,
    verifier: Verifier,
    rates: Rates,
    inbox: Inbox,
    webhook_secret: Option<SecretString>,
    routes: &'static [Route],
}

impl Port {
    /// A port over `store`, whose tables are there already; updates that Telegram brings go into `inbox`.
    ///
    /// # Errors
    /// [`NoJwtKey`] when the settings have no key to check callers' tokens with.
    pub fn new(
        store: Store,
        health: Health,
        config: Arc<Config>,
        clock: Clock,
        inbox: Inbox,
    ) -> Result<Self, NoJwtKey> {
        Self::with_routes(store, health, config, clock, inbox, routes::TABLE)
    }

    /// The same with other routes: tests add some that misbehave.
    pub(super) fn with_routes(
        store: Store,
        health: Health,
        config: Arc<Config>,
        clock: Clock,
        inbox: Inbox,
        routes: &'static [Route],
    ) -> Result<Self, NoJwtKey> {
        let verifier = Verifier::new(&config.jwt)?;
        let rates = Rates::new(&config.http);
        let webhook_secret = config.telegram.webhook_secret();
        Ok(Self {
            shared: Arc::new(Shared {
                store,
                health,
                config,
                clock,
                verifier,
                rates,
                inbox,
                webhook_secret,
                routes,
            }),
        })
    }

    pub(super) fn store(&self) -> &Store {
        &self.shared.store
    }

    pub(super) fn health(&self) -> &Health {
        &self.shared.health
    }

    pub(super) fn config(&self) -> &Config {
        &self.shared.config
    }

    pub(super) fn verifier(&self) -> &Verifier {
        &self.shared.verifier
    }

    pub(super) fn rates(&self) -> &Rates {
        &self.shared.rates
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.shared.inbox
    }

    /// Whether `shown` is the secret that Telegram shows with updates, in a time that tells nothing about it.
    pub(super) fn is_webhook_secret(&self, shown: &[u8]) -> bool {
        let secret = self.shared.webhook_secret.as_ref();
        secret.is_some_and(|secret| secret.expose_secret().as_bytes().ct_eq(shown).into())
    }

    pub(super) fn routes(&self) -> &'static [Route] {
        self.shared.routes
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }
}
