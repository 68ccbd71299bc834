//! Reads and checks `[jwt]`: one kind of key, and while it is changed the one before.

use super::PublicKey;
use super::reader::Reader;
use super::sections::Jwt;

/// HS256 keys are at least as long as the hash (RFC 7518, section 3.2).
const MIN_JWT_SECRET: usize = 32;

impl Jwt {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let mut secret = |key: &str| {
            let expected = "at least 32 bytes long; make one with: openssl rand -base64 48";
            reader.secret(key, expected, |secret| secret.len() >= MIN_JWT_SECRET)
        };
        let (current, previous) = (secret("jwt.secret"), secret("jwt.previous_secret"));
        let (public_key, previous_public_key) = public_keys(reader);
        one_key(reader);
        let (key_id, previous_key_id) = key_ids(reader);
        Self {
            secret: current,
            previous_secret: previous,
            public_key,
            previous_public_key,
            key_id,
            previous_key_id,
            issuer: reader.text("jwt.issuer"),
            audience: reader.text("jwt.audience"),
            leeway: reader.seconds("jwt.leeway_seconds", 0..=300),
            max_lifetime: reader.hours("jwt.max_lifetime_hours", 1..=24),
        }
    }
}

fn public_keys(reader: &mut Reader) -> (Option<PublicKey>, Option<PublicKey>) {
    let mut read = |key: &str| {
        let expected = "a public key in PEM (-----BEGIN PUBLIC KEY-----): Ed25519, P-256, or RSA of 2048 bits and more; \
                        its owner prints it with: openssl pkey -in private.pem -pubout";
        reader.hidden(key, expected, |text| {
            PublicKey::parse(text).map(|parsed| (format!("{:?}", parsed.algorithm), parsed))
        })
    };
    let (current, previous) = (read("jwt.public_key"), read("jwt.previous_public_key"));
    if let (Some(current), Some(previous)) = (&current, &previous)
        && current.algorithm != previous.algorithm
    {
        let problem = "must be of the same algorithm as jwt.public_key: there is one at a time";
        reader.complain("jwt.previous_public_key", problem);
    }
    (current, previous)
}

/// Tokens are checked by one algorithm: a token must not choose which key it is held against.
fn one_key(reader: &mut Reader) {
    if reader.is_set("jwt.secret") && reader.is_set("jwt.public_key") {
        reader.complain("jwt.public_key", "JWT_SECRET is set, too: unset one of the two");
    }
    for (previous, current) in
        [("jwt.previous_secret", "jwt.secret"), ("jwt.previous_public_key", "jwt.public_key")]
    {
        if reader.is_set(previous) && !reader.is_set(current) {
            reader.complain(
                previous,
                &format!("there is no {current} that it comes before; set that, or unset this"),
            );
        }
    }
}

fn key_ids(reader: &mut Reader) -> (Option<String>, Option<String>) {
    let mut read = |key: &str| reader.parsed(key, "text in quotes, not empty", |text| Some(text.to_owned()));
    let (current, previous) = (read("jwt.key_id"), read("jwt.previous_key_id"));
    if current.is_some() && current == previous {
        reader.complain(
            "jwt.previous_key_id",
            "must differ from jwt.key_id: it is how tokens tell the keys apart",
        );
    }
    (current, previous)
}
