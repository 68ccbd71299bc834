//! Every way that we know of to get in without being let in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// A request that must not get in.
pub(in crate::http) struct Bad {
    /// What is bad about it.
    pub(in crate::http) what: &'static str,
    /// The values of its Authorization headers.
    pub(in crate::http) authorization: Vec<String>,
    /// A part of the reason in the log.
    pub(in crate::http) refused_for: &'static str,
}

/// Makes tokens that are right but for one thing.
pub(super) struct Forger<'a> {
    pub(super) secret: &'a str,
    pub(super) now: i64,
}

impl Forger<'_> {
    fn claims(&self) -> Value {
        json!({"sub": "alice", "iss": "softfactory", "aud": "telegram-bot-scheduler", "scope": "telegram",
               "iat": self.now, "exp": self.now + 600})
    }

    /// The right claims with `changes` made; `null` takes one out.
    pub(super) fn with(&self, changes: Value) -> String {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.signed(json!({"alg": "HS256", "typ": "JWT"}), &claims.to_string())
    }

    fn signed(&self, header: Value, claims: &str) -> String {
        signed(&header.to_string(), claims, self.secret.as_bytes(), Algorithm::HS256)
    }

    /// The right claims under another header, signed with another key.
    fn under(&self, header: Value, key: &str) -> String {
        signed(&header.to_string(), &self.claims().to_string(), key.as_bytes(), Algorithm::HS256)
    }
}

fn signed(header: &str, claims: &str, key: &[u8], algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(message.as_bytes(), &EncodingKey::from_secret(key), algorithm).unwrap();
    format!("{message}.{signature}")
}

fn bad(what: &'static str, token: String, refused_for: &'static str) -> Bad {
    Bad { what, authorization: vec![format!("Bearer {token}")], refused_for }
}

/// Every bad request, at `now`, for a port with this secret and otherwise the default settings.
pub(in crate::http) fn bad_requests(secret: &str, now: DateTime<Utc>) -> Vec<Bad> {
    let forger = Forger { secret, now: now.timestamp() };
    let mut all = bad_headers(&forger);
    all.extend(bad_algorithms(&forger));
    all.extend(bad_keys(&forger));
    all.extend(bad_forms(&forger));
    all.extend(bad_times(&forger));
    all.extend(bad_parties(&forger));
    all
}

fn bad_headers(forger: &Forger<'_>) -> Vec<Bad> {
    let good = forger.with(json!({}));
    let raw =
        |what, values: &[String], refused_for| Bad { what, authorization: values.to_vec(), refused_for };
    vec![
        raw("no header", &[], "no Authorization header"),
        raw("an empty header", &[String::new()], "has no token"),
        raw("a scheme without a token", &["Bearer".into()], "has no token"),
        raw("a token without a scheme", std::slice::from_ref(&good), "has no token"),
        raw("another scheme", &[format!("Basic {good}")], "scheme is not Bearer"),
        raw("a scheme that begins like ours", &[format!("BearerX {good}")], "scheme is not Bearer"),
        raw("a tab for the space", &[format!("Bearer\t{good}")], "has no token"),
        raw("two headers", &[format!("Bearer {good}"), format!("Bearer {good}")], "more than one"),
        raw("two tokens in one header", &[format!("Bearer {good}, Bearer {good}")], "malformed"),
        raw("a quoted token", &[format!("Bearer \"{good}\"")], "malformed"),
        raw("a space in the token", &[format!("Bearer {}", good.replacen('.', " .", 1))], "malformed"),
    ]
}

fn bad_algorithms(forger: &Forger<'_>) -> Vec<Bad> {
    let wrong_form = "the wrong form";
    let not_ours = "algorithm is not HS256";
    let claims = forger.claims().to_string();
    let unsigned = |alg: &str| {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
        format!("{header}.{}.", URL_SAFE_NO_PAD.encode(&claims))
    };
    let under = |header| forger.under(header, forger.secret);
    let hs512 = signed(r#"{"alg":"HS512"}"#, &claims, forger.secret.as_bytes(), Algorithm::HS512);
    vec![
        bad("alg none", unsigned("none"), wrong_form),
        bad("alg nOnE", unsigned("nOnE"), wrong_form),
        bad("an empty alg", unsigned(""), wrong_form),
        bad("HS256 without a signature", unsigned("HS256"), "signature is wrong"),
        bad("alg none with our signature", under(json!({"alg": "none"})), wrong_form),
        bad("no alg", under(json!({"typ": "JWT"})), wrong_form),
        bad("alg in lower case", under(json!({"alg": "hs256"})), wrong_form),
        bad("two algs", under(json!({"alg": ["HS256"]})), wrong_form),
        bad("HS512 with our key", hs512, not_ours),
        bad("RS256 over an HMAC of our key", under(json!({"alg": "RS256"})), not_ours),
        bad("ES256 over an HMAC of our key", under(json!({"alg": "ES256"})), not_ours),
        bad("critical extensions", under(json!({"alg": "HS256", "crit": ["b64"], "b64": false})), "critical"),
    ]
}

fn bad_keys(forger: &Forger<'_>) -> Vec<Bad> {
    let wrong = "signature is wrong";
    let attacker = "a key of the attacker, just as long as ours";
    let their_key = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(attacker)});
    let short = &forger.secret[..forger.secret.len() - 1];
    let header = |extra: Value| {
        let mut header = json!({"alg": "HS256", "typ": "JWT"});
        header.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        header
    };
    vec![
        bad("another key", forger.under(header(json!({})), attacker), wrong),
        bad("an empty key", forger.under(header(json!({})), ""), wrong),
        bad("our key cut short", forger.under(header(json!({})), short), wrong),
        bad("a kid that is a path", forger.under(header(json!({"kid": "../../../../dev/null"})), ""), wrong),
        bad("a kid that is SQL", forger.under(header(json!({"kid": "x' UNION SELECT 'k"})), "k"), wrong),
        bad("a jwk that brings its key", forger.under(header(json!({"jwk": their_key})), attacker), wrong),
        bad(
            "a jku that has its key",
            forger.under(header(json!({"jku": "http://127.0.0.1/k"})), attacker),
            wrong,
        ),
    ]
}

fn bad_forms(forger: &Forger<'_>) -> Vec<Bad> {
    let malformed = "malformed";
    let wrong_form = "the wrong form";
    let good = forger.with(json!({}));
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let others = URL_SAFE_NO_PAD.encode(forger.claims().to_string().replace("alice", "carol"));
    let raw = |claims: &str| forger.signed(json!({"alg": "HS256"}), claims);
    let twice = forger.claims().to_string().replacen('{', r#"{"sub":"carol","#, 1);
    vec![
        bad("a cut signature", good[..good.len() - 3].to_owned(), "signature is wrong"),
        bad("a signature with stray bits", with_stray_bits(&good), malformed),
        bad("a padded signature", format!("{good}="), malformed),
        bad(
            "another's claims under the signature",
            format!("{header}.{others}.{signature}"),
            "signature is wrong",
        ),
        bad("two dots", "..".into(), wrong_form),
        bad("one dot", message.to_owned(), malformed),
        bad("three dots", format!("{good}.{signature}"), malformed),
        bad("five parts", format!("{header}.{claims}.{claims}.{claims}.{signature}"), malformed),
        bad("garbage", "!!!.???.###".into(), malformed),
        bad("claims that are no JSON", raw("alice"), wrong_form),
        bad("claims that are a list", raw("[1]"), wrong_form),
        bad("a claim twice", raw(&twice), wrong_form),
    ]
}

/// The same bytes for a careless decoder: the last character of 32 bytes in base64 has two bits to spare.
fn with_stray_bits(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let index = alphabet.find(last).unwrap();
    format!("{rest}{}", &alphabet[index + 1..index + 2])
}

fn bad_times(forger: &Forger<'_>) -> Vec<Bad> {
    let now = forger.now;
    let wrong_form = "the wrong form";
    let too_long = "lives too long";
    let day = 24 * 3600;
    vec![
        bad("no exp", forger.with(json!({"exp": null})), "`exp` is missing"),
        bad("an exp in words", forger.with(json!({"exp": (now + 600).to_string()})), wrong_form),
        bad("an exp that is true", forger.with(json!({"exp": true})), wrong_form),
        bad("expired", forger.with(json!({"exp": now - 6, "iat": now - 600})), "expired"),
        bad("expired at the leeway", forger.with(json!({"exp": now - 5})), "expired"),
        bad("a negative exp", forger.with(json!({"exp": -1})), "expired"),
        bad("longer than a day", forger.with(json!({"exp": now + day + 1})), too_long),
        bad(
            "longer than a day without iat",
            forger.with(json!({"exp": now + day + 10, "iat": null})),
            too_long,
        ),
        bad("thousands of years", forger.with(json!({"exp": 253_402_300_799_i64})), too_long),
        bad("a huge exp", forger.with(json!({"exp": 1e300})), too_long),
        bad("issued long ago", forger.with(json!({"iat": now - day})), too_long),
        bad(
            "issued next year",
            forger.with(json!({"iat": now + 365 * day, "exp": now + 366 * day})),
            "future",
        ),
        bad("not yet valid", forger.with(json!({"nbf": now + 60})), "not valid yet"),
        bad("a nbf in words", forger.with(json!({"nbf": "now"})), wrong_form),
    ]
}

fn bad_parties(forger: &Forger<'_>) -> Vec<Bad> {
    let wrong_form = "the wrong form";
    let audience = "`aud` is missing or not ours";
    let issuer = "`iss` is missing or not ours";
    let subject = "`sub` is empty, too long or contains NUL";
    vec![
        bad("no aud", forger.with(json!({"aud": null})), audience),
        bad("another aud", forger.with(json!({"aud": "another-service"})), audience),
        bad("an aud that begins like ours", forger.with(json!({"aud": "telegram-bot-scheduler2"})), audience),
        bad("auds without ours", forger.with(json!({"aud": ["a", "b"]})), audience),
        bad("no auds", forger.with(json!({"aud": []})), audience),
        bad("an aud that is a number", forger.with(json!({"aud": 1})), wrong_form),
        bad("no iss", forger.with(json!({"iss": null})), issuer),
        bad("another iss", forger.with(json!({"iss": "attacker"})), issuer),
        bad("a list of iss with ours", forger.with(json!({"iss": ["softfactory"]})), wrong_form),
        bad("no sub", forger.with(json!({"sub": null})), "`sub` is missing"),
        bad("an empty sub", forger.with(json!({"sub": ""})), subject),
        bad("a blank sub", forger.with(json!({"sub": " \t"})), subject),
        bad("a sub of 201 characters", forger.with(json!({"sub": "é".repeat(201)})), subject),
        bad("a sub with NUL", forger.with(json!({"sub": "ali\u{0}ce"})), subject),
        bad("a list of subs", forger.with(json!({"sub": ["alice"]})), wrong_form),
        bad("a sub that is a number", forger.with(json!({"sub": 7})), wrong_form),
    ]
}
