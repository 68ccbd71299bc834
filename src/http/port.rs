//! What the routes work with.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::auth::{NoJwtSecret, Verifier};
use super::routes::{self, Route};
use crate::clock::Clock;
use crate::config::Config;
use crate::health::Health;
use crate::store::Store;

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
    routes: &'static [Route],
}

impl Port {
    /// A port over `store`, whose tables are there already.
    ///
    /// # Errors
    /// [`NoJwtSecret`] when the settings have no key to check callers' tokens with.
    pub fn new(store: Store, health: Health, config: Arc<Config>, clock: Clock) -> Result<Self, NoJwtSecret> {
        Self::with_routes(store, health, config, clock, routes::TABLE)
    }

    /// The same with other routes: tests add some that misbehave.
    pub(super) fn with_routes(
        store: Store,
        health: Health,
        config: Arc<Config>,
        clock: Clock,
        routes: &'static [Route],
    ) -> Result<Self, NoJwtSecret> {
        let verifier = Verifier::new(&config.jwt)?;
        Ok(Self { shared: Arc::new(Shared { store, health, config, clock, verifier, routes }) })
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

    pub(super) fn routes(&self) -> &'static [Route] {
        self.shared.routes
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }
}
