//! The page itself, inside the program: it needs no folder beside it and fetches nothing from elsewhere.

use super::answer::{Answer, bytes_answer};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A path, its type and its content.
type File = (&'static str, &'static str, &'static [u8]);

macro_rules! files {
    ($($path:literal => $content_type:expr, $file:literal;)+) => {
        [$(($path, $content_type, include_bytes!(concat!("../../web/", $file)) as &[u8])),+]
    };
}

static FILES: &[File] = &files! {
    "/" => HTML, "index.html";
    "/style/colours.css" => CSS, "style/colours.css";
    "/style/layout.css" => CSS, "style/layout.css";
    "/style/chat.css" => CSS, "style/chat.css";
    "/style/platform.css" => CSS, "style/platform.css";
    "/script/main.js" => SCRIPT, "script/main.js";
    "/script/backend.js" => SCRIPT, "script/backend.js";
    "/script/chat.js" => SCRIPT, "script/chat.js";
    "/script/chat_list.js" => SCRIPT, "script/chat_list.js";
    "/script/command_menu.js" => SCRIPT, "script/command_menu.js";
    "/script/composer.js" => SCRIPT, "script/composer.js";
    "/script/connection.js" => SCRIPT, "script/connection.js";
    "/script/dom.js" => SCRIPT, "script/dom.js";
    "/script/entities.js" => SCRIPT, "script/entities.js";
    "/script/links.js" => SCRIPT, "script/links.js";
    "/script/message.js" => SCRIPT, "script/message.js";
    "/script/notices.js" => SCRIPT, "script/notices.js";
    "/script/posts.js" => SCRIPT, "script/posts.js";
    "/script/times.js" => SCRIPT, "script/times.js";
    "/script/topics.js" => SCRIPT, "script/topics.js";
    "/script/words.js" => SCRIPT, "script/words.js";
    // The demo posts' picture: the page shows pictures of its own address only.
    "/pictures/scones.jpg" => "image/jpeg", "pictures/scones.jpg";
    "/icon.svg" => "image/svg+xml", "icon.svg";
};

/// The file at a path, if there is one.
pub(super) fn file(path: &str) -> Option<Answer> {
    let (_, content_type, content) = FILES.iter().find(|(known, ..)| *known == path)?;
    Some(bytes_answer(content_type, *content))
}
