//! Why a post is not out and what its author can do, by the class of the failure.

use super::argument::Args;
use super::catalog::{Key, key, say};
use super::html::Html;
use crate::domain::failure_code::FailureCode;
use crate::domain::language::Language;

/// Why, and what to do about it; `network`: its name as it is shown.
pub(super) fn explained(language: Language, code: FailureCode, network: &Html) -> (Html, Html) {
    let (why, fix) = keys(code);
    let told = |key: Key| say(language, key, &Args::new().html("network", network.clone()));
    (told(why), told(fix))
}

fn keys(code: FailureCode) -> (Key, Key) {
    match code {
        FailureCode::LoginExpired => (key!("login-expired"), key!("login-expired-fix")),
        FailureCode::BotNotAdmin => (key!("bot-not-admin"), key!("bot-not-admin-fix")),
        FailureCode::ChannelNotFound => (key!("channel-not-found"), key!("channel-not-found-fix")),
        FailureCode::MediaUnreachable => (key!("media-unreachable"), key!("media-unreachable-fix")),
        FailureCode::MediaRejected => (key!("media-rejected"), key!("media-rejected-fix")),
        FailureCode::TextTooLong => (key!("text-too-long"), key!("text-too-long-fix")),
        FailureCode::TextRejected => (key!("text-rejected"), key!("text-rejected-fix")),
        FailureCode::Duplicate => (key!("duplicate"), key!("duplicate-fix")),
        FailureCode::RateLimited => (key!("rate-limited"), key!("rate-limited-fix")),
        FailureCode::ConnectorUnreachable => {
            (key!("connector-unreachable"), key!("connector-unreachable-fix"))
        }
        FailureCode::ConnectorRefused => (key!("connector-refused"), key!("connector-refused-fix")),
        FailureCode::Refused => (key!("refused"), key!("refused-fix")),
    }
}
