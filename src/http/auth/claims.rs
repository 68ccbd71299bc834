//! What a token says, and whether we believe it now.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::verifier::Verifier;
use super::{Caller, Scope};
use crate::domain::account_id;

/// The longest name kept, in characters: it is shown in one line of a chat.
const NAME_MAX_CHARS: usize = 200;

/// The longest e-mail address, in characters (RFC 5321, section 4.5.3.1.3, without the brackets).
const EMAIL_MAX_CHARS: usize = 254;

/// The claims of a token whose signature is right. All may be missing here, so that the check can say which is.
#[derive(Deserialize)]
pub(super) struct Claims {
    sub: Option<String>,
    iss: Option<String>,
    aud: Option<Audience>,
    // Seconds since 1970, possibly with a fraction (RFC 7519, "NumericDate").
    exp: Option<f64>,
    iat: Option<f64>,
    nbf: Option<f64>,
    name: Option<String>,
    email: Option<String>,
    /// Separated by spaces (RFC 8693, section 4.2).
    scope: Option<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// The caller, when every check passes; else the check that failed.
    pub(super) fn check(self, expected: &Verifier, now: DateTime<Utc>) -> Result<Caller, &'static str> {
        if self.iss.as_deref() != Some(expected.issuer.as_str()) {
            return Err("the token's `iss` is missing or not ours");
        }
        let for_us = match &self.aud {
            None => false,
            Some(Audience::One(audience)) => *audience == expected.audience,
            Some(Audience::Several(audiences)) => audiences.contains(&expected.audience),
        };
        if !for_us {
            return Err("the token's `aud` is missing or not ours");
        }
        self.check_times(expected, now)?;
        let scopes = self.scopes();
        let account = self.sub.ok_or("the token's `sub` is missing")?;
        if account_id::check(&account).is_err() {
            return Err("the token's `sub` is empty, too long or contains NUL");
        }
        Ok(Caller {
            account,
            name: self.name.and_then(presentable),
            email: self.email.filter(|email| {
                email.chars().count() <= EMAIL_MAX_CHARS && !email.chars().any(char::is_control)
            }),
            scopes,
        })
    }

    fn check_times(&self, expected: &Verifier, now: DateTime<Utc>) -> Result<(), &'static str> {
        let now = DateTime::timestamp_millis(&now) as f64 / 1000.0;
        let leeway = expected.leeway.as_secs_f64();
        let max_lifetime = expected.max_lifetime.as_secs_f64();
        let exp = self.exp.ok_or("the token's `exp` is missing")?;
        if exp + leeway <= now {
            return Err("the token has expired");
        }
        if self.nbf.is_some_and(|nbf| nbf > now + leeway) {
            return Err("the token is not valid yet (`nbf`)");
        }
        if self.iat.is_some_and(|iat| iat > now + leeway) {
            return Err("the token was issued in the future (`iat`)");
        }
        // From now on as well: a token says itself when it was issued.
        let lifetime = self.iat.map_or(0.0, |iat| exp - iat);
        if lifetime > max_lifetime || exp - now > max_lifetime + leeway {
            return Err("the token lives too long");
        }
        Ok(())
    }

    /// Scopes that we know; others are somebody else's.
    fn scopes(&self) -> Vec<Scope> {
        let separate = self.scope.iter().flat_map(|scope| scope.split_ascii_whitespace());
        let listed = self.scopes.iter().flatten().map(String::as_str);
        separate.chain(listed).filter_map(Scope::from_name).collect()
    }
}

/// A name in one line, without what a database or a chat can't show; `None` when nothing is left.
fn presentable(name: String) -> Option<String> {
    let name: String = name.chars().filter(|it| !it.is_control()).take(NAME_MAX_CHARS).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
