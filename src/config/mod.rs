//! The settings: load, validate, explain.
//!
//! Three layers, each laid over the one before: `config/default.toml`, which is inside the program; the file
//! that `--config` or `CONFIG_FILE` names; the environment. A setting that nobody knows is an error, never
//! silently ignored: a typing mistake must not look like a working limit. Every problem is reported at once.

mod address;
mod database_url;
mod environment;
mod jwt;
mod layers;
mod networks;
mod public_key;
mod read;
mod reader;
mod sections;
mod signing_key;
mod suggest;
#[cfg(test)]
mod tests;
mod update_mode;

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

pub use address::is_public;
pub use environment::Environment;
pub use networks::{Channel, Connector, Network, NetworkKind, TelegramNetwork};
pub use public_key::PublicKey;
pub use sections::{
    Alerts, Database, Delivery, Digest, Engine, Http, Jobs, Jwt, Metrics, Platform, Publishing, Rate,
    Telegram, UpdateMode,
};
pub use signing_key::{Signed, SigningKey, SigningKeys};

use layers::{Layer, Problems};
use reader::Reader;

/// Every setting, checked. A `Debug` of it prints no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which bot we are and how we hear from Telegram.
    pub telegram: Telegram,
    /// Where everything that was accepted is kept.
    pub database: Database,
    /// The one port we serve.
    pub http: Http,
    /// Whose word we take about who is calling.
    pub jwt: Jwt,
    /// Who may read the numbers.
    pub metrics: Metrics,
    /// How fast, how often and how long we try to deliver.
    pub delivery: Delivery,
    /// How posts are published, whatever the network.
    pub publishing: Publishing,
    /// Where posts can go, by name.
    pub networks: BTreeMap<String, Network>,
    /// When a person who has not chosen gets the daily digest.
    pub digest: Digest,
    /// Backups, and how long things are kept.
    pub jobs: Jobs,
    /// From when on admins are told of trouble.
    pub alerts: Alerts,
    /// What messages say about the platform.
    pub platform: Platform,
    /// The lines of [`Config::explain`], as loaded.
    explained: Vec<String>,
}

impl Config {
    /// Loads the settings: the defaults, then the file, then the environment. `file` is what `--config` named;
    /// without it `CONFIG_FILE` of the environment counts.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not only the first: unknown settings, values out of range, files that
    /// cannot be read, one thing set twice.
    pub fn load(environment: &Environment, file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut settings = layers::defaults(&mut problems);
        settings.extend(file_layer(environment, file, &mut problems));
        settings.extend(environment.layer(&mut problems));

        let mut reader = Reader::new(settings, problems);
        let telegram = Telegram::read(&mut reader);
        let database = Database::read(&mut reader);
        let http = Http::read(&mut reader);
        let jwt = Jwt::read(&mut reader);
        let metrics = Metrics::read(&mut reader);
        let delivery = Delivery::read(&mut reader);
        let publishing = Publishing::read(&mut reader);
        let networks = networks::read(&mut reader);
        let digest = Digest::read(&mut reader);
        let jobs = Jobs::read(&mut reader);
        let alerts = Alerts::read(&mut reader);
        let platform = Platform::read(&mut reader);
        let explained = reader.finish().map_err(|problems| ConfigError { problems })?;
        let telegram = telegram.ok_or_else(|| ConfigError::of("telegram.api_url: has no value; set it"))?;
        Ok(Self {
            telegram,
            database,
            http,
            jwt,
            metrics,
            delivery,
            publishing,
            networks,
            digest,
            jobs,
            alerts,
            platform,
            explained,
        })
    }

    /// A line for each setting, as it was loaded: `key = value  (from: default | file … | environment …)`.
    /// Secrets are shown as `***`.
    pub fn explain(&self) -> &[String] {
        &self.explained
    }

    /// Checks that there is a key to check tokens with. Only `run` and `token` need one, so that it may be missing
    /// elsewhere.
    ///
    /// # Errors
    ///
    /// When none is set: with a command that makes one.
    pub fn require_jwt_key(&self) -> Result<(), ConfigError> {
        let problem = "JWT_SECRET: is not set; make one with: openssl rand -base64 48 \
                       (and give the same to the platform that signs the tokens), \
                       or set JWT_PUBLIC_KEY_FILE where the platform has a key of its own";
        let known = self.jwt.secret.is_some() || self.jwt.public_key.is_some();
        known.then_some(()).ok_or_else(|| ConfigError::of(problem))
    }

    /// Every secret in the settings, for the log to hide: the bot token whole and without its public id, the
    /// JWT keys, the metrics token, the database's password, the networks' signing keys.
    pub fn secrets(&self) -> Vec<SecretString> {
        let token = self.telegram.token.iter().map(ExposeSecret::expose_secret);
        let key = self.jwt.secret.iter().chain(&self.jwt.previous_secret).map(ExposeSecret::expose_secret);
        let token_secret = token.clone().filter_map(|token| token.split_once(':')).map(|(_, secret)| secret);
        let webhook = self.telegram.webhook_secret();
        let passwords = database_url::passwords(self.database.url.expose_secret());
        let signing = self.networks.values().filter_map(Network::signing_keys);
        let signing = signing.flat_map(SigningKeys::each).map(SigningKey::expose);
        let signing = signing.flat_map(|key| [key, SigningKey::without_prefix(key)]);
        let metrics = self.metrics.token.iter().map(ExposeSecret::expose_secret);
        let plain =
            token.chain(token_secret).chain(key).chain(metrics).chain(signing).map(SecretString::from);
        plain.chain(webhook).chain(passwords.into_iter().map(SecretString::from)).collect()
    }
}

/// What is wrong with the settings: one line each, naming the setting as it was written and the mend.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", problems.join("\n"))]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// The problems, a line each; never empty.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    fn of(problem: &str) -> Self {
        Self { problems: vec![problem.to_owned()] }
    }
}

fn file_layer(environment: &Environment, file: Option<&Path>, problems: &mut Problems) -> Layer {
    match (file, environment.get("CONFIG_FILE")) {
        (Some(path), _) => layers::file(path, "--config", problems),
        (None, Some(path)) => layers::file(Path::new(path), "CONFIG_FILE", problems),
        (None, None) => Layer::new(),
    }
}
