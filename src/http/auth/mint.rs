//! Making tokens, for trying things out and for a platform that can't sign its own.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{NoJwtSecret, Scope};
use crate::config;
use crate::domain::event::ACCOUNT_MAX_CHARS;

/// What a token is to say.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    /// For whom: its `sub`.
    pub account: &'a str,
    /// What it allows.
    pub scopes: &'a [Scope],
    /// What the person is called.
    pub name: Option<&'a str>,
    /// Where the person gets mail.
    pub email: Option<&'a str>,
    /// How long it is valid, in whole seconds.
    pub lifetime: Duration,
}

/// Why no token was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// There is no key.
    #[error(transparent)]
    NoJwtSecret(#[from] NoJwtSecret),
    /// The port would not accept such an account.
    #[error("the account must have 1 to {ACCOUNT_MAX_CHARS} characters, none of them NUL")]
    Account,
    /// The port would not accept a token that lives so long.
    #[error("a token may live {} hours at most (jwt.max_lifetime_hours)", .max.as_secs() / 3600)]
    Lifetime {
        /// The longest life allowed.
        max: Duration,
    },
    /// The library could not sign.
    #[error("the token can't be signed: {0}")]
    Signing(String),
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    scope: String,
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// A signed token that the port accepts from `now` until its lifetime is over.
///
/// # Errors
/// When the port would refuse it: no key, no proper account, too long a life.
pub fn mint(jwt: &config::Jwt, token: &NewToken<'_>, now: DateTime<Utc>) -> Result<String, MintError> {
    let secret = jwt.secret.as_ref().map(|secret| secret.expose_secret().as_bytes());
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or(NoJwtSecret)?;
    let characters = token.account.chars().count();
    if token.account.trim().is_empty() || characters > ACCOUNT_MAX_CHARS || token.account.contains('\0') {
        return Err(MintError::Account);
    }
    if token.lifetime > jwt.max_lifetime {
        return Err(MintError::Lifetime { max: jwt.max_lifetime });
    }
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let iat = now.timestamp();
    let claims = Claims {
        sub: token.account,
        name: token.name,
        email: token.email,
        scope: scopes.join(" "),
        iss: &jwt.issuer,
        aud: &jwt.audience,
        iat,
        exp: iat.saturating_add_unsigned(token.lifetime.as_secs()),
    };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret))
        .map_err(|error| MintError::Signing(error.to_string()))
}
