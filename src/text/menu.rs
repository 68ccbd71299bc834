//! The command menus and the bot's description of itself.

use super::argument::Args;
use super::catalog::{key, say};
use crate::domain::language::Language;

/// Who reads a menu or the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody.
    People,
    /// Admins, in their private chat; they see what people see and more.
    Admins,
}

/// A command that the bot understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hello, and the way a link token arrives.
    Start,
    /// How the chat stands.
    Status,
    /// What is scheduled.
    Posts,
    /// Write a post.
    New,
    /// How the digest comes, in which language and zone.
    Settings,
    /// The digest, now.
    Digest,
    /// Send a test message.
    Test,
    /// Disconnect the chat.
    Unlink,
    /// What the bot can do.
    Help,
    /// For admins: chats, sending and updates.
    Stats,
    /// For admins: what waits to be sent.
    Queue,
    /// For admins: what could not be delivered.
    Failed,
    /// For admins: send one of these again.
    Resend,
    /// For admins: the timetable.
    Jobs,
    /// For admins: run a job now.
    Run,
    /// For admins: tell everybody something.
    Broadcast,
    /// For admins: a link for somebody's account.
    Invite,
    /// For admins: hold all messages to people.
    Pause,
    /// For admins: let them go on.
    Resume,
}

impl Command {
    /// The commands that this audience's menu shows, in its order.
    pub fn menu(audience: Audience) -> &'static [Self] {
        const ALL: [Command; 19] = [
            Command::Start,
            Command::Status,
            Command::Posts,
            Command::New,
            Command::Settings,
            Command::Digest,
            Command::Test,
            Command::Unlink,
            Command::Help,
            Command::Stats,
            Command::Queue,
            Command::Failed,
            Command::Resend,
            Command::Jobs,
            Command::Run,
            Command::Broadcast,
            Command::Invite,
            Command::Pause,
            Command::Resume,
        ];
        match audience {
            Audience::People => ALL.split_at(9).0,
            Audience::Admins => &ALL,
        }
    }

    /// The command without its slash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Status => "status",
            Self::Posts => "posts",
            Self::New => "new",
            Self::Settings => "settings",
            Self::Digest => "digest",
            Self::Test => "test",
            Self::Unlink => "unlink",
            Self::Help => "help",
            Self::Stats => "stats",
            Self::Queue => "queue",
            Self::Failed => "failed",
            Self::Resend => "resend",
            Self::Jobs => "jobs",
            Self::Run => "run",
            Self::Broadcast => "broadcast",
            Self::Invite => "invite",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }

    /// What it does, as plain text for the menu (Telegram allows 256 characters) and for the help.
    pub fn description(self, language: Language) -> String {
        let key = match self {
            Self::Start => key!("command-start"),
            Self::Status => key!("command-status"),
            Self::Posts => key!("command-posts"),
            Self::New => key!("command-new"),
            Self::Settings => key!("command-settings"),
            Self::Digest => key!("command-digest"),
            Self::Test => key!("command-test"),
            Self::Unlink => key!("command-unlink"),
            Self::Help => key!("command-help"),
            Self::Stats => key!("command-stats"),
            Self::Queue => key!("command-queue"),
            Self::Failed => key!("command-failed"),
            Self::Resend => key!("command-resend"),
            Self::Jobs => key!("command-jobs"),
            Self::Run => key!("command-run"),
            Self::Broadcast => key!("command-broadcast"),
            Self::Invite => key!("command-invite"),
            Self::Pause => key!("command-pause"),
            Self::Resume => key!("command-resume"),
        };
        say(language, key, &Args::new()).plain()
    }
}

/// What an empty chat with the bot shows, as plain text (`setMyDescription`, 512 characters at most).
pub fn bot_description(language: Language) -> String {
    say(language, key!("bot-description"), &Args::new()).plain()
}

/// What the bot's profile and shared links show, as plain text (`setMyShortDescription`, 120 at most).
pub fn bot_short_description(language: Language) -> String {
    say(language, key!("bot-short-description"), &Args::new()).plain()
}
