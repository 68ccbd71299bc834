//! The sandbox as somebody meets it who has just cloned the project: the real program, a real browser (Chromium,
//! driven through WebDriver), real clicks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is a test's failure message"
)]
#![allow(clippy::print_stdout, reason = "what the page said is shown with a failure")]

mod browser;
mod connecting;
mod hostile_requests;
mod in_a_group;
mod kept_state;
mod on_a_phone;
mod posting;
mod sandbox;
mod whole_tour;
mod writing;

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt as _;

use browser::{Browser, Window};
use sandbox::Sandbox;

/// Tells a story in a fresh sandbox and a fresh browser; both end with it, however it ends.
async fn story(window: Window, told: impl AsyncFnOnce(&Browser, &Sandbox)) {
    let sandbox = Sandbox::start().await;
    let browser = Browser::open(window).await;
    browser.goes_to(sandbox.url()).await;
    let outcome = AssertUnwindSafe(async {
        told(&browser, &sandbox).await;
        browser.found_no_mistakes().await;
    })
    .catch_unwind()
    .await;
    if outcome.is_err() {
        browser.describes_itself().await;
    }
    browser.quit().await;
    match outcome {
        Ok(()) => sandbox.stops_cleanly().await,
        Err(panic) => resume_unwind(panic),
    }
}
