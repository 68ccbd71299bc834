//! Linking a chat to an account: the token in the deep link, and what a `/start <token>` may lead to.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::language::Language;

/// How long may a person take from the web page to the tap in the chat?
pub const LINK_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Random bytes in a token: 192 bits, 32 characters of the deep-link alphabet (at most 64 pass, Bot API "Deep linking").
const TOKEN_BYTES: usize = 24;

/// The single-use secret in `/start <token>`. Stored only as its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken(String);

impl LinkToken {
    /// A new token from the system's random source.
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>()))
    }

    /// The token a person or a page handed in; `None` when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == TOKEN_BYTES / 3 * 4
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The secret itself: for the deep link and the confirm button, never for a log or the database.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The link that opens the chat with the bot `username` and hands it the token (Bot API, "Deep linking").
    pub fn deep_link(&self, username: &str) -> String {
        format!("https://t.me/{username}?start={}", self.0)
    }

    /// What the database keeps: SHA-256 in lower-case hex.
    pub fn hash(&self) -> String {
        Sha256::digest(self.0.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(***)")
    }
}

/// The account that asks for a link, as its JWT and its page tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// The JWT's `sub`.
    pub account: String,
    /// The JWT's `name`, or the account where there is none.
    pub name: String,
    /// The JWT's `email`, masked.
    pub email_masked: Option<String>,
    /// The zone of the person's browser.
    pub zone: Option<Tz>,
    /// The language of the page.
    pub language: Option<Language>,
}

/// Which existing links the person agreed to give up with their tap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// This chat may leave the account it is linked to now.
    pub switch_account: bool,
    /// The account may leave the chat it is linked to now.
    pub move_chat: bool,
}

/// An e-mail address that its owner recognises and nobody else learns: "m•••a@example.com".
pub fn mask_email(email: &str) -> Option<String> {
    let (user, host) = email.rsplit_once('@')?;
    let first = user.chars().next()?;
    let last = user.chars().next_back().filter(|_| user.chars().count() > 2);
    Some(format!("{first}•••{}@{host}", last.map(String::from).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_deep_link_and_is_never_shown() {
        let token = LinkToken::generate();
        assert_eq!(LinkToken::parse(token.expose()), Some(token.clone()));
        assert!(token.expose().len() <= 64, "Telegram cuts longer payloads off");
        assert!(!format!("{token:?}").contains(token.expose()));
        assert_eq!(token.hash().len(), 64);
        assert_ne!(LinkToken::generate(), token);
    }

    #[test]
    fn garbled_tokens_are_no_tokens() {
        for text in
            ["", "short", "a b", "eyJhbGciOi.JIUzI1.NiJ9abcdefghijk", &"a".repeat(33), "ｆｆｆｆｆｆｆｆｆｆ"]
        {
            assert_eq!(LinkToken::parse(text), None, "{text:?} is not of a token's form");
        }
    }

    #[test]
    fn an_email_is_recognised_only_by_its_owner() {
        assert_eq!(mask_email("mina@example.com").as_deref(), Some("m•••a@example.com"));
        assert_eq!(mask_email("ab@example.com").as_deref(), Some("a•••@example.com"));
        assert_eq!(mask_email("not an address"), None);
        assert_eq!(mask_email("@example.com"), None);
    }
}
