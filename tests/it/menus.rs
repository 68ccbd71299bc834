//! What Telegram shows about the bot before anybody writes: menus and descriptions.

use serde_json::Value;

use crate::harness::{ADMIN_ID, PATIENCE, World};
use crate::on_both_databases;

/// What everybody's menu shows.
const PEOPLE: [&str; 9] = ["start", "status", "posts", "new", "settings", "digest", "test", "unlink", "help"];

on_both_databases! {
    async fn everybody_finds_the_commands_in_their_language(world) {
        menus_are_set(world).await;
        let english = world.telegram.commands("all_private_chats", "");
        let korean = world.telegram.commands("all_private_chats", "ko");
        for menu in [&english, &korean] {
            let names: Vec<_> = menu.iter().map(|command| command.command.as_str()).collect();
            assert_eq!(names, PEOPLE, "the menu shows exactly what exists");
        }
        assert_eq!(english[1].description, "today at a glance");
        assert_eq!(korean[1].description, "오늘 현황 보기");
        for scope in ["default", "all_group_chats"] {
            assert!(world.telegram.commands(scope, "").is_empty(), "nothing works in {scope}");
        }
    }

    async fn an_admins_menu_is_there_from_their_first_start(world) {
        menus_are_set(world).await;
        let scope = format!("chat:{ADMIN_ID}");
        assert!(world.telegram.commands(&scope, "").is_empty(), "Telegram knows no such chat yet");
        world.answer(&world.admin(), "/start").await;
        for (language, description) in [("", "what waits to be sent"), ("ko", "전송을 기다리는 알림")] {
            let set = async || !world.telegram.commands(&scope, language).is_empty();
            world.until("the admin's menu is set", set).await;
            let menu = world.telegram.commands(&scope, language);
            let names: Vec<_> = menu.iter().map(|command| command.command.as_str()).collect();
            assert_eq!(names, [&PEOPLE[..], &["stats", "queue", "failed", "resend", "jobs", "run", "broadcast", "invite", "pause", "resume"]].concat());
            assert_eq!(menu[10].description, description);
        }
        world.answer(&world.mina(), "/start").await;
        assert!(world.telegram.commands("chat:11", "").is_empty(), "Mina is no admin");
    }

    async fn the_bot_describes_itself_in_both_languages(world) {
        menus_are_set(world).await;
        for (method, field, language, words) in [
            ("getMyDescription", "description", "", "Press Start, then connect your account"),
            ("getMyDescription", "description", "ko", "시작을 누른 뒤"),
            ("getMyShortDescription", "short_description", "", "Tells you when your scheduled posts"),
            ("getMyShortDescription", "short_description", "ko", "예약한 글이 게시되거나"),
        ] {
            let answer = world.calls_telegram(method, &[("language_code", language)]).await;
            let said = answer["result"][field].as_str().unwrap_or_default();
            assert!(said.contains(words), "{method} {language:?}: {answer}");
        }
    }

    async fn a_telegram_that_refuses_the_menus_is_no_reason_to_be_silent(world) {
        menus_are_set(world).await;
        world.stop().await;
        let fault = bot_api::Fault::Html { status: 502 };
        world.telegram.fault_next(50, bot_api::Rule::new(fault).method("setMyCommands").method("setMyDescription"));
        world.start().await;
        let help = world.answer(&world.mina(), "/help").await;
        assert!(help.text().starts_with("What I can do"), "{}", help.text());
        world.telegram.clear_faults();
    }
}

/// The last of the calls was made: the short description in Korean.
async fn menus_are_set(world: &World) {
    let korean = |request: &bot_api::Request| {
        request.params.get("language_code").and_then(Value::as_str) == Some("ko")
    };
    let last = world.telegram.wait_for_request("setMyShortDescription", korean, PATIENCE).await;
    last.expect("the bot tells Telegram its menus");
}
