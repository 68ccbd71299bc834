//! Labels of the buttons under messages.

use super::argument::Args;
use super::catalog::{key, say};
use super::words::network;
use crate::domain::language::Language;

/// A button under a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// The timetable, for admins.
    AllJobs,
    /// Let a post go out that waits for a yes.
    Approve,
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
    /// What admins did last, for admins.
    Deeds,
    /// Disconnect this chat from its account.
    Disconnect,
    /// A page on the web where a new link is made.
    GetNewLink,
    /// The timetable, for admins; below figures.
    Jobs,
    /// Leave all as it is; under a question that would change something.
    Keep,
    /// Another time for a scheduled post.
    Move,
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
    /// Publish a post again that may be out or not.
    PublishAgain,
    /// Ask for the same message anew.
    Refresh,
    /// Try all failed posts again that the message lists.
    RetryAll,
    /// Try the posts again that failed today.
    RetryFailed,
    /// Try a failed post again.
    RetryNow,
    /// What waits to be sent, for admins.
    Queue,
    /// Do not let a post go out that waits for a yes.
    Reject,
    /// Let messages to people go on, for admins.
    Resume,
    /// Choose a job to run, for admins.
    RunJob,
    /// Have everybody told, for admins.
    Send,
    /// Send a test message.
    SendTest,
    /// Choose a time zone.
    SetTimeZone,
    /// The settings.
    Settings,
    /// Send a link on to somebody, for admins.
    Share,
    /// How the service does, for admins.
    Stats,
    /// Have nobody told any more, for admins.
    Stop,
    /// Connect this chat to another account than now.
    Switch,
    /// A post that may be out or not is out.
    WentOut,
    /// Have only oneself told, for admins.
    TestToMe,
}

impl Button {
    /// Every button.
    pub const ALL: [Self; 41] = [
        Self::AllJobs,
        Self::Approve,
        Self::BackToPosts,
        Self::Cancel,
        Self::CancelPost,
        Self::Connect,
        Self::DeadLetters,
        Self::Deeds,
        Self::Disconnect,
        Self::GetNewLink,
        Self::Jobs,
        Self::Keep,
        Self::Move,
        Self::MoveHere,
        Self::NextPage,
        Self::Mute,
        Self::OpenCalendar,
        Self::OpenPost,
        Self::OpenPrivateChat,
        Self::OpenSettings,
        Self::PostNow,
        Self::PreviousPage,
        Self::PublishAgain,
        Self::Refresh,
        Self::RetryAll,
        Self::RetryFailed,
        Self::RetryNow,
        Self::Queue,
        Self::Reject,
        Self::Resume,
        Self::RunJob,
        Self::Send,
        Self::SendTest,
        Self::SetTimeZone,
        Self::Settings,
        Self::Share,
        Self::Stats,
        Self::Stop,
        Self::Switch,
        Self::WentOut,
        Self::TestToMe,
    ];

    /// What is written on it, as plain text.
    pub fn label(self, language: Language) -> String {
        let key = match self {
            Self::AllJobs => key!("button-all-jobs"),
            Self::Approve => key!("button-approve"),
            Self::BackToPosts => key!("button-back-to-posts"),
            Self::Cancel => key!("button-cancel"),
            Self::CancelPost => key!("button-cancel-post"),
            Self::Connect => key!("button-connect"),
            Self::DeadLetters => key!("button-dead-letters"),
            Self::Deeds => key!("button-deeds"),
            Self::Disconnect => key!("button-disconnect"),
            Self::GetNewLink => key!("button-get-new-link"),
            Self::Jobs => key!("button-jobs"),
            Self::Keep => key!("button-keep"),
            Self::Move => key!("button-move"),
            Self::MoveHere => key!("button-move-here"),
            Self::NextPage => key!("button-next-page"),
            Self::Mute => key!("button-mute"),
            Self::OpenCalendar => key!("button-open-calendar"),
            Self::OpenPost => key!("button-open-post"),
            Self::OpenPrivateChat => key!("button-open-private-chat"),
            Self::OpenSettings => key!("button-open-settings"),
            Self::PostNow => key!("button-post-now"),
            Self::PreviousPage => key!("button-previous-page"),
            Self::PublishAgain => key!("button-publish-again"),
            Self::Refresh => key!("button-refresh"),
            Self::RetryAll => key!("button-retry-all"),
            Self::RetryFailed => key!("button-retry-failed"),
            Self::RetryNow => key!("button-retry-now"),
            Self::Queue => key!("button-queue"),
            Self::Reject => key!("button-reject"),
            Self::Resume => key!("button-resume"),
            Self::RunJob => key!("button-run"),
            Self::Send => key!("button-send"),
            Self::SendTest => key!("button-send-test"),
            Self::SetTimeZone => key!("button-set-time-zone"),
            Self::Settings => key!("button-settings"),
            Self::Share => key!("button-share"),
            Self::Stats => key!("button-stats"),
            Self::Stop => key!("button-stop"),
            Self::Switch => key!("button-switch"),
            Self::WentOut => key!("button-went-out"),
            Self::TestToMe => key!("button-test-to-me"),
        };
        say(language, key, &Args::new()).plain()
    }
}

/// The label of the button that leads to where `network_id` is connected again.
pub fn reconnect(language: Language, network_id: &str) -> String {
    say(language, key!("button-reconnect"), &Args::new().html("network", network(language, network_id)))
        .plain()
}
