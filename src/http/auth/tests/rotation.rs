//! Keys are changed while people are signed in.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use super::fixtures::{ED, ED_NEXT, ED_NEXT_PUBLIC, ED_PUBLIC};
use super::public_keys::{checked_with, signed_with};
use super::*;
use crate::config::PublicKey;

const NEXT: &str = "the key that the platform changes over to";

fn rotating(ids: [Option<&str>; 2]) -> config::Jwt {
    let [key_id, previous_key_id] = ids.map(|id| id.map(str::to_owned));
    let previous_secret = Some(SecretString::from(SECRET));
    config::Jwt { previous_secret, key_id, previous_key_id, ..settings(NEXT) }
}

fn token(secret: &str, kid: Option<&str>) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
    let at = now().timestamp();
    let claims =
        json!({"sub": "alice", "iss": "softfactory", "aud": "telegram-bot-scheduler", "exp": at + 60});
    encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn check(jwt: &config::Jwt, token: &str) -> Result<(), &'static str> {
    Verifier::new(jwt).unwrap().verify_token(token, now()).map(|_| ())
}

#[test]
fn tokens_of_both_keys_pass_while_they_are_changed_and_only_then() {
    let during = rotating([None, None]);
    assert_eq!((check(&during, &token(SECRET, None)), check(&during, &token(NEXT, None))), (Ok(()), Ok(())));
    assert_eq!(check(&during, &token("a third", None)), Err("the token's signature is wrong"));
    let after = settings(NEXT);
    assert_eq!(check(&after, &token(SECRET, None)), Err("the token's signature is wrong"));
}

#[test]
fn a_token_is_held_against_the_key_it_names() {
    let jwt = rotating([Some("2026-11"), Some("2026-05")]);
    assert_eq!(check(&jwt, &token(NEXT, Some("2026-11"))), Ok(()));
    assert_eq!(check(&jwt, &token(SECRET, Some("2026-05"))), Ok(()));
    assert_eq!(check(&jwt, &token(NEXT, Some("2026-05"))), Err("the token's signature is wrong"));
    for kid in ["2025-11", "", "../../dev/null", "2026-11\0"] {
        assert_eq!(
            check(&jwt, &token(NEXT, Some(kid))),
            Err("the token's `kid` names no key of ours"),
            "{kid}"
        );
    }
    assert_eq!(check(&jwt, &token(SECRET, None)), Ok(()), "who names none is held against both");
}

#[test]
fn a_platform_that_begins_to_name_its_keys_needs_no_pause() {
    let jwt = rotating([Some("2026-11"), None]);
    assert_eq!(check(&jwt, &token(NEXT, Some("2026-11"))), Ok(()));
    assert_eq!(check(&jwt, &token(SECRET, Some("whatever it was before"))), Ok(()));
}

#[test]
fn public_keys_are_changed_the_same_way() {
    let previous = Some(PublicKey::parse(ED_PUBLIC).unwrap());
    let jwt = config::Jwt { previous_public_key: previous, ..checked_with(ED_NEXT_PUBLIC) };
    let before = signed_with(ED, &checked_with(ED_PUBLIC)).unwrap();
    let since = signed_with(ED_NEXT, &jwt).unwrap();
    assert_eq!((check(&jwt, &before), check(&jwt, &since)), (Ok(()), Ok(())));
}

#[test]
fn what_we_sign_names_the_key_in_use() {
    let jwt = rotating([Some("2026-11"), Some("2026-05")]);
    let (scopes, lifetime) = (&[Scope::Telegram], Duration::from_secs(60));
    let wanted = NewToken { account: "alice", scopes, name: None, email: None, lifetime };
    let signed = mint(&jwt, &wanted, now()).unwrap();
    let header = jsonwebtoken::decode_header(&signed).unwrap();
    assert_eq!((header.kid.as_deref(), check(&jwt, &signed)), (Some("2026-11"), Ok(())));
}
