//! Making tokens, for trying things out and for a platform that can't sign its own.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{NoJwtKey, Scope, Verifier};
use crate::config;
use crate::domain::account_id;

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
    NoJwtKey(#[from] NoJwtKey),
    /// Here tokens are only checked.
    #[error("JWT_PUBLIC_KEY only checks tokens: name the key that signs them with --private-key")]
    OnlyChecked,
    /// Nothing would accept its tokens.
    #[error("--private-key: there is no JWT_PUBLIC_KEY that its tokens would be checked with")]
    NoPublicKey,
    /// Its tokens would not be accepted.
    #[error("--private-key: is not the other half of JWT_PUBLIC_KEY, in PEM (-----BEGIN PRIVATE KEY-----)")]
    PrivateKey,
    /// The port would not accept such an account.
    #[error("the account must have 1 to {} characters, none of them NUL", account_id::MAX_CHARS)]
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

/// A token that the port accepts from `now` until its lifetime is over, signed with the shared secret.
///
/// # Errors
/// When the port would refuse it: no key, no proper account, too long a life.
pub fn mint(jwt: &config::Jwt, token: &NewToken<'_>, now: DateTime<Utc>) -> Result<String, MintError> {
    if jwt.public_key.is_some() {
        return Err(MintError::OnlyChecked);
    }
    let secret = jwt.secret.as_ref().map(|secret| secret.expose_secret().as_bytes());
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or(NoJwtKey)?;
    sign(jwt, token, now, Algorithm::HS256, &EncodingKey::from_secret(secret))
}

/// The same signed with the platform's private key, in PEM.
///
/// # Errors
/// The same, and when it is no such key or not the other half of the public one.
pub fn mint_with(
    private_key: &str,
    jwt: &config::Jwt,
    token: &NewToken<'_>,
    now: DateTime<Utc>,
) -> Result<String, MintError> {
    let algorithm = jwt.public_key.as_ref().ok_or(MintError::NoPublicKey)?.algorithm;
    let pem = private_key.as_bytes();
    let key = match algorithm {
        Algorithm::EdDSA => EncodingKey::from_ed_pem(pem),
        Algorithm::ES256 => EncodingKey::from_ec_pem(pem),
        _ => EncodingKey::from_rsa_pem(pem),
    };
    let signed = sign(jwt, token, now, algorithm, &key.map_err(|_| MintError::PrivateKey)?)?;
    let accepted = Verifier::new(jwt)?.verify_token(&signed, now);
    accepted.map(|_| signed).map_err(|_| MintError::PrivateKey)
}

fn sign(
    jwt: &config::Jwt,
    token: &NewToken<'_>,
    now: DateTime<Utc>,
    algorithm: Algorithm,
    key: &EncodingKey,
) -> Result<String, MintError> {
    account_id::check(token.account).map_err(|_| MintError::Account)?;
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
    let header = Header { kid: jwt.key_id.clone(), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, &claims, key).map_err(|error| MintError::Signing(error.to_string()))
}
