//! A post goes out into the channel, and its author is told.

use serde_json::json;

use crate::browser::Window;
use crate::connecting::connects;
use crate::story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_goes_out_into_the_channel_and_mina_is_told() {
    story(Window::WIDE, async |page, sandbox| {
        connects(page).await;
        page.clicks("#post-text", "").await;
        page.types("Fresh <b>bread</b> & butter from the farm next door, every morning at 8").await;
        page.clicks("#post-media", "").await;
        page.types(&format!("{}pictures/scones.jpg", sandbox.url())).await;
        page.clicks(".post button", "Schedule").await;
        page.sees(".posts li", "Fresh <b>bread</b> & butter from the farm next door, every morning at 8")
            .await;
        page.sees(
            ".channel .message",
            "Fresh <b>bread</b> & butter from the farm next door, every morning at 8",
        )
        .await;
        page.sees(".channel .message img.photo", "").await;
        page.sees(".posts .chip", "published").await;
        page.sees(".private .message", "Published").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_for_later_can_be_cancelled() {
    story(Window::WIDE, async |page, _| {
        page.clicks("#post-text", "").await;
        page.types("Too early").await;
        page.clicks("#post-when", "").await;
        page.types("i\u{e007}").await;
        page.clicks(".post button", "Schedule").await;
        page.sees(".posts .chip", "scheduled").await;
        page.clicks(".posts button", "Cancel").await;
        page.sees(".posts .chip", "cancelled").await;
        page.sees(".channel .log", "No messages yet").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_that_can_not_go_out_says_why() {
    story(Window::WIDE, async |page, _| {
        page.clicks("#post-text", "").await;
        let typed = "const field = document.getElementById('post-text'); field.value = 'x'.repeat(5000);";
        page.script(typed, serde_json::json!([])).await;
        page.clicks(".post button", "Schedule").await;
        page.sees(".card .said", "4096").await;
        page.sees(".posts", "No posts yet.").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_at_first_is_mended_from_its_notice() {
    story(Window::WIDE, async |page, _| {
        connects(page).await;
        for (network, notice, mends) in
            [("instagram", "Post failed", "Retry now"), ("x", "Not sure it went out", "Publish again")]
        {
            page.script(CHOOSE_NETWORK, json!([network])).await;
            page.clicks("#post-text", "").await;
            page.types(network).await;
            page.clicks(".post button", "Schedule").await;
            page.sees(".private .message", notice).await;
            page.clicks(".private .inline", mends).await;
            page.sees_no_more(".private .message", notice).await;
            page.sees(".posts .chip", "published").await;
        }
        page.clicks("#post-text", "").await;
        page.types("With a yes").await;
        page.script(CHOOSE_NETWORK, json!(["news"])).await;
        page.script("document.getElementById('post-when').value = 'inAMinute'", json!([])).await;
        page.clicks(".check", "Ask me in Telegram first").await;
        page.clicks(".post button", "Schedule").await;
        page.sees(".private .message", "May this go out?").await;
        page.clicks(".posts button", "Approve").await;
        page.sees(".private .message", "✅ Approved · news").await;
        page.sees_no_more(".private .inline", "✅ Approve").await;
    })
    .await;
}

/// Chooses where the next post goes.
const CHOOSE_NETWORK: &str = "document.getElementById('post-network').value = arguments[0]";
