//! The settings: load, validate, explain.
//!
//! Three layers, each laid over the one before: `config/default.toml`, which is inside the program; the file
//! that `--config` or `CONFIG_FILE` names; the environment. A setting that nobody knows is an error, never
//! silently ignored: a typing mistake must not look like a working limit. Every problem is reported at once.

mod database_url;
mod sections;

pub use sections::{Database, Delivery, Digest, Engine, Http, Jwt, Platform, Telegram, UpdateMode};

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
    /// How fast, how often and how long we try to deliver.
    pub delivery: Delivery,
    /// When a person who has not chosen gets the daily digest.
    pub digest: Digest,
    /// What messages say about the platform.
    pub platform: Platform,
}
