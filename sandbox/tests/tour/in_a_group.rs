//! A team reads the notices in its group, and in a topic of it.

use crate::browser::Window;
use crate::connecting::connects;
use crate::story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mina_brings_her_notices_to_her_teams_group_and_a_topic_of_it() {
    story(Window::WIDE, async |page, _| {
        connects(page).await;
        page.clicks("#platform button", "Connect a group").await;
        page.clicks("#platform a", "Choose a group").await;
        page.clicks(".group footer button", "Add the bot to this group").await;
        page.clicks(".group .inline", "✅ Connect").await;
        page.sees(".group .message", "Mina’s Bakery’s notices come here now").await;
        page.sees("#platform dd", "Bakery team").await;

        page.clicks("#platform button", "Connect a group").await;
        let start = page.sees_words("#platform .group-link .address", "/start@scheduler_bot").await;
        page.clicks(".group .topics button", "Posts").await;
        page.clicks(".group textarea", "").await;
        page.types(&format!("{start}\u{e007}")).await;
        page.sees(".group .message", "notices to this topic?").await;
        page.clicks(".group .inline", "✅ Connect").await;
        page.sees("#platform dd", "Bakery team · Posts").await;

        page.clicks("#platform button", "Post failed").await;
        page.sees(".private .message", "Facebook asks you to log in again.").await;
        page.sees(".group .message", "👤 Mina’s Bakery").await;
        page.clicks(".group .topics button", "General").await;
        page.sees(".group .message", "Facebook asks you to log in again.").await;
    })
    .await;
}
