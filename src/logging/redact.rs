//! Hides secrets in text: those we know, and whatever has the shape of one, because errors of libraries quote
//! URLs, and people paste tokens in the wrong place.

use std::cmp::Reverse;
use std::ops::Range;

use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret was.
const HIDDEN: &str = "***";
/// Known secrets shorter than this are left to the patterns: hiding each "postgres" would make a log unreadable.
const MIN_KNOWN: usize = 10;
/// Letters and digits after the colon from which on something is a bot token; Telegram's have 35.
const MIN_TOKEN_SECRET: usize = 30;
/// Digits before the colon from which on something is a bot token.
const MIN_TOKEN_ID: usize = 3;
/// Characters of a JWT's header and claims at least; `{"alg":"HS256"}` alone has 20.
const MIN_JWT_PART: usize = 10;

/// Finds the next secret of one shape in a text, at or after a position.
type Shape = fn(&str, usize) -> Option<Range<usize>>;

/// Every shape we know. The order does not matter: none begins inside another's `***`.
const SHAPES: [Shape; 4] = [bot_token, json_web_token, url_password, webhook_key];

/// Hides secrets in text.
#[derive(Clone, Debug)]
pub struct Redactor {
    /// Longest first, so that a secret within another does not leave the rest of it.
    known: Vec<SecretString>,
}

impl Redactor {
    /// A redactor for these secrets and everything that looks like one. Those shorter than ten characters are
    /// hidden only where their shape or place gives them away.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let long = |secret: &SecretString| secret.expose_secret().len() >= MIN_KNOWN;
        let mut known: Vec<SecretString> = secrets.into_iter().filter(long).collect();
        known.sort_by_key(|secret| Reverse(secret.expose_secret().len()));
        Self { known }
    }

    /// The text with `***` for each secret. A bot's id, its public half, stays.
    pub fn redact(&self, text: &str) -> String {
        let mut safe = text.to_owned();
        for secret in self.known.iter().map(ExposeSecret::expose_secret) {
            if safe.contains(secret) {
                safe = safe.replace(secret, HIDDEN);
            }
        }
        SHAPES.iter().fold(safe, |text, shape| hide(text, *shape))
    }
}

fn hide(text: String, shape: Shape) -> String {
    let Some(mut found) = shape(&text, 0) else { return text };
    let mut safe = String::with_capacity(text.len());
    let mut done = 0;
    loop {
        safe.push_str(&text[done..found.start]);
        safe.push_str(HIDDEN);
        done = found.end;
        match shape(&text, done) {
            Some(next) => found = next,
            None => break,
        }
    }
    safe.push_str(&text[done..]);
    safe
}

/// `123456789:AAF…`, the colon also as `%3A`; after `/bot`, as in the Bot API's URLs, of any length.
fn bot_token(text: &str, from: usize) -> Option<Range<usize>> {
    let colons = text[from..].match_indices([':', '%']).map(|(at, _)| from + at);
    colons.filter_map(|at| Some((at, after_colon(text, at)?))).find_map(|(colon, start)| {
        let digits = text[from..colon].bytes().rev().take_while(u8::is_ascii_digit).count();
        let length = run(&text[start..], is_base64url);
        let in_address = digits > 0 && length > 0 && text[..colon - digits].ends_with("/bot");
        let is_token = digits >= MIN_TOKEN_ID && length >= MIN_TOKEN_SECRET;
        (is_token || in_address).then_some(start..start + length)
    })
}

fn after_colon(text: &str, at: usize) -> Option<usize> {
    let colon = [":", "%3A", "%3a"].into_iter().find(|colon| text[at..].starts_with(colon))?;
    Some(at + colon.len())
}

/// `eyJ….….…`: a header and claims in base64url of JSON, which begins with `{"`.
fn json_web_token(text: &str, from: usize) -> Option<Range<usize>> {
    text[from..].match_indices("eyJ").map(|(at, _)| from + at).find_map(|start| {
        let header = run(&text[start..], is_base64url);
        let claims_start = after_dot(text, start + header)?;
        let claims = run(&text[claims_start..], is_base64url);
        if header < MIN_JWT_PART || claims < MIN_JWT_PART {
            return None;
        }
        let end = claims_start + claims;
        let signature = after_dot(text, end).map(|at| at + run(&text[at..], is_base64url));
        Some(start..signature.unwrap_or(end))
    })
}

fn after_dot(text: &str, at: usize) -> Option<usize> {
    text[at..].starts_with('.').then_some(at + 1)
}

/// The password in `scheme://user:password@host`.
fn url_password(text: &str, from: usize) -> Option<Range<usize>> {
    text[from..].match_indices("://").map(|(at, mark)| from + at + mark.len()).find_map(|start| {
        let is_end = |letter: char| letter.is_whitespace() || "/?#\"'<>`".contains(letter);
        let authority = text[start..].split(is_end).next().unwrap_or_default();
        let (user_info, _) = authority.rsplit_once('@')?;
        let (user, password) = user_info.split_once(':')?;
        let begin = start + user.len() + 1;
        (!password.is_empty() && password != HIDDEN).then_some(begin..begin + password.len())
    })
}

/// `whsec_…`: the key of a Standard Webhooks signature.
fn webhook_key(text: &str, from: usize) -> Option<Range<usize>> {
    text[from..].match_indices("whsec_").map(|(at, mark)| from + at + mark.len()).find_map(|start| {
        let length = run(&text[start..], |byte| is_base64url(byte) || matches!(byte, b'+' | b'/' | b'='));
        (length > 0).then_some(start..start + length)
    })
}

/// How many bytes at the beginning of `text` are of one kind, which is of ASCII only.
fn run(text: &str, kind: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii() && kind(*byte)).count()
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "AAF0123456789-abcdefghijklmnop_rstu";

    fn redact(text: &str) -> String {
        Redactor::new([]).redact(text)
    }

    #[test]
    fn bot_tokens_lose_their_secret_half() {
        for (text, expected) in [
            (format!("123456789:{SECRET}"), "123456789:***"),
            (format!("token=123:{SECRET}, 456:{SECRET}!"), "token=123:***, 456:***!"),
            (format!("123456789%3A{SECRET}&x=1"), "123456789%3A***&x=1"),
            (
                format!("https://api.telegram.org/bot123456789:{SECRET}/getMe"),
                "https://api.telegram.org/bot123456789:***/getMe",
            ),
            (
                "http://127.0.0.1:8081/file/bot1:short/photo".to_owned(),
                "http://127.0.0.1:8081/file/bot1:***/photo",
            ),
            (format!("한123:{SECRET}글"), "한123:***글"),
        ] {
            assert_eq!(redact(&text), expected);
        }
    }

    #[test]
    fn json_web_tokens_are_hidden_whole() {
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_x";
        assert_eq!(redact(&format!("Authorization: Bearer {token}\n")), "Authorization: Bearer ***\n");
        let unsigned = token.rsplit_once('.').unwrap().0;
        assert_eq!(redact(&format!("({unsigned}.)({unsigned})")), "(***)(***)");
    }

    #[test]
    fn passwords_in_urls_are_hidden() {
        for (text, expected) in [
            ("postgres://user:hunter2@db/x", "postgres://user:***@db/x"),
            (
                "at postgres://user:p@ss:word@db:5432/x, and more",
                "at postgres://user:***@db:5432/x, and more",
            ),
            ("redis://:hunter2@host", "redis://:***@host"),
            ("\"http://a:b@c\" <http://d:e@f>", "\"http://a:***@c\" <http://d:***@f>"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=", "whsec_***"),
        ] {
            assert_eq!(redact(text), expected);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "",
            "12:30:45 listening on 127.0.0.1:8000",
            "https://example.com:8443/a@b:c",
            "http://user@host/x:y",
            "sha256:e3b0c44298fc1c149afbf4c8996f",
            "eyJ alone, eyJhbGciOiJIUzI1NiJ9 and no more, file.eyJson.txt",
            "/bot: /botany 100% 3A",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn known_secrets_are_hidden_wherever_they_stand_and_the_longest_first() {
        let secrets = ["secret-key-1", "secret-key-1-and-more", "short"].map(SecretString::from);
        let redactor = Redactor::new(secrets);
        assert_eq!(redactor.redact("<secret-key-1-and-more> secret-key-1 short"), "<***> *** short");
        assert!(!format!("{redactor:?}").contains("secret-key"));
    }

    proptest! {
        #[test]
        fn no_surroundings_bring_a_token_through(before in "\\PC{0,20}", after in "(\\PC{0,20})?") {
            let safe = redact(&format!("{before} 987654:{SECRET} {after}"));
            prop_assert!(!safe.contains(SECRET), "{}", safe);
            prop_assert_eq!(redact(&safe), safe);
        }

        #[test]
        fn any_text_survives(text in "(eyJ|://|:|@|/bot|%3A|\\.|[0-9]{3}|[a-z]{12}|\\PC){0,40}") {
            prop_assert_eq!(redact(&redact(&text)), redact(&text));
        }
    }
}
