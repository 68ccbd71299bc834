//! Typing, the command menu and the keyboard; and texts that would like to be markup.

use serde_json::json;

use crate::browser::Window;
use crate::connecting::connects;
use crate::story;

const ENTER: char = '\u{e007}';
const ESC: char = '\u{e00c}';
const UP: char = '\u{e013}';

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_is_enough() {
    story(Window::WIDE, async |page, _| {
        page.clicks(".private footer button", "Start").await;
        page.sees(".private .message", "Hi, Mina!").await;
        page.clicks(".private textarea", "").await;
        page.types("/he").await;
        page.sees(".private .commands", "/help").await;
        page.types(&ESC.to_string()).await;
        page.sees_no_more(".private .commands", "").await;
        page.types("l").await;
        page.types(&format!("{UP}{ENTER}")).await;
        page.sees(".private .message.mine", "/help").await;
        page.sees(".private .message:not(.mine)", "What I can do").await;
        // The focus is back where the next words go.
        page.types(&format!("hello{ENTER}")).await;
        page.sees(".private .message.mine", "hello").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_menu_speaks_the_persons_language() {
    story(Window::WIDE, async |page, _| {
        page.clicks("#people button", "준").await;
        page.clicks(".private footer button", "시작").await;
        page.clicks(".private .slash", "/").await;
        page.sees(".private .commands", "연결 끊기").await;
        page.types(&ESC.to_string()).await;
        page.clicks("#people button", "Mina").await;
        page.clicks(".private footer button", "Start").await;
        page.clicks(".private .slash", "/").await;
        page.sees(".private .commands", "disconnect this chat").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_stays_a_text() {
    story(Window::WIDE, async |page, _| {
        let hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
        page.clicks(".channel textarea", "").await;
        page.types(&format!("{hostile}{ENTER}")).await;
        page.sees(".channel .message .words", hostile).await;
        connects(page).await;
        page.clicks(".private textarea", "").await;
        page.types(&format!("{hostile}{ENTER}")).await;
        page.sees(".private .message.mine .words", hostile).await;
        let made = "return [document.title, document.querySelectorAll('.log img, .log script').length]";
        assert_eq!(page.script(made, json!([])).await, json!(["Telegram Bot Scheduler · sandbox", 0]));
    })
    .await;
}
