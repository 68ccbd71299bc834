//! The platform signs with a key of its own, and we hold only the public half.

use jsonwebtoken::Algorithm;

use super::fixtures::{EC, EC_PUBLIC, ED, ED_NEXT, ED_PUBLIC, RSA, RSA_PUBLIC};
use super::*;
use crate::config::PublicKey;

/// Settings with this public key.
pub(super) fn checked_with(pem: &str) -> config::Jwt {
    config::Jwt { secret: None, public_key: Some(PublicKey::parse(pem).unwrap()), ..settings(SECRET) }
}

/// A token for alice signed with this private key.
pub(super) fn signed_with(private_key: &str, jwt: &config::Jwt) -> Result<String, MintError> {
    let (scopes, lifetime) = (&[Scope::Telegram], Duration::from_secs(60));
    let wanted = NewToken { account: "alice", scopes, name: None, email: None, lifetime };
    mint_with(private_key, jwt, &wanted, now())
}

fn account_of(token: &str, jwt: &config::Jwt) -> Result<String, &'static str> {
    Verifier::new(jwt).unwrap().verify_token(token, now()).map(|caller| caller.account)
}

#[test]
fn each_kind_of_key_has_its_algorithm_and_checks_its_tokens() {
    for (private, public, algorithm) in [
        (ED, ED_PUBLIC, Algorithm::EdDSA),
        (EC, EC_PUBLIC, Algorithm::ES256),
        (RSA, RSA_PUBLIC, Algorithm::RS256),
    ] {
        let jwt = checked_with(public);
        assert_eq!(jwt.public_key.as_ref().unwrap().algorithm, algorithm);
        let token = signed_with(private, &jwt).unwrap();
        assert_eq!(account_of(&token, &jwt).as_deref(), Ok("alice"), "{algorithm:?}");
    }
}

#[test]
fn a_token_of_another_algorithm_is_refused_even_when_its_key_is_public() {
    for public in [ED_PUBLIC, EC_PUBLIC, RSA_PUBLIC] {
        let jwt = checked_with(public);
        // The old trick: what everybody may know, taken for the secret of an HMAC.
        for secret in [public, &format!("{public}\n"), ""] {
            let forger = Forger { secret, now: now().timestamp() };
            let refused = account_of(&forger.with(json!({})), &jwt).unwrap_err();
            assert!(refused.starts_with("the token's algorithm is not "), "{refused}");
        }
    }
    for (private, theirs) in [(ED, ED_PUBLIC), (EC, EC_PUBLIC), (RSA, RSA_PUBLIC)] {
        let token = signed_with(private, &checked_with(theirs)).unwrap();
        for ours in [ED_PUBLIC, EC_PUBLIC, RSA_PUBLIC].into_iter().filter(|ours| *ours != theirs) {
            let refused = account_of(&token, &checked_with(ours)).unwrap_err();
            assert!(refused.starts_with("the token's algorithm is not "), "{refused}");
        }
        assert_eq!(account_of(&token, &settings(SECRET)), Err("the token's algorithm is not HS256"));
    }
}

#[test]
fn a_token_that_was_changed_or_signed_by_somebody_else_is_refused() {
    let jwt = checked_with(ED_PUBLIC);
    let token = signed_with(ED, &jwt).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let other = signed_with(ED_NEXT, &checked_with(super::fixtures::ED_NEXT_PUBLIC)).unwrap();
    let their_claims = other.split('.').nth(1).unwrap().replacen('e', "f", 1);
    for bad in [other.clone(), format!("{header}.{their_claims}.{signature}"), format!("{message}.")] {
        assert!(account_of(&bad, &jwt).is_err(), "{bad}");
    }
}

#[test]
fn what_would_not_be_accepted_is_not_signed() {
    let jwt = checked_with(ED_PUBLIC);
    for wrong in [ED_NEXT, EC, RSA, ED_PUBLIC, "", "-----BEGIN PRIVATE KEY-----"] {
        assert_eq!(signed_with(wrong, &jwt), Err(MintError::PrivateKey));
    }
    assert_eq!(signed_with(ED, &settings(SECRET)), Err(MintError::NoPublicKey));
    let wanted = NewToken {
        account: "alice",
        scopes: &[Scope::Telegram],
        name: None,
        email: None,
        lifetime: Duration::from_secs(60),
    };
    assert_eq!(mint(&jwt, &wanted, now()), Err(MintError::OnlyChecked));
}
