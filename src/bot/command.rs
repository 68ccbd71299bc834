//! What a person typed: a command, or something else.

use teloxide::types::Message;

/// A command to this bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// `/start`, with the deep link's payload where there is one.
    Start(String),
    /// `/status`
    Status,
    /// `/posts`
    Posts,
    /// `/new`
    New,
    /// `/settings`
    Settings,
    /// `/digest`
    Digest,
    /// `/test`
    Test,
    /// `/unlink`
    Unlink,
    /// `/help`
    Help,
    /// `/stats`, for admins.
    Stats,
    /// `/queue`, for admins.
    Queue,
    /// `/failed`, for admins.
    Failed,
    /// `/resend`, for admins, with the number that was named behind it.
    Resend(String),
    /// `/jobs`, for admins.
    Jobs,
    /// `/run`, for admins, with what was named behind it.
    Run(String),
    /// `/broadcast`, for admins, with what is to be told.
    Broadcast(String),
    /// `/invite`, for admins, with whom to invite.
    Invite(String),
    /// `/pause`, for admins.
    Pause,
    /// `/resume`, for admins.
    Resume,
    /// A command that does not exist.
    Unknown,
}

/// The command in a message to the bot `username`; `None` when it is not a command, or one for another bot.
///
/// Unlike teloxide's parser it takes any case, any white space after the name, and needless arguments: a
/// person who types `/Status please` means `/status`.
pub(super) fn command_of(message: &Message, username: Option<&str>) -> Option<Command> {
    parse(message.text()?, username)
}

/// Whether the command in a message names the bot `username`: in a group, others may be meant by one that does not.
pub(super) fn names_bot(message: &Message, username: Option<&str>) -> bool {
    let word = message.text().and_then(|text| text.split_whitespace().next());
    let addressee = word.and_then(|word| word.split_once('@')).map(|(_, addressee)| addressee);
    addressee.zip(username).is_some_and(|(addressee, username)| addressee.eq_ignore_ascii_case(username))
}

fn parse(text: &str, username: Option<&str>) -> Option<Command> {
    let rest = text.strip_prefix('/')?;
    let (word, payload) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, addressee) = word.split_once('@').unwrap_or((word, ""));
    if !addressee.is_empty() && username.is_some_and(|username| !username.eq_ignore_ascii_case(addressee)) {
        return None;
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "start" => Command::Start(payload.trim().to_owned()),
        "status" => Command::Status,
        "posts" => Command::Posts,
        "new" => Command::New,
        "settings" => Command::Settings,
        "digest" => Command::Digest,
        "test" => Command::Test,
        "unlink" => Command::Unlink,
        "help" => Command::Help,
        "stats" => Command::Stats,
        "queue" => Command::Queue,
        "failed" => Command::Failed,
        "resend" => Command::Resend(payload.trim().to_owned()),
        "jobs" => Command::Jobs,
        "run" => Command::Run(payload.trim().to_owned()),
        "broadcast" => Command::Broadcast(payload.trim().to_owned()),
        "invite" => Command::Invite(payload.trim().to_owned()),
        "pause" => Command::Pause,
        "resume" => Command::Resume,
        _ => Command::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_however_they_are_typed() {
        let typed: &[(&str, Option<Command>)] = &[
            ("/start", Some(Command::Start(String::new()))),
            ("/start abc-DEF_1", Some(Command::Start("abc-DEF_1".into()))),
            ("/start\nabc", Some(Command::Start("abc".into()))),
            ("/START   abc ", Some(Command::Start("abc".into()))),
            ("/status@Scheduler_Bot", Some(Command::Status)),
            ("/Status please", Some(Command::Status)),
            ("/run", Some(Command::Run(String::new()))),
            ("/run  purge_expired ", Some(Command::Run("purge_expired".into()))),
            ("/resend", Some(Command::Resend(String::new()))),
            ("/Resend  #41 ", Some(Command::Resend("#41".into()))),
            ("/invite alice Mina’s  Bakery", Some(Command::Invite("alice Mina’s  Bakery".into()))),
            ("/broadcast\nTwo\nlines ", Some(Command::Broadcast("Two\nlines".into()))),
            ("/posts 2", Some(Command::Posts)),
            ("/New", Some(Command::New)),
            ("/settings", Some(Command::Settings)),
            ("/digest now", Some(Command::Digest)),
            ("/frobnicate", Some(Command::Unknown)),
            ("/", Some(Command::Unknown)),
            ("/status@another_bot", None),
            ("status", None),
            ("hello /status", None),
            ("", None),
        ];
        for (text, expected) in typed {
            assert_eq!(parse(text, Some("scheduler_bot")), *expected, "{text:?}");
        }
    }
}
