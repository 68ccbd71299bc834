//! Which addresses Telegram takes for a link or a button, and the form it gives them.

use std::net::Ipv6Addr;

/// Checks an address as Telegram does and gives it back in Telegram's form: with a scheme and a path.
///
/// # Errors
/// The reason, in Telegram's words: what follows "URL '…' is invalid: ".
pub(crate) fn check_link(link: &str) -> Result<String, &'static str> {
    let lower = link.to_ascii_lowercase();
    for scheme in ["tg", "ton", "tonsite"] {
        if let Some(rest) = lower.strip_prefix(scheme).and_then(|rest| rest.strip_prefix(':')) {
            let rest = &link[link.len() - rest.len()..];
            return check_app_link(scheme, rest.strip_prefix("//").unwrap_or(rest));
        }
    }
    let parts = split(link)?;
    // Telegram has no use for a name without a dot: `localhost` is refused.
    if !parts.host.contains('.') && !parts.host.starts_with('[') {
        return Err("Wrong HTTP URL");
    }
    let scheme = if parts.https { "https" } else { "http" };
    let user = if parts.user.is_empty() { String::new() } else { format!("{}@", parts.user) };
    let port = if parts.port == 0 { String::new() } else { format!(":{}", parts.port) };
    Ok(format!("{scheme}://{user}{}{port}{}", parts.host.to_ascii_lowercase(), parts.path))
}

/// `tg://…` and its like: handled by the app itself.
fn check_app_link(scheme: &str, rest: &str) -> Result<String, &'static str> {
    let parts = split(rest)?;
    if rest.to_ascii_lowercase().starts_with("http://")
        || parts.https
        || !parts.user.is_empty()
        || parts.port != 0
    {
        return Err(if scheme == "tg" { "Wrong tg URL" } else { "Wrong ton URL" });
    }
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (scheme == "tonsite" && c == '.');
    if !parts.host.chars().all(allowed) {
        return Err("Unallowed characters in URL host");
    }
    let query = if parts.path.starts_with("/?") { &parts.path[1..] } else { &parts.path };
    Ok(format!("{scheme}://{}{query}", parts.host))
}

struct Parts<'a> {
    https: bool,
    user: &'a str,
    host: &'a str,
    /// 0: none was written.
    port: u16,
    /// Begins with a slash.
    path: String,
}

fn split(url: &str) -> Result<Parts<'_>, &'static str> {
    let (https, rest) = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains([':', '/', '?', '#', '@', '[', ']']) => {
            match scheme.to_ascii_lowercase().as_str() {
                "http" => (false, rest),
                "https" => (true, rest),
                _ => return Err("Unsupported URL protocol"),
            }
        }
        _ => (false, url),
    };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let (user_and_host, port) = split_port(authority)?;
    let (user, host) = user_and_host.rsplit_once('@').unwrap_or(("", user_and_host));
    check_host(host)?;
    let path = path.trim_end();
    let path = match path.chars().next() {
        None => "/".to_owned(),
        Some('/') => path.replace(' ', "%20"),
        Some(_) => format!("/{}", path.replace(' ', "%20")),
    };
    Ok(Parts { https, user, host, port, path })
}

fn split_port(authority: &str) -> Result<(&str, u16), &'static str> {
    match authority.rfind([':', ']', '@']) {
        Some(at) if at > 0 && authority.as_bytes().get(at) == Some(&b':') => {
            let port = authority[at + 1..].parse::<u16>().ok().filter(|port| *port != 0);
            port.map(|port| (&authority[..at], port)).ok_or("Wrong port number specified in the URL")
        }
        _ => Ok((authority, 0)),
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address
            .parse::<Ipv6Addr>()
            .map(|_| ())
            .map_err(|_| "Wrong IPv6 address specified in the URL");
    }
    if host.is_empty() {
        return Err("URL host is empty");
    }
    if host == "." {
        return Err("Host is invalid");
    }
    // RFC 3986's unreserved and sub-delims, percent-encoding, and whatever is not ASCII.
    let allowed = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || ".-_!$,~*'();&+=%".contains(c);
    if host.chars().all(allowed) { Ok(()) } else { Err("Disallowed character in URL host") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_get_telegrams_form() {
        for (given, form) in [
            ("https://example.com", "https://example.com/"),
            ("example.com?x=1", "http://example.com/?x=1"),
            ("HTTPS://Example.COM:8443/Path", "https://example.com:8443/Path"),
            ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
            ("http://[::1]/", "http://[::1]/"),
            ("tg://user?id=1", "tg://user?id=1"),
            ("https://user@example.com/a b", "https://user@example.com/a%20b"),
        ] {
            assert_eq!(check_link(given).as_deref(), Ok(form), "{given}");
        }
    }

    #[test]
    fn addresses_that_lead_nowhere_are_refused() {
        for (given, reason) in [
            ("http://localhost/x", "Wrong HTTP URL"),
            ("ftp://example.com", "Unsupported URL protocol"),
            ("javascript:alert(1)", "Wrong port number specified in the URL"),
            ("https://", "URL host is empty"),
            ("https://example.com:99999/", "Wrong port number specified in the URL"),
            ("https://exa mple.com/", "Disallowed character in URL host"),
            ("tg://https://x.y", "Wrong tg URL"),
        ] {
            assert_eq!(check_link(given), Err(reason), "{given}");
        }
    }
}
