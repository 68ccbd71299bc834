//! Labels of the buttons under messages.

use super::argument::Args;
use super::catalog::{key, say};
use crate::domain::language::Language;

/// A button under a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The timetable, for admins.
    AllJobs,
    /// From a post's card to the list of posts.
    BackToPosts,
    /// Leave all as it is; under the question whether to connect.
    Cancel,
    /// Never publish the post.
    CancelPost,
    /// Connect this chat to the account of the link.
    Connect,
    /// What could not be delivered, for admins.
    DeadLetters,
    /// Disconnect this chat from its account.
    Disconnect,
    /// A page on the web where a new link is made.
    GetNewLink,
    /// Leave all as it is; under a question that would change something.
    Keep,
    /// Take the account away from its other chat.
    MoveHere,
    /// Hold everything back for an hour; under notices.
    Mute,
    /// The calendar on the platform.
    OpenCalendar,
    /// The post on the platform.
    OpenPost,
    /// On to what comes after this.
    NextPage,
    /// From a group to the private chat with the bot.
    OpenPrivateChat,
    /// The settings page on the web, from hello.
    OpenSettings,
    /// Publish the post at once.
    PostNow,
    /// Back to what comes before this.
    PreviousPage,
    /// Ask for the same message anew.
    Refresh,
    /// Choose a job to run, for admins.
    RunJob,
    /// Send a test message.
    SendTest,
    /// Choose a time zone.
    SetTimeZone,
    /// The settings.
    Settings,
    /// Connect this chat to another account than now.
    Switch,
}

impl Button {
    /// Every button.
    pub const ALL: [Self; 24] = [
        Self::AllJobs,
        Self::BackToPosts,
        Self::Cancel,
        Self::CancelPost,
        Self::Connect,
        Self::DeadLetters,
        Self::Disconnect,
        Self::GetNewLink,
        Self::Keep,
        Self::MoveHere,
        Self::NextPage,
        Self::Mute,
        Self::OpenCalendar,
        Self::OpenPost,
        Self::OpenPrivateChat,
        Self::OpenSettings,
        Self::PostNow,
        Self::PreviousPage,
        Self::Refresh,
        Self::RunJob,
        Self::SendTest,
        Self::SetTimeZone,
        Self::Settings,
        Self::Switch,
    ];

    /// What is written on it, as plain text.
    pub fn label(self, language: Language) -> String {
        let key = match self {
            Self::AllJobs => key!("button-all-jobs"),
            Self::BackToPosts => key!("button-back-to-posts"),
            Self::Cancel => key!("button-cancel"),
            Self::CancelPost => key!("button-cancel-post"),
            Self::Connect => key!("button-connect"),
            Self::DeadLetters => key!("button-dead-letters"),
            Self::Disconnect => key!("button-disconnect"),
            Self::GetNewLink => key!("button-get-new-link"),
            Self::Keep => key!("button-keep"),
            Self::MoveHere => key!("button-move-here"),
            Self::NextPage => key!("button-next-page"),
            Self::Mute => key!("button-mute"),
            Self::OpenCalendar => key!("button-open-calendar"),
            Self::OpenPost => key!("button-open-post"),
            Self::OpenPrivateChat => key!("button-open-private-chat"),
            Self::OpenSettings => key!("button-open-settings"),
            Self::PostNow => key!("button-post-now"),
            Self::PreviousPage => key!("button-previous-page"),
            Self::Refresh => key!("button-refresh"),
            Self::RunJob => key!("button-run"),
            Self::SendTest => key!("button-send-test"),
            Self::SetTimeZone => key!("button-set-time-zone"),
            Self::Settings => key!("button-settings"),
            Self::Switch => key!("button-switch"),
        };
        say(language, key, &Args::new()).plain()
    }
}
