//! A post goes out into the channel, and its author is told.

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
