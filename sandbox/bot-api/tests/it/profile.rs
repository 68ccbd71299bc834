//! What a bot says about itself: commands, names, descriptions, per scope and language.

use serde_json::{Value, json};

use crate::Bench;

#[tokio::test]
async fn get_me_tells_who_the_bot_is() {
    let bench = Bench::new();
    let me = bench.ok("getMe", json!({})).await;
    assert_eq!(
        (&me["id"], &me["is_bot"], &me["username"]),
        (&json!(4242), &json!(true), &json!("scheduler_bot"))
    );
}

#[tokio::test]
async fn commands_are_kept_per_scope_and_language() {
    let bench = Bench::new();
    bench.mina().await;
    let menu = |name: &str| json!([{ "command": name, "description": "does it" }]);
    let scope = json!({ "type": "chat", "chat_id": 1001 });
    bench.ok("setMyCommands", json!({ "commands": menu("/start") })).await;
    bench.ok("setMyCommands", json!({ "commands": menu("help"), "language_code": "ko" })).await;
    bench.ok("setMyCommands", json!({ "commands": menu("stats"), "scope": scope.to_string() })).await;
    let get = |params: Value| bench.ok("getMyCommands", params);
    assert_eq!(get(json!({})).await, menu("start"), "the slash is taken off");
    assert_eq!(get(json!({ "language_code": "ko" })).await, menu("help"));
    assert_eq!(get(json!({ "scope": scope })).await, menu("stats"));
    assert_eq!(get(json!({ "language_code": "de" })).await, json!([]));
    assert_eq!(bench.api.commands("chat:1001", "")[0].command, "stats");
    bench.ok("deleteMyCommands", json!({ "scope": scope })).await;
    assert_eq!(get(json!({ "scope": scope })).await, json!([]));
    assert_eq!(get(json!({})).await, menu("start"));
}

#[tokio::test]
async fn commands_have_limits() {
    let bench = Bench::new();
    let refused = |commands: Value| bench.refused("setMyCommands", json!({ "commands": commands }));
    let one = |command: &str, description: &str| json!([{ "command": command, "description": description }]);
    for (commands, words) in [
        (one("Start", "x"), "BOT_COMMAND_INVALID"),
        (one("시작", "x"), "BOT_COMMAND_INVALID"),
        (one("/", "x"), "command must be non-empty"),
        (one(&"x".repeat(33), "x"), "command length must not exceed 32"),
        (one("x", " "), "command description must be non-empty"),
        (one("x", &"가".repeat(257)), "command description length must not exceed 256"),
        (json!([{ "command": "x" }]), "can't parse BotCommand: Can't find field \"description\""),
        (json!({}), "expected an Array of BotCommand"),
        (json!(vec![json!({ "command": "x", "description": "y" }); 101]), "BOT_COMMANDS_TOO_MUCH"),
    ] {
        assert_eq!(refused(commands).await, format!("Bad Request: {words}"));
    }
    let at_limit = json!({ "commands": one(&"x".repeat(32), &"가".repeat(256)) });
    bench.ok("setMyCommands", at_limit).await;
    let scope = json!({ "type": "chat", "chat_id": 31_337 });
    assert_eq!(
        bench.refused("setMyCommands", json!({ "commands": [], "scope": scope })).await,
        "Bad Request: chat not found"
    );
    assert_eq!(
        bench.refused("setMyCommands", json!({ "commands": [], "language_code": "ko-KR" })).await,
        "Bad Request: invalid language code specified"
    );
}

#[tokio::test]
async fn names_and_descriptions_fall_back_to_the_general_one() {
    let bench = Bench::new();
    for (what, field, most) in [
        ("Name", "name", 64),
        ("Description", "description", 512),
        ("ShortDescription", "short_description", 120),
    ] {
        let set = |text: String, language: &str| {
            (format!("setMy{what}"), json!({ field: text, "language_code": language }))
        };
        for (method, params) in [set("general".to_owned(), ""), set("한".repeat(most), "ko")] {
            bench.ok(&method, params).await;
        }
        let get = |language: &'static str| {
            bench.ok_owned(format!("getMy{what}"), json!({ "language_code": language }))
        };
        assert_eq!(get("ko").await[field], "한".repeat(most));
        assert_eq!(get("de").await[field], "general");
        let (method, params) = set("x".repeat(most + 1), "");
        let (status, _) = bench.call(&method, params).await;
        assert_eq!(status, 400, "{what} has at most {most} characters");
        let (method, params) = set(String::new(), "ko");
        bench.ok(&method, params).await;
        assert_eq!(get("ko").await[field], "general", "an empty text removes the language's own");
    }
}

#[tokio::test]
async fn the_menu_button_is_checked_and_kept_per_chat() {
    let bench = Bench::new();
    bench.mina().await;
    assert_eq!(bench.ok("getChatMenuButton", json!({})).await, json!({ "type": "default" }));
    let commands = json!({ "type": "commands" });
    bench.ok("setChatMenuButton", json!({ "chat_id": 1001, "menu_button": commands })).await;
    assert_eq!(bench.ok("getChatMenuButton", json!({ "chat_id": 1001 })).await, commands);
    assert_eq!(bench.ok("getChatMenuButton", json!({})).await, json!({ "type": "default" }));
    assert_eq!(
        bench.refused("setChatMenuButton", json!({ "menu_button": { "type": "pizza" } })).await,
        "Bad Request: can't parse menu button: MenuButton has unsupported type"
    );
}
