//! What a person writes in the private chat, and what the bot answers.

use bot_api::NewPerson;
use serde_json::{Map, Value, json};

use crate::harness::PATIENCE;
use crate::on_both_databases;

on_both_databases! {
    async fn start_says_hello_and_how_to_connect(world) {
        let hello = world.answer(&world.mina(), "/start").await;
        assert!(hello.text().starts_with("👋 Hi, Mina!"), "{}", hello.text());
        assert_eq!(hello.labels(), ["Open settings"]);
        let hello = world.answer(&world.jun(), "/start").await;
        assert!(hello.text().starts_with("👋 준님, 안녕하세요!"), "{}", hello.text());
        assert_eq!(hello.labels(), ["설정 열기"]);
    }

    async fn status_tells_how_today_went_and_refreshes_in_place(world) {
        let (mina, platform) = (world.mina(), world.platform());
        let unlinked = world.answer(&mina, "/status").await;
        assert!(unlinked.text().starts_with("🔌 This chat isn’t connected"), "{}", unlinked.text());
        assert_eq!(unlinked.labels(), ["Open settings"]);
        world.link(&mina, "alice").await;
        let status = world.answer(&mina, "/status").await;
        assert!(status.text().starts_with("alice’s shop · connected ✅"), "{}", status.text());
        assert!(status.text().contains("0 published"), "{}", status.text());
        assert_eq!(status.labels(), ["Refresh", "Settings"]);

        // Nothing new: the tap is answered and nothing changes.
        assert_eq!(mina.taps(status.id(), "Refresh").await.expect("an answer").text, "");
        let told = platform
            .tells(json!({ "type": "post.published", "account": "alice", "data": { "network": "x", "text": "Hi" } }))
            .await;
        assert_eq!(told.status, 202);
        mina.sees("Published · X").await.expect("the notice arrives");
        world.tap_makes(&mina, &status, "Refresh", "1 published").await;
        platform.post("alice", "/api/telegram/unlink-account", json!({})).await;
        let refreshed = world.tap_makes(&mina, &status, "Refresh", "This chat isn’t connected").await;
        assert_eq!(refreshed.labels(), ["Open settings"]);
    }

    async fn status_in_korean(world) {
        let jun = world.jun();
        let unlinked = world.answer(&jun, "/status").await;
        assert!(unlinked.text().starts_with("🔌 이 대화는 연결돼 있지 않아요"), "{}", unlinked.text());
        world.link(&jun, "jun").await;
        let status = world.answer(&jun, "/start").await;
        assert!(status.text().starts_with("jun’s shop · 연결됨 ✅"), "/start of a connected chat: {}", status.text());
        assert_eq!(status.labels(), ["새로 고침", "설정"]);
    }

    async fn test_sends_a_notification_the_way_notices_go(world) {
        let (mina, jun) = (world.mina(), world.jun());
        let first = world.answer(&mina, "/test").await;
        assert!(first.text().starts_with("🔌 Connect an account first"), "{}", first.text());
        world.link(&mina, "alice").await;
        world.link(&jun, "jun").await;
        let test = world.answer(&mina, "/test").await;
        assert!(test.text().contains("If you can read this, notifications work"), "{}", test.text());
        assert!(!test.silent, "a test that makes no sound proves little");
        let test = world.answer(&jun, "/test").await;
        assert!(test.text().contains("이 메시지가 보이면 알림이 정상이에요"), "{}", test.text());
    }

    async fn a_command_is_found_however_it_is_typed(world) {
        let mina = world.mina();
        world.lift_limits().await;
        for typed in ["/HELP", "/help@scheduler_bot", "/help me please", "/help\n\nnow"] {
            let help = world.answer(&mina, typed).await;
            assert!(help.text().starts_with("What I can do"), "{typed:?}: {}", help.text());
        }
    }

    async fn help_names_the_commands_that_exist(world) {
        let help = world.answer(&world.mina(), "/help").await;
        for command in ["/status", "/posts", "/settings", "/digest", "/test", "/unlink"] {
            assert!(help.text().contains(command), "{command} is missing: {}", help.text());
        }
        for hidden in ["/stats", "/queue"] {
            assert!(!help.text().contains(hidden), "{hidden} is not for her, or not there: {}", help.text());
        }
        let help = world.answer(&world.jun(), "/help").await;
        assert!(help.text().starts_with("사용할 수 있는 명령"), "{}", help.text());
    }

    async fn a_command_that_does_not_exist_is_said_so(world) {
        world.lift_limits().await;
        for unknown in ["/frobnicate", "/", "//", "/status2", "/스타트"] {
            let answer = world.answer(&world.mina(), unknown).await;
            assert_eq!(answer.text(), "I don’t know that command. Try /help", "{unknown:?}");
        }
        let answer = world.answer(&world.jun(), "/frobnicate").await;
        assert_eq!(answer.text(), "모르는 명령이에요. /help 를 눌러 보세요.");
    }

    async fn anything_else_gets_a_hint_too(world) {
        let (mina, jun) = (world.mina(), world.jun());
        world.lift_limits().await;
        let longest = "🙂".repeat(2_048);
        for text in ["hello", "status", "/help@another_bot", "\u{202E}olleh", "<b>", longest.as_str()] {
            let answer = world.answer(&mina, text).await;
            assert!(answer.text().starts_with("🤖 I only understand commands."), "{text:?}: {}", answer.text());
        }
        let answer = world.answer(&jun, "안녕").await;
        assert!(answer.text().starts_with("🤖 명령만 알아들을 수 있어요."), "{}", answer.text());
        for (what, fields) in kinds_of_message() {
            let sent = mina.sends(fields).expect("the app can send it");
            let answer = world.message_after(&mina, sent).await;
            assert!(answer.text().starts_with("🤖 I only understand commands."), "{what}: {}", answer.text());
        }
    }

    async fn names_made_to_break_messages_do_not(world) {
        let names = [
            "<b>", "&", "&lt;b&gt;", "</b></i>\"'`", "a\u{202E}b\u{2066}c", "\u{200F}\u{200E}\u{200D}", "[x](tg://user?id=1)",
            "{ $account }", "%s{0}\\n", "A\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", &"👨‍👩‍👧".repeat(512), &"🙂".repeat(4_096), &"<".repeat(4_096),
        ]
        .map(str::to_owned);
        world.lift_limits().await;
        for (number, name) in (3_000..).zip(&names) {
            let person = world.telegram.person(NewPerson::new(number, name).language("ko"));
            world.answer(&person, "/start").await;
            let account = format!("account-{number}");
            // What a header can carry; the port keeps less of it.
            let name: String = name.chars().take(1_000).collect();
            let token = world.platform().asks_for_link_as(&account, &name).await;
            let question = world.opens_link(&person, &token).await;
            world.tap_makes(&person, &question, "연결", "연결됐어요").await;
            world.answer(&person, "/status").await;
            let question = world.answer(&person, "/unlink").await;
            world.tap_makes(&person, &question, "유지", "그대로 연결돼 있어요").await;
        }
        let refused: Vec<_> = world
            .telegram
            .requests()
            .into_iter()
            .filter(|request| ["sendMessage", "editMessageText"].contains(&request.method))
            .filter(|request| request.outcome.status != 200)
            .map(|request| (request.method, request.outcome.error, request.params))
            .collect();
        assert!(refused.is_empty(), "Telegram refused: {refused:#?}");
    }

    async fn whoever_floods_the_bot_delays_nobody_else(world) {
        let mallory = world.telegram.person(NewPerson::new(666, "Mallory"));
        for _ in 0..250 {
            mallory.says("/status").expect("Mallory can write");
        }
        let jun = world.jun();
        let answer = world.answer(&jun, "/help").await;
        assert!(answer.text().starts_with("사용할 수 있는 명령"), "{}", answer.text());
        world.telegram.wait_until_acknowledged(PATIENCE * 4).await.expect("the flood ends");
        let heard = world.telegram.sent_count(mallory.id());
        assert!((1..=250).contains(&heard), "Mallory heard {heard} answers");
    }
}

/// One message of each kind that is no text, broken and unknown ones included.
fn kinds_of_message() -> Vec<(&'static str, Map<String, Value>)> {
    let file = json!({ "file_id": "f", "file_unique_id": "u", "duration": 1, "mime_type": "audio/ogg", "file_size": 9 });
    let photo = json!({ "file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "file_size": 9 });
    let sticker = json!({
        "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 512, "height": 512,
        "is_animated": false, "is_video": false, "file_size": 9
    });
    [
        ("a sticker", json!({ "sticker": sticker })),
        ("a voice message", json!({ "voice": file })),
        ("a location", json!({ "location": { "longitude": 127.0, "latitude": 37.5 } })),
        ("a photo with a caption", json!({ "photo": [photo], "caption": "/start of the day" })),
        ("a contact", json!({ "contact": { "phone_number": "+1", "first_name": "A" } })),
        ("a dice", json!({ "dice": { "emoji": "🎲", "value": 6 } })),
        ("a kind nobody knows yet", json!({ "hologram": { "voxels": [1, 2, 3] } })),
        ("nothing at all", json!({})),
    ]
    .map(|(what, fields)| (what, fields.as_object().cloned().unwrap_or_default()))
    .into()
}
