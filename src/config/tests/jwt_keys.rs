//! What tokens are checked with: one kind of key, and while it is changed the one before.

use super::*;

const ED: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAbxHkxDA58cPGQ9nhDKPAXJv0mp9x9u4v3fpJ6XjYmdg=
-----END PUBLIC KEY-----";
const EC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0jjQ3nlu1dTEsSea8rv2wyJLFUmk
hRyb47dwrZShuvparo38yb0JpNXzVutTe3Pt/yhgw7Q0/sNDGyr/Cff85w==
-----END PUBLIC KEY-----";
const P384: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEXGydUMw3mcHZwIcrF9HwAklWrMNVRlbK
ikQ760HJhTL7sgjiPgfdOxDNGvtQiqMKmj+8IUf1I4ArMWlqvrr7PyYBpYSi+DLa
Uj1ebxlKtuFeEfr1SIMafupfSMQdq4XD
-----END PUBLIC KEY-----";
const SHORT_RSA: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDOZua9U8f7Tv+Q/qD//Q8z+au0
/7BqhWjbofvfyb9psDVqfhK1sub7L8YEag3UaPz1qWFIvTelzueJCRJ4RS56D+t6
d1v0U9eUWYhrGEufLLzJBB7waVkIe87GDmNRYVhOum1UIzJcWDOkmekNFwvRTiVt
erZK5ichMex5wnDsXwIDAQAB
-----END PUBLIC KEY-----";

#[test]
fn a_key_of_several_lines_comes_from_its_file() {
    let (_folder, path) = file(&format!("{EC}\n"));
    let config = loaded(&[("JWT_PUBLIC_KEY_FILE", path.to_str().unwrap())]);
    assert_eq!(config.jwt.public_key.as_ref().unwrap().pem, EC);
    config.require_jwt_key().unwrap();
    let explained = config.explain().join("\n");
    assert!(
        explained.contains("jwt.public_key = ES256  (from: environment JWT_PUBLIC_KEY_FILE)"),
        "{explained}"
    );
}

#[test]
fn a_key_that_can_not_check_tokens_is_refused() {
    let certificate = EC.replace("PUBLIC KEY", "CERTIFICATE");
    let private = EC.replace("PUBLIC", "PRIVATE");
    for wrong in [P384, SHORT_RSA, &certificate, &private, "ssh-ed25519 AAAAC3Nz", KEY] {
        let said = problem(&[("JWT_PUBLIC_KEY", wrong)]);
        assert!(said.starts_with("JWT_PUBLIC_KEY: must be a public key in PEM"), "{said}");
        assert!(said.contains("openssl pkey -in private.pem -pubout"), "{said}");
    }
}

#[test]
fn there_is_one_algorithm_at_a_time() {
    let said = problem(&[("JWT_SECRET", KEY), ("JWT_PUBLIC_KEY", ED)]);
    assert_eq!(said, "JWT_PUBLIC_KEY: JWT_SECRET is set, too: unset one of the two");
    let said = problem(&[("JWT_PUBLIC_KEY", ED), ("JWT_PREVIOUS_PUBLIC_KEY", EC)]);
    assert!(said.starts_with("JWT_PREVIOUS_PUBLIC_KEY: must be of the same algorithm"), "{said}");
}

#[test]
fn a_key_before_needs_one_after_it() {
    let said = problem(&[("JWT_PREVIOUS_SECRET", KEY)]);
    assert_eq!(
        said,
        "JWT_PREVIOUS_SECRET: there is no jwt.secret that it comes before; set that, or unset this"
    );
    assert!(problem(&[("JWT_PUBLIC_KEY", ED), ("JWT_PREVIOUS_SECRET", KEY)]).contains("no jwt.secret"));
    assert!(problem(&[("JWT_SECRET", KEY), ("JWT_PREVIOUS_SECRET", "short")]).contains("at least 32 bytes"));
}

#[test]
fn keys_are_told_apart_by_their_ids() {
    let config = loaded(&[
        ("JWT_SECRET", KEY),
        ("JWT_PREVIOUS_SECRET", "fedcba9876543210fedcba9876543210"),
        ("JWT_KEY_ID", "2026-11"),
        ("SCHEDULER_JWT__PREVIOUS_KEY_ID", "2026-05"),
    ]);
    assert_eq!(config.jwt.key_id.as_deref(), Some("2026-11"));
    assert_eq!(config.jwt.previous_key_id.as_deref(), Some("2026-05"));
    let hidden: Vec<_> = config.secrets().iter().map(|it| it.expose_secret().to_owned()).collect();
    assert!(hidden.iter().any(|it| it.starts_with("fedcba")), "the log has to hide the key before, too");
    let said = problem(&[("JWT_SECRET", KEY), ("JWT_KEY_ID", "1"), ("SCHEDULER_JWT__PREVIOUS_KEY_ID", "1")]);
    assert!(said.starts_with("SCHEDULER_JWT__PREVIOUS_KEY_ID: must differ from jwt.key_id"), "{said}");
}
