//! Paths: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

/// Characters behind the colon of a token.
const SECRET_LENGTH: usize = 35;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Method { token: &'a str, method: &'a str },
    File { token: &'a str, file: &'a str },
}

/// Reads a path; None: 404, as for a token that can't be one.
pub(super) fn route(path: &str) -> Option<Route<'_>> {
    if let Some(rest) = path.strip_prefix("/file/bot") {
        let (token, file) = rest.split_once('/')?;
        return is_token(token).then_some(Route::File { token, file });
    }
    let (token, method) = path.strip_prefix("/bot")?.split_once('/')?;
    (is_token(token) && !method.is_empty()).then_some(Route::Method { token, method })
}

/// `<digits>:<35 of A-Z a-z 0-9 _ ->`.
pub(crate) fn is_token(token: &str) -> bool {
    let Some((id, secret)) = token.split_once(':') else { return false };
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    is_id
        && secret.len() == SECRET_LENGTH
        && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DEFAULT_TOKEN;

    #[test]
    fn only_well_formed_tokens_have_routes() {
        let path = format!("/bot{DEFAULT_TOKEN}/SendMessage");
        assert_eq!(route(&path), Some(Route::Method { token: DEFAULT_TOKEN, method: "SendMessage" }));
        let path = format!("/file/bot{DEFAULT_TOKEN}/photos/1");
        assert_eq!(route(&path), Some(Route::File { token: DEFAULT_TOKEN, file: "photos/1" }));
        for path in [
            "/",
            "/bot/getMe",
            "/bot4242/getMe",
            "/bot4242:short/getMe",
            "/bot:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0/getMe",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }
}
