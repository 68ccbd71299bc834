//! The tour in one story, as somebody takes it who tries the service for the first time.

use std::time::Duration;

use serde_json::json;

use crate::browser::Window;
use crate::connecting::connects;
use crate::story;

/// The digest comes at a whole minute, and the first that may be chosen in time can be more than one away.
const UNTIL_THE_MINUTE: Duration = Duration::from_secs(90);

/// Fills in the first minute that is not about to begin, where Mina is.
const CHOOSE_THE_NEXT_MINUTE: &str = "const soon = new Date(Date.now() + 66_000); \
    document.querySelector('.digest input').value = soon.toTimeString().slice(0, 5);";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mina_connects_posts_is_told_taps_and_has_her_digest() {
    story(Window::WIDE, async |page, _| {
        connects(page).await;

        page.clicks("#post-text", "").await;
        page.types("New scones from 8 am").await;
        page.clicks(".post button", "Schedule").await;
        page.sees(".channel .message", "New scones from 8 am").await;
        page.sees(".posts .chip", "published").await;
        page.sees(".private .message", "Published").await;
        page.clicks("#platform button", "Post failed").await;
        page.sees(".private .message", "Facebook asks you to log in again.").await;

        page.clicks(".private .slash", "/").await;
        page.clicks(".private .commands button", "/digest").await;
        page.sees(".private .message", "✅ 1 post published").await;
        page.sees(".private .message", "❌ 1 failed").await;
        page.clicks(".private .inline", "Settings").await;
        page.clicks(".private .inline", "Also when nothing happened").await;
        page.sees(".private .inline", "Only when something happened").await;

        // One that was asked for takes the place of none: the daily one tells all of it.
        page.clicks("#platform button", "Post failed").await;
        page.script(CHOOSE_THE_NEXT_MINUTE, json!([])).await;
        page.clicks(".digest button", "Set").await;
        page.sees(".card .said", "The digest comes at").await;
        page.sees_within(".private .message", "❌ 2 failed", UNTIL_THE_MINUTE).await;
    })
    .await;
}
