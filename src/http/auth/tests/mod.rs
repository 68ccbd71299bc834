//! Tokens that are believed and tokens that are not, each for a reason of its own.

mod fixtures;
pub(in crate::http) mod forged;
mod public_keys;
mod rotation;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::config;
use forged::{Bad, Forger, bad_requests};

/// The settings that the tokens are made for.
fn settings(secret: &str) -> config::Jwt {
    config::Jwt {
        secret: Some(SecretString::from(secret)),
        previous_secret: None,
        public_key: None,
        previous_public_key: None,
        key_id: None,
        previous_key_id: None,
        issuer: "softfactory".into(),
        audience: "telegram-bot-scheduler".into(),
        leeway: Duration::from_secs(5),
        max_lifetime: Duration::from_secs(24 * 3600),
    }
}

const SECRET: &str = "a key that only the platform and we know";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn verify(authorization: &[String], now: DateTime<Utc>) -> Result<Caller, &'static str> {
    let mut headers = HeaderMap::new();
    for value in authorization {
        headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
    }
    Verifier::new(&settings(SECRET)).unwrap().verify(&headers, now)
}

/// The caller of a token with these changes.
fn caller(changes: Value) -> Caller {
    let forger = Forger { secret: SECRET, now: now().timestamp() };
    verify(&[format!("Bearer {}", forger.with(changes))], now()).unwrap()
}

#[test]
fn each_bad_token_is_refused_for_its_own_reason() {
    for Bad { what, authorization, refused_for } in bad_requests(SECRET, now()) {
        match verify(&authorization, now()) {
            Ok(_) => panic!("{what}: was let in"),
            Err(reason) => assert!(reason.contains(refused_for), "{what}: refused, but because {reason}"),
        }
    }
}

#[test]
fn honest_tokens_get_in() {
    let at = now().timestamp();
    for changes in [
        json!({}),
        json!({"aud": ["another-service", "telegram-bot-scheduler"]}),
        json!({"exp": at + 600, "iat": null}),
        json!({"exp": at as f64 + 600.5, "iat": at as f64 - 0.5}),
        json!({"exp": at - 4, "iat": at - 600}),
        json!({"exp": at + 24 * 3600}),
        json!({"iat": at + 4, "nbf": at + 4}),
        json!({"nbf": at - 60}),
        json!({"sub": "é".repeat(200)}),
        json!({"jti": "1", "azp": {"a": [1]}}),
    ] {
        assert!(caller(changes.clone()).has(Scope::Telegram), "{changes}");
    }
}

#[test]
fn the_scheme_is_not_case_sensitive() {
    let token = Forger { secret: SECRET, now: now().timestamp() }.with(json!({}));
    for scheme in ["bearer", "BEARER", "Bearer "] {
        assert!(verify(&[format!("{scheme} {token}")], now()).is_ok(), "{scheme}");
    }
}

#[test]
fn only_scopes_of_ours_count_in_either_claim() {
    let both = caller(json!({"scope": "openid events posts:any", "scopes": ["admin", "root"]}));
    let held: Vec<Scope> = Scope::ALL.into_iter().filter(|scope| both.has(*scope)).collect();
    assert_eq!(held, [Scope::Events, Scope::PostsAny, Scope::Admin]);
    let none = caller(json!({"scope": "telegrams,telegram"}));
    assert!(Scope::ALL.into_iter().all(|scope| !none.has(scope)));
    assert!(!caller(json!({"scope": null})).has(Scope::Telegram));
}

#[test]
fn names_and_addresses_are_fit_to_be_kept() {
    let fine = caller(json!({"name": "  Mina\u{0}\n Park ", "email": "mina@example.com"}));
    assert_eq!(fine.name.as_deref(), Some("Mina Park"));
    assert_eq!(fine.email.as_deref(), Some("mina@example.com"));
    let unfit = caller(json!({"name": "\u{0}\n", "email": "mi\u{0}na@example.com"}));
    assert_eq!((unfit.name, unfit.email), (None, None));
    let long = caller(json!({"name": "é".repeat(300), "email": format!("{}@example.com", "a".repeat(300))}));
    assert_eq!((long.name.unwrap().chars().count(), long.email), (200, None));
}

#[test]
fn a_minted_token_is_one_the_port_accepts_until_it_expires() {
    let wanted = NewToken {
        account: "alice",
        scopes: &[Scope::Posts, Scope::PostsAny],
        name: Some("Mina"),
        email: None,
        lifetime: Duration::from_secs(60),
    };
    let token = mint(&settings(SECRET), &wanted, now()).unwrap();
    let header = [format!("Bearer {token}")];
    let caller = verify(&header, now()).unwrap();
    assert_eq!((caller.account.as_str(), caller.name.as_deref()), ("alice", Some("Mina")));
    assert!(caller.has(Scope::Posts) && caller.has(Scope::PostsAny) && !caller.has(Scope::Admin));
    assert!(verify(&header, now() + TimeDelta::seconds(64)).is_ok());
    assert_eq!(verify(&header, now() + TimeDelta::seconds(65)).err(), Some("the token has expired"));
}

#[test]
fn what_the_port_would_refuse_is_not_minted() {
    let good = NewToken {
        account: "alice",
        scopes: &[Scope::Telegram],
        name: None,
        email: None,
        lifetime: Duration::from_secs(24 * 3600),
    };
    let settings = settings(SECRET);
    assert!(mint(&settings, &good, now()).is_ok());
    let too_long = NewToken { lifetime: Duration::from_secs(24 * 3600 + 1), ..good.clone() };
    assert_eq!(mint(&settings, &too_long, now()), Err(MintError::Lifetime { max: settings.max_lifetime }));
    for account in ["", " ", "a\0", &"a".repeat(201)] {
        let nobody = NewToken { account, ..good.clone() };
        assert_eq!(mint(&settings, &nobody, now()), Err(MintError::Account), "{account:?}");
    }
    for secret in [None, Some(SecretString::from(""))] {
        let keyless = config::Jwt { secret, ..settings.clone() };
        assert_eq!(mint(&keyless, &good, now()), Err(NoJwtKey.into()));
        assert!(Verifier::new(&keyless).is_err(), "with an empty key anybody could sign");
    }
}
