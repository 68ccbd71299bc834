//! No other site may use this server through the browser of who runs it.
//!
//! The port listens on loopback, but a browser on this machine takes pages from anywhere. A page of another site
//! that posts here names its own `Origin`; one whose name was pointed at loopback (DNS rebinding) names its own
//! `Host`. Both are refused, and so is what a browser marks as asked for by another site.

use std::net::SocketAddr;

use hyper::header::{CONTENT_TYPE, HOST, ORIGIN};
use hyper::{HeaderMap, Method, StatusCode};

use super::answer::Refusal;

/// The names that this server goes by.
pub(super) struct Guard {
    hosts: [String; 2],
}

impl Guard {
    pub(super) fn of(address: SocketAddr) -> Self {
        Self { hosts: [address.to_string(), format!("localhost:{}", address.port())] }
    }

    /// Refuses what does not come from our own page, a bookmark or a command line.
    pub(super) fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_ours = |host: &str| self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host));
        if !header(HOST.as_str()).is_some_and(is_ours) || headers.get_all(HOST).iter().count() != 1 {
            return Err(Refusal(StatusCode::MISDIRECTED_REQUEST, "This server has another name.".to_owned()));
        }
        let foreign =
            || Err(Refusal(StatusCode::FORBIDDEN, "Other sites may not use this server.".to_owned()));
        let origin_host = header(ORIGIN.as_str()).map(|origin| origin.strip_prefix("http://"));
        if origin_host.is_some_and(|host| !host.is_some_and(is_ours)) {
            return foreign();
        }
        let site = header("sec-fetch-site").unwrap_or("none");
        if path.starts_with("/api/") && !matches!(site, "same-origin" | "none") {
            return foreign();
        }
        // A form of another site can't send this type without asking first.
        let is_json = header(CONTENT_TYPE.as_str())
            .is_some_and(|given| given.split(';').next() == Some("application/json"));
        if *method != Method::GET && !is_json {
            return Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Only JSON is taken here.".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: Method, path: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: hyper::header::HeaderName = name.parse().unwrap();
            map.append(name, value.parse().unwrap());
        }
        let guard = Guard::of("127.0.0.1:8080".parse().unwrap());
        guard.check(&method, path, &map).err().map(|refusal| refusal.0.as_u16())
    }

    const OURS: (&str, &str) = ("host", "127.0.0.1:8080");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn our_own_page_and_a_command_line_pass() {
        let origin = ("origin", "http://127.0.0.1:8080");
        let same = ("sec-fetch-site", "same-origin");
        assert_eq!(status(Method::GET, "/", &[OURS]), None);
        assert_eq!(status(Method::GET, "/", &[("host", "LOCALHOST:8080")]), None);
        assert_eq!(
            status(Method::GET, "/", &[OURS, ("sec-fetch-site", "cross-site")]),
            None,
            "a link leads here"
        );
        assert_eq!(status(Method::POST, "/api/mina/say", &[OURS, origin, same, JSON]), None);
        assert_eq!(status(Method::POST, "/api/mina/say", &[OURS, JSON]), None);
    }

    #[test]
    fn a_name_that_was_pointed_here_is_refused() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:8080.evil.example",
            "",
        ] {
            assert_eq!(status(Method::GET, "/api/mina", &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(status(Method::GET, "/api/mina", &[]), Some(421));
        assert_eq!(status(Method::GET, "/api/mina", &[OURS, ("host", "evil.example")]), Some(421));
    }

    #[test]
    fn another_sites_page_is_refused() {
        for origin in [
            "http://evil.example",
            "https://127.0.0.1:8080",
            "http://127.0.0.1:8081",
            "null",
            "http://127.0.0.1:8080/",
            "",
        ] {
            assert_eq!(
                status(Method::POST, "/api/mina/say", &[OURS, JSON, ("origin", origin)]),
                Some(403),
                "{origin}"
            );
        }
        for site in ["cross-site", "same-site", "?"] {
            assert_eq!(
                status(Method::GET, "/api/mina", &[OURS, ("sec-fetch-site", site)]),
                Some(403),
                "{site}"
            );
        }
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for given in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/application/json",
        ] {
            assert_eq!(
                status(Method::POST, "/api/mina/say", &[OURS, ("content-type", given)]),
                Some(415),
                "{given}"
            );
        }
        assert_eq!(status(Method::DELETE, "/api/mina/posts/1", &[OURS]), Some(415));
    }
}
