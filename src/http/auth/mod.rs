//! Who is calling: JSON Web Tokens in the Authorization header, HS256 and nothing else.

mod claims;
mod mint;
#[cfg(test)]
pub(in crate::http) mod tests;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::ExposeSecret as _;

pub use mint::{MintError, NewToken, mint};

use crate::config;
use claims::Claims;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One's own link to Telegram.
    Telegram,
    /// One's own posts.
    Posts,
    /// Telling what happened: for the platform's back end only.
    Events,
    /// Anybody's posts: for the platform's back end only.
    PostsAny,
    /// Running the service: for the platform's back end only.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Telegram, Self::Posts, Self::Events, Self::PostsAny, Self::Admin];

    /// As tokens name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Posts => "posts",
            Self::Events => "events",
            Self::PostsAny => "posts:any",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The settings have no key to sign or check tokens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("JWT_SECRET: is not set; make one with: openssl rand -base64 48")]
pub struct NoJwtSecret;

/// Whose request it is. No `Debug`: all of it is personal data.
pub(super) struct Caller {
    /// The token's `sub`.
    pub(super) account: String,
    /// The token's `name`, fit to be stored and shown.
    pub(super) name: Option<String>,
    /// The token's `email`, whole: mask it before it is kept.
    pub(super) email: Option<String>,
    scopes: Vec<Scope>,
}

impl Caller {
    /// Whether the token allows this.
    pub(super) fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Checks tokens.
pub(super) struct Verifier {
    key: DecodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
    leeway: Duration,
    max_lifetime: Duration,
}

impl Verifier {
    /// A verifier with the key and the expectations of the settings.
    pub(super) fn new(jwt: &config::Jwt) -> Result<Self, NoJwtSecret> {
        let secret = jwt.secret.as_ref().map(|secret| secret.expose_secret().as_bytes());
        // With an empty key anybody could sign.
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or(NoJwtSecret)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // The library checks the signature only. The claims are checked below, at our clock's time, which tests
        // move, and more strictly: it lets an `iss` list, a missing `iat` or a token of a hundred years pass.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        Ok(Self {
            key: DecodingKey::from_secret(secret),
            validation,
            issuer: jwt.issuer.clone(),
            audience: jwt.audience.clone(),
            leeway: jwt.leeway,
            max_lifetime: jwt.max_lifetime,
        })
    }

    /// Whose request this is.
    ///
    /// # Errors
    /// The check that failed, for the log: the caller gets the same answer whichever it was.
    pub(super) fn verify(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Caller, &'static str> {
        let token = bearer_token(headers)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation).map_err(
            |error| match error.kind() {
                ErrorKind::InvalidAlgorithm => "the token's algorithm is not HS256",
                ErrorKind::InvalidSignature => "the token's signature is wrong",
                ErrorKind::Json(_) => "the token's header or claims have the wrong form",
                _ => "the token is malformed",
            },
        )?;
        // Extensions that must be understood, and that we don't (RFC 7515, section 4.1.11).
        if decoded.header.crit.is_some() {
            return Err("the token has critical extensions");
        }
        decoded.claims.check(self, now)
    }
}

/// What the Authorization header holds after "Bearer".
///
/// # Errors
/// What is wrong with the header, for the log.
pub(super) fn bearer_token(headers: &HeaderMap) -> Result<&str, &'static str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or("no Authorization header")?;
    if values.next().is_some() {
        return Err("more than one Authorization header");
    }
    let value = value.to_str().map_err(|_| "the Authorization header is not ASCII")?;
    let (scheme, token) = value.split_once(' ').ok_or("the Authorization header has no token")?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err("the Authorization header's scheme is not Bearer");
    }
    Ok(token.trim_start_matches(' '))
}
