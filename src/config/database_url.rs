//! Database URLs in messages: everything but the password.

use url::Url;

/// The URL with its password replaced by `***`, wherever the driver takes one from: before the host, or as a
/// `password` parameter. What is not a URL is not shown at all, because it could be the password itself.
pub(super) fn without_password(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else {
        return "(not a URL)".to_owned();
    };
    let mut hidden = false;
    if parsed.password().is_some() {
        hidden = parsed.set_password(Some("***")).is_ok();
    }
    if parsed.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
        parsed.query_pairs_mut().clear().extend_pairs(
            pairs.iter().map(|(name, value)| (name, if is_secret(name) { "***" } else { value.as_str() })),
        );
        hidden = true;
    }
    // A URL without a secret is shown as it was written; parsing would tidy a SQLite path.
    if hidden { parsed.into() } else { url.to_owned() }
}

/// The passwords in a database URL, as written and as meant, for the log to hide.
pub(super) fn passwords(url: &str) -> Vec<String> {
    let Ok(parsed) = Url::parse(url) else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    if let Some(password) = parsed.password() {
        found.push(password.to_owned());
        let decoded = format!("p={}", password.replace('+', "%2B"));
        found.extend(url::form_urlencoded::parse(decoded.as_bytes()).map(|(_, value)| value.into_owned()));
    }
    found.extend(
        parsed.query_pairs().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.into_owned()),
    );
    found.dedup();
    found
}

fn is_secret(parameter: &str) -> bool {
    parameter.eq_ignore_ascii_case("password")
}
