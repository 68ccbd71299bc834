//! What a button means: written into its callback data, read back from a tap.
//!
//! Callback data can be forged by whoever holds the chat, so it carries no authority of its own: a link tap is
//! worth what its token is worth, an unlink tap names the account it was shown for.

use sha2::{Digest as _, Sha256};

use crate::domain::job::Job;
use crate::domain::language::Language;
use crate::domain::link::{Consent, LinkToken};
use crate::domain::typed_time::Preset;
use crate::telegram::{MUTE_TAP, PostTap, SETTINGS_TAP};

mod draft;
mod settings;
#[cfg(test)]
mod tests;

pub(super) use draft::{DraftTap, network_tag};
pub(super) use settings::SettingsTap;

/// A tap on one of our buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tap {
    /// Link this chat, giving up what was consented to.
    Link {
        /// The token of the question.
        token: LinkToken,
        /// What the question said would end.
        consent: Consent,
        /// The language of the question: the page's, which a chat without a link does not know.
        language: Language,
    },
    /// Leave the links as they are.
    KeepLinks {
        /// The language of the question.
        language: Language,
    },
    /// Connect the place that the token was brought to; like the next two, in groups only.
    ConnectPlace {
        /// The token of the question.
        token: LinkToken,
    },
    /// Send no more notices to the place with this number.
    StopPlace(i64),
    /// Leave the places of the group as they are.
    KeepPlaces,
    /// Let the posts of the account with this tag go to a channel.
    ConnectChannel {
        /// The channel.
        chat_id: i64,
        /// See [`account_tag`].
        account_tag: String,
    },
    /// Leave the channel as it is.
    LeaveChannel,
    /// Disconnect the account with this tag.
    Unlink {
        /// See [`account_tag`].
        account_tag: String,
    },
    /// Stay connected.
    StayLinked,
    /// Show the status anew.
    RefreshStatus,
    /// Try the posts again that failed today.
    RetryFailed,
    /// Show a page of what is scheduled, from 0.
    Posts {
        /// Which.
        page: u32,
    },
    /// Show one of the posts with what can be done to it.
    PostCard {
        /// Which.
        id: i64,
        /// The page that leads back from it.
        page: u32,
    },
    /// Do something to a post.
    Post(PostTap),
    /// Publish a scheduled post at that time instead.
    MovePost {
        /// Which.
        id: i64,
        /// When.
        preset: Preset,
    },
    /// Show the figures; for admins, like all down to [`Tap::ShowRun`].
    Stats,
    /// Show what waits to be sent.
    Queue,
    /// Show what admins did last.
    Deeds,
    /// Let sending go on.
    Resume,
    /// Tell people what the broadcast says.
    SendBroadcast(i64),
    /// Tell only me.
    TestBroadcast(i64),
    /// Tell nobody.
    CancelBroadcast(i64),
    /// Tell nobody any more.
    StopBroadcast(i64),
    /// Show the last dead letters.
    DeadLetters,
    /// Send a dead letter again.
    Resend(i64),
    /// Show the timetable.
    Jobs,
    /// Ask which job to run.
    ChooseJob,
    /// Run a job now.
    RunJob(Job),
    /// Show how far a run is.
    ShowRun {
        /// Of which job.
        job: Job,
        /// Its number.
        id: i64,
    },
    /// Show the settings, in a message of their own.
    OpenSettings,
    /// Ask for the zone, in a message of its own.
    AskZone,
    /// Hold everything back for an hour.
    Mute,
    /// Something in the settings of the account with this tag.
    Settings {
        /// See [`account_tag`].
        account_tag: String,
        /// What.
        tap: SettingsTap,
    },
    /// Something below the draft with this tag.
    Draft {
        /// Tells the draft from the account's earlier ones.
        tag: String,
        /// What.
        tap: DraftTap,
    },
}

impl Tap {
    /// Whether only admins may do this: data can be forged, a button shown once stays.
    pub(super) fn is_for_admins(&self) -> bool {
        matches!(
            self,
            Self::Stats
                | Self::Queue
                | Self::Deeds
                | Self::Resume
                | Self::SendBroadcast(_)
                | Self::TestBroadcast(_)
                | Self::CancelBroadcast(_)
                | Self::StopBroadcast(_)
                | Self::DeadLetters
                | Self::Resend(_)
                | Self::Jobs
                | Self::ChooseJob
                | Self::RunJob(_)
                | Self::ShowRun { .. }
        )
    }

    /// Whether this is done in groups, and only there.
    pub(super) fn is_for_groups(&self) -> bool {
        matches!(self, Self::ConnectPlace { .. } | Self::StopPlace(_) | Self::KeepPlaces)
    }

    /// As callback data: at most 64 bytes (Bot API documentation, "InlineKeyboardButton").
    pub(super) fn to_data(&self) -> String {
        match self {
            Self::Link { token, consent, language } => {
                let consent = match (consent.switch_account, consent.move_chat) {
                    (false, false) => "-",
                    (true, false) => "s",
                    (false, true) => "m",
                    (true, true) => "b",
                };
                format!("link:{consent}:{}:{}", language.code(), token.expose())
            }
            Self::KeepLinks { language } => format!("link:no:{}", language.code()),
            Self::ConnectPlace { token } => format!("place:{}", token.expose()),
            Self::StopPlace(id) => format!("stop:{id}"),
            Self::KeepPlaces => "place:no".into(),
            Self::ConnectChannel { chat_id, account_tag } => format!("chan:{chat_id}:{account_tag}"),
            Self::LeaveChannel => "chan:no".into(),
            Self::Unlink { account_tag } => format!("unlink:{account_tag}"),
            Self::StayLinked => "unlink:no".into(),
            Self::RefreshStatus => "status".into(),
            Self::RetryFailed => "retry".into(),
            Self::Posts { page } => format!("posts:{page}"),
            Self::Stats => "stats".into(),
            Self::Queue => "queue".into(),
            Self::Deeds => "deeds".into(),
            Self::Resume => "resume".into(),
            Self::SendBroadcast(id) => format!("bc:send:{id}"),
            Self::TestBroadcast(id) => format!("bc:test:{id}"),
            Self::CancelBroadcast(id) => format!("bc:no:{id}"),
            Self::StopBroadcast(id) => format!("bc:stop:{id}"),
            Self::PostCard { id, page } => format!("card:{id}:{page}"),
            Self::Post(tap) => tap.to_data(),
            Self::MovePost { id, preset } => format!("time:{id}:{}", preset.as_str()),
            Self::DeadLetters => "dead".into(),
            Self::Resend(id) => format!("dead:{id}"),
            Self::Jobs => "jobs".into(),
            Self::ChooseJob => "run".into(),
            Self::RunJob(job) => format!("run:{}", job.name()),
            Self::ShowRun { job, id } => format!("ran:{id}:{}", job.name()),
            Self::OpenSettings => SETTINGS_TAP.into(),
            Self::AskZone => "zone".into(),
            Self::Mute => MUTE_TAP.into(),
            Self::Draft { tag, tap } => format!("new:{tag}:{}", tap.to_data()),
            Self::Settings { account_tag, tap } => format!("set:{account_tag}:{}", tap.to_data()),
        }
    }

    /// The tap that callback data stands for; `None` for data that is not ours, or not any more.
    pub(super) fn of_data(data: &str) -> Option<Self> {
        match data.split_once(':') {
            None if data == "status" => Some(Self::RefreshStatus),
            None if data == "retry" => Some(Self::RetryFailed),
            Some(("posts", page)) => page.parse().ok().map(|page| Self::Posts { page }),
            Some(("time", rest)) => {
                let (id, preset) = rest.split_once(':')?;
                let id = id.parse().ok().filter(|id| *id > 0)?;
                Some(Self::MovePost { id, preset: Preset::from_name(preset)? })
            }
            None if data == "stats" => Some(Self::Stats),
            None if data == "queue" => Some(Self::Queue),
            None if data == "deeds" => Some(Self::Deeds),
            None if data == "resume" => Some(Self::Resume),
            Some(("bc", rest)) => Self::of_broadcast_data(rest),
            Some(("card", rest)) => {
                let (id, page) = rest.split_once(':')?;
                Some(Self::PostCard { id: id.parse().ok().filter(|id| *id > 0)?, page: page.parse().ok()? })
            }
            Some(("post", _)) => PostTap::of_data(data).map(Self::Post),
            None if data == "dead" => Some(Self::DeadLetters),
            Some(("dead", id)) => id.parse().ok().filter(|id| *id > 0).map(Self::Resend),
            None if data == "jobs" => Some(Self::Jobs),
            None if data == "run" => Some(Self::ChooseJob),
            Some(("run", name)) => Job::from_name(name).map(Self::RunJob),
            Some(("ran", rest)) => {
                let (id, name) = rest.split_once(':')?;
                Some(Self::ShowRun { job: Job::from_name(name)?, id: id.parse().ok()? })
            }
            None if data == SETTINGS_TAP => Some(Self::OpenSettings),
            None if data == "zone" => Some(Self::AskZone),
            None if data == MUTE_TAP => Some(Self::Mute),
            Some(("set", rest)) => {
                let (tag, tap) = rest.split_once(':').filter(|(tag, _)| tag.len() == TAG_LENGTH)?;
                Some(Self::Settings { account_tag: tag.to_owned(), tap: SettingsTap::of_data(tap)? })
            }
            Some(("place", "no")) => Some(Self::KeepPlaces),
            Some(("place", token)) => LinkToken::parse(token).map(|token| Self::ConnectPlace { token }),
            Some(("stop", id)) => id.parse().ok().filter(|id| *id > 0).map(Self::StopPlace),
            Some(("new", rest)) => DraftTap::of_data(rest).map(|(tag, tap)| Self::Draft { tag, tap }),
            Some(("chan", "no")) => Some(Self::LeaveChannel),
            Some(("chan", rest)) => {
                let (chat_id, tag) = rest.split_once(':').filter(|(_, tag)| tag.len() == TAG_LENGTH)?;
                let chat_id = chat_id.parse().ok().filter(|chat_id| *chat_id < 0)?;
                Some(Self::ConnectChannel { chat_id, account_tag: tag.to_owned() })
            }
            Some(("unlink", "no")) => Some(Self::StayLinked),
            Some(("unlink", tag)) if tag.len() == TAG_LENGTH => {
                Some(Self::Unlink { account_tag: tag.to_owned() })
            }
            Some(("link", rest)) => Self::of_link_data(rest),
            _ => None,
        }
    }

    /// What follows "bc:" under a broadcast.
    fn of_broadcast_data(data: &str) -> Option<Self> {
        let (what, id) = data.split_once(':')?;
        let id = id.parse().ok().filter(|id| *id > 0)?;
        match what {
            "send" => Some(Self::SendBroadcast(id)),
            "test" => Some(Self::TestBroadcast(id)),
            "no" => Some(Self::CancelBroadcast(id)),
            "stop" => Some(Self::StopBroadcast(id)),
            _ => None,
        }
    }

    /// What follows "link:" under the question whether to connect.
    fn of_link_data(data: &str) -> Option<Self> {
        let (answer, rest) = data.split_once(':')?;
        let (language, token) = rest.split_once(':').unwrap_or((rest, ""));
        let language = Language::from_code(language)?;
        let (switch_account, move_chat) = match answer {
            "no" if token.is_empty() => return Some(Self::KeepLinks { language }),
            "-" => (false, false),
            "s" => (true, false),
            "m" => (false, true),
            "b" => (true, true),
            _ => return None,
        };
        let token = LinkToken::parse(token)?;
        Some(Self::Link { token, consent: Consent { switch_account, move_chat }, language })
    }
}

/// Hex digits in a tag.
const TAG_LENGTH: usize = 16;

/// Tells accounts apart in callback data without spelling them out: an old "Disconnect?" must not disconnect
/// the account that the chat was connected to since.
pub(super) fn account_tag(account: &str) -> String {
    Sha256::digest(account.as_bytes()).iter().take(TAG_LENGTH / 2).map(|byte| format!("{byte:02x}")).collect()
}
