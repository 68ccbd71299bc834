//! Connect, be told, look, leave: the tour of the README, in the words of the page.

use crate::browser::{Browser, Window};
use crate::story;

/// Follows the link and taps "Connect"; the platform notices by itself.
pub(crate) async fn connects(page: &Browser) {
    page.clicks("#platform button", "Connect Telegram").await;
    page.sees("#platform .waiting", "Waiting for your tap").await;
    page.clicks("#platform a", "Open in Telegram").await;
    page.clicks(".private footer button", "Start").await;
    page.sees(".private .message", "Connect this chat?").await;
    page.clicks(".private button", "✅ Connect").await;
    page.sees("#connection", "Connected").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mina_connects_is_told_and_disconnects() {
    story(Window::WIDE, async |page, _| {
        page.sees("#platform", "Mina’s Bakery").await;
        page.sees("#connection", "Not connected").await;
        page.sees(".private .log", "What can this bot do?").await;
        connects(page).await;
        let settings = page.sees("#platform dl", "Asia/Seoul").await;
        assert!(!settings.is_null(), "the browser's own zone went with the link");
        page.sees_no_more(".private .inline", "✅ Connect").await;

        page.clicks("#platform button", "Post failed").await;
        page.sees(".private .message", "Facebook asks you to log in again.").await;
        page.clicks("#platform button", "Post published").await;
        page.sees(".private .message .silent", "").await;
        page.clicks("#platform button", "Send test message").await;
        page.sees(".private .message", "Test notification").await;

        page.clicks(".private .slash", "/").await;
        page.clicks(".private .commands button", "/unlink").await;
        page.sees(".private .message", "Disconnect").await;
        page.clicks(".private .inline", "Disconnect").await;
        page.sees("#connection", "Not connected").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_takes_mina_to_the_platforms_post() {
    story(Window::WIDE, async |page, _| {
        connects(page).await;
        page.clicks("#platform button", "Post failed").await;
        page.clicks(".private a.inline", "Open post").await;
        let address = page.script("return location.pathname", serde_json::json!([])).await;
        assert_eq!(
            address, "/",
            "the platform's address opens a part of this page, not a page that does not exist"
        );
        page.clicks("#platform button", "Disconnect").await;
        page.sees("#connection", "Not connected").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_used_once_and_a_stale_one_says_so() {
    story(Window::WIDE, async |page, sandbox| {
        page.clicks("#platform button", "Connect Telegram").await;
        page.sees("#platform a", "Open in Telegram").await;
        let token = "return new URL(document.querySelector('.open-link').href).searchParams.get('start')";
        let token = page.script(token, serde_json::json!([])).await;
        connects_with_open_link(page).await;
        // The same link again, as a bookmark would open it.
        page.goes_to(&format!("{}?start={}", sandbox.url(), token.as_str().unwrap())).await;
        page.clicks(".private footer button", "Start").await;
        page.sees(".private .message", "This link no longer works").await;
        page.sees("#connection", "Connected").await;
    })
    .await;
}

async fn connects_with_open_link(page: &Browser) {
    page.clicks("#platform a", "Open in Telegram").await;
    page.clicks(".private footer button", "Start").await;
    page.clicks(".private button", "✅ Connect").await;
    page.sees("#connection", "Connected").await;
}
