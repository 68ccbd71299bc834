//! Yesterday's chats and yesterday's connection are there tomorrow.

use tempfile::TempDir;

use crate::browser::{Browser, Window};
use crate::connecting::connects;
use crate::sandbox::Sandbox;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_sandbox_goes_on_where_it_was() {
    let first = Sandbox::start().await;
    let browser = Browser::open(Window::WIDE).await;
    browser.goes_to(first.url()).await;
    connects(&browser).await;
    browser.clicks("#platform button", "Announcement").await;
    browser.sees(".private .message", "Maintenance tonight").await;
    // Ctrl-C, with the page open.
    let folder: TempDir = first.stops_at("INT").await;
    browser.sees("#line", "The sandbox is not running").await;

    let second = Sandbox::start_in(folder).await;
    assert!(
        second.folder().join("scheduler.db").exists(),
        "the database is in the folder that was asked for"
    );
    browser.goes_to(second.url()).await;
    browser.sees("#connection", "Connected").await;
    browser.sees(".private .message", "Connected to Mina’s Bakery").await;
    browser.sees(".private .message", "Maintenance tonight").await;
    browser.clicks("#platform button", "Send test message").await;
    browser.sees(".private .message", "Test notification").await;
    browser.quit().await;
    second.stops_cleanly().await;
}
