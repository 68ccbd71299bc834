//! Whether a token is signed by whom we know, with the one algorithm of the settings.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret as _, SecretString};

use super::claims::Claims;
use super::{Caller, NoJwtKey};
use crate::config;

/// Checks tokens.
pub(in crate::http) struct Verifier {
    /// The one in use and, while keys are rotated, the one before.
    keys: Vec<Key>,
    validation: Validation,
    wrong_algorithm: &'static str,
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) leeway: Duration,
    pub(super) max_lifetime: Duration,
}

struct Key {
    /// What a token's `kid` calls it.
    id: Option<String>,
    key: DecodingKey,
}

impl Verifier {
    /// A verifier with the keys and the expectations of the settings.
    ///
    /// # Errors
    /// [`NoJwtKey`] when there is no key.
    pub(in crate::http) fn new(jwt: &config::Jwt) -> Result<Self, NoJwtKey> {
        let (algorithm, [current, previous]) = keys(jwt)?;
        let current = current.map(|key| Key { id: jwt.key_id.clone(), key });
        let previous = previous.map(|key| Key { id: jwt.previous_key_id.clone(), key });
        let mut validation = Validation::new(algorithm);
        // The library checks the signature only. The claims are checked below, at our clock's time, which tests
        // move, and more strictly: it lets an `iss` list, a missing `iat` or a token of a hundred years pass.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        Ok(Self {
            keys: current.into_iter().chain(previous).collect(),
            validation,
            wrong_algorithm: wrong_algorithm(algorithm),
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
    pub(in crate::http) fn verify(
        &self,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Caller, &'static str> {
        self.verify_token(bearer_token(headers)?, now)
    }

    /// Whose token this is.
    pub(super) fn verify_token(&self, token: &str, now: DateTime<Utc>) -> Result<Caller, &'static str> {
        let header = jsonwebtoken::decode_header(token).map_err(|error| self.why(&error))?;
        // Extensions that must be understood, and that we don't (RFC 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err("the token has critical extensions");
        }
        let mut refused = "the token's `kid` names no key of ours";
        for key in self.keys_of(header.kid.as_deref()) {
            match jsonwebtoken::decode::<Claims>(token, &key.key, &self.validation) {
                Ok(decoded) => return decoded.claims.check(self, now),
                Err(error) => refused = self.why(&error),
            }
        }
        Err(refused)
    }

    /// The keys that may have signed a token with this `kid`: the one it names, or those without a name.
    fn keys_of(&self, kid: Option<&str>) -> impl Iterator<Item = &Key> {
        let named = kid.is_some_and(|kid| self.keys.iter().any(|key| key.id.as_deref() == Some(kid)));
        self.keys.iter().filter(move |key| match kid {
            None => true,
            Some(kid) if named => key.id.as_deref() == Some(kid),
            Some(_) => key.id.is_none(),
        })
    }

    fn why(&self, error: &Error) -> &'static str {
        match error.kind() {
            ErrorKind::InvalidAlgorithm => self.wrong_algorithm,
            ErrorKind::InvalidSignature => "the token's signature is wrong",
            ErrorKind::Json(_) => "the token's header or claims have the wrong form",
            _ => "the token is malformed",
        }
    }
}

/// The algorithm of the settings and its keys: the one in use, and the one before.
fn keys(jwt: &config::Jwt) -> Result<(Algorithm, [Option<DecodingKey>; 2]), NoJwtKey> {
    if let Some(public) = &jwt.public_key {
        let key = public.decoding_key().ok_or(NoJwtKey)?;
        let previous = jwt.previous_public_key.as_ref().and_then(config::PublicKey::decoding_key);
        return Ok((public.algorithm, [Some(key), previous]));
    }
    let hmac = |secret: &SecretString| DecodingKey::from_secret(secret.expose_secret().as_bytes());
    // With an empty key anybody could sign.
    let fit = |secret: &Option<SecretString>| {
        secret.as_ref().filter(|secret| !secret.expose_secret().is_empty()).map(hmac)
    };
    let key = fit(&jwt.secret).ok_or(NoJwtKey)?;
    Ok((Algorithm::HS256, [Some(key), fit(&jwt.previous_secret)]))
}

fn wrong_algorithm(ours: Algorithm) -> &'static str {
    match ours {
        Algorithm::EdDSA => "the token's algorithm is not EdDSA",
        Algorithm::ES256 => "the token's algorithm is not ES256",
        Algorithm::RS256 => "the token's algorithm is not RS256",
        _ => "the token's algorithm is not HS256",
    }
}

/// What the Authorization header holds after "Bearer".
///
/// # Errors
/// What is wrong with the header, for the log.
pub(in crate::http) fn bearer_token(headers: &HeaderMap) -> Result<&str, &'static str> {
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
