//! An engineer follows the document word by word: what is marked as runnable in it runs, in its order, against the real
//! program.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use secrecy::ExposeSecret as _;
use telegram_bot_scheduler::config::Engine;
use tempfile::TempDir;

use crate::harness::{JWT_SECRET, Launch, World};

const DOCUMENT: &str = include_str!("../../docs/TELEGRAM_BOT_INTEGRATION.md");

/// A fenced block: what stands behind the fence, and what is in it.
struct Block {
    info: Vec<String>,
    text: String,
}

fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in document.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { info, text: String::new() });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

/// Writes the document's files into `folder` and returns its commands as one script.
fn script(folder: &Path) -> String {
    let mut script = String::from("set -euo pipefail\n");
    for block in blocks(DOCUMENT) {
        let info: Vec<&str> = block.info.iter().map(String::as_str).collect();
        match info.as_slice() {
            ["sh", "runnable"] => script.push_str(&block.text),
            [_, "runnable", file] => std::fs::write(folder.join(file), block.text).expect("a file"),
            _ => {}
        }
    }
    script
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_of_the_document_run_word_by_word() {
    let world = World::asleep(Engine::Sqlite, bot_api::Options::unlimited()).await;
    let service = Launch::of(&world).start_ready().await;
    let folder = TempDir::new().expect("a folder");
    let script = script(folder.path());
    assert!(script.matches("curl").count() > 5, "the document's commands were not found");
    let program = Path::new(env!("CARGO_BIN_EXE_telegram-bot-scheduler")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a PATH"));
    let mut command = Command::new("bash");
    command
        .args(["-c", &script])
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", path)
        .env("SCHEDULER", format!("http://{}", service.addr().await))
        .env("JWT_SECRET", JWT_SECRET)
        .env("DATABASE_URL", world.config.database.url.expose_secret())
        .env("DRILL_PORT", free_port().to_string());
    let ended = tokio::task::spawn_blocking(move || command.output()).await.expect("it ends");
    let ended = ended.expect("bash is there");
    let (said, complained) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "the document's commands fail:\n{said}\n{complained}");
    for words in
        ["\"status\":\"ready\"", "\"ids\":[", "\"linked\":false", "\"state\":\"pending\"", "put back"]
    {
        assert!(said.contains(words), "{words} was to be seen:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_names_every_route_that_is_served() {
    let world = World::new(Engine::Sqlite).await;
    let answer = world.platform().send(world.platform().request(reqwest::Method::GET, "/openapi.json")).await;
    let paths = answer.body["paths"].as_object().expect("paths").keys();
    let missing: Vec<&String> = paths.filter(|path| !DOCUMENT.contains(&format!(" {path}"))).collect();
    assert!(missing.is_empty(), "served and not told: {missing:?}");
    world.ends_well().await;
}

#[test]
fn the_document_names_every_kind_of_event() {
    for kind in telegram_bot_scheduler::domain::event::EventKind::ALL {
        let name = telegram_bot_scheduler::domain::notification::Kind::Event(kind).as_str();
        assert!(DOCUMENT.contains(name), "{name} is not told");
    }
}
