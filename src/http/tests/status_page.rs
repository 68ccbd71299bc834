//! The page for a person with a browser.

use super::*;

#[tokio::test]
async fn a_person_sees_whether_it_is_ready_and_which_version() {
    let server = Server::start().await;
    let page = answer_to(server.anonymous(Method::GET, "/")).await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.text.contains(">Ready<") && page.text.contains(env!("CARGO_PKG_VERSION")), "{}", page.text);
    server.health.set_telegram(Telegram::AnotherBot { stored: 1, found: 2 });
    let page = answer_to(server.anonymous(Method::GET, "/")).await;
    assert!(page.text.contains(">Not ready<"), "{}", page.text);
    assert!(page.text.contains("<li>the links in this database belong to bot 1"), "{}", page.text);
    assert!(!page.text.contains("{reasons}") && !page.text.contains("{word}"), "{}", page.text);
}

#[tokio::test]
async fn the_page_runs_nothing_and_loads_nothing() {
    let server = Server::start().await;
    let page = answer_to(server.anonymous(Method::GET, "/")).await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("script"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    for never in ["<script", "javascript:", "onclick", "<img", "<link", "src=", "http://", "https://", "url("]
    {
        assert!(!page.text.contains(never), "{never}");
    }
    assert_eq!(page.header("x-frame-options"), "DENY");
}
