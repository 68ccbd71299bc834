//! The same on a phone, in Korean: one part of the page at a time, and marks for what was not seen yet.

use crate::browser::Window;
use crate::story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jun_connects_blocks_and_comes_back() {
    story(Window::PHONE, async |page, _| {
        page.clicks("#people button", "준").await;
        page.clicks(".entry", "가상 플랫폼").await;
        page.clicks("#platform button", "텔레그램 연결").await;
        page.clicks("#platform a", "텔레그램에서 열기").await;
        page.clicks(".private footer button", "시작").await;
        page.sees(".private .message", "이 대화를 연결할까요?").await;
        page.sees_no_more("#platform", "").await;
        page.sees_no_more(".channel", "").await;
        page.clicks(".private .inline", "✅ 연결").await;
        page.sees(".private .message", "준의 책방에 연결됐어요").await;
        page.found_no_mistakes().await;

        page.clicks(".private .back", "").await;
        page.clicks(".entry", "가상 플랫폼").await;
        page.sees("#connection", "연결됨").await;
        page.clicks("#platform button", "게시 실패").await;
        page.found_no_mistakes().await;
        page.clicks("#platform .back", "").await;
        page.sees(".entry[data-opens=private] .count", "1").await;
        page.clicks(".entry", "Scheduler").await;
        page.sees(".private .message", "페이스북 로그인이 만료됐어요.").await;
        page.clicks(".private .back", "").await;
        page.sees_no_more(".entry .count", "").await;

        page.clicks(".entry", "Mina’s Bakery").await;
        page.sees(".channel", "관리자만 글을 올릴 수 있어요").await;
        page.sees_no_more(".private", "").await;
        page.clicks(".channel .back", "").await;

        page.clicks(".entry", "Scheduler").await;
        page.clicks(".private header button", "차단").await;
        page.sees(".private footer button", "차단 해제").await;
        page.clicks(".private .back", "").await;
        page.clicks(".entry", "가상 플랫폼").await;
        page.sees("#connection", "멈춤").await;
        page.clicks("#platform .back", "").await;
        page.clicks(".entry", "Scheduler").await;
        page.clicks(".private footer button", "차단 해제").await;
        page.sees(".private .message", "다시 오셨네요").await;
    })
    .await;
}
