//! What a button means: written into its callback data, read back from a tap.
//!
//! Callback data can be forged by whoever holds the chat, so it carries no authority of its own: a link tap is
//! worth what its token is worth, an unlink tap names the account it was shown for.

use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use crate::domain::job::Job;
use crate::domain::language::Language;
use crate::domain::link::{Consent, LinkToken};
use crate::telegram::SETTINGS_TAP;

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
    /// Disconnect the account with this tag.
    Unlink {
        /// See [`account_tag`].
        account_tag: String,
    },
    /// Stay connected.
    StayLinked,
    /// Show the status anew.
    RefreshStatus,
    /// Show the last dead letters; for admins, like all down to [`Tap::ShowRun`].
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
    /// Something in the settings of the account with this tag.
    Settings {
        /// See [`account_tag`].
        account_tag: String,
        /// What.
        tap: SettingsTap,
    },
}

/// A tap below the settings. It says what is to be, not what is to change: twice is once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SettingsTap {
    /// Show them.
    Overview,
    /// Show the hours to choose from.
    Hours,
    /// Show the cities to choose from.
    Zones,
    /// Whether the digest comes.
    Digest(bool),
    /// Whether it comes when nothing happened.
    WhenEmpty(bool),
    /// The digest's minute of the day.
    Minute(u16),
    /// The zone.
    Zone(Tz),
    /// The language.
    Language(Language),
}

impl SettingsTap {
    fn to_data(self) -> String {
        match self {
            Self::Overview => "show".into(),
            Self::Hours => "hours".into(),
            Self::Zones => "zones".into(),
            Self::Digest(on) => format!("digest={}", u8::from(on)),
            Self::WhenEmpty(on) => format!("empty={}", u8::from(on)),
            Self::Minute(minute) => format!("at={minute}"),
            // The longest name has 32 characters, and 64 bytes are all there is.
            Self::Zone(zone) => format!("zone={}", zone.name()),
            Self::Language(language) => format!("lang={}", language.code()),
        }
    }

    fn of_data(data: &str) -> Option<Self> {
        let on = |value: &str| match value {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        };
        Some(match data.split_once('=') {
            None if data == "show" => Self::Overview,
            None if data == "hours" => Self::Hours,
            None if data == "zones" => Self::Zones,
            Some(("digest", value)) => Self::Digest(on(value)?),
            Some(("empty", value)) => Self::WhenEmpty(on(value)?),
            Some(("at", value)) => Self::Minute(value.parse().ok().filter(|minute| *minute < MINUTES_A_DAY)?),
            Some(("zone", value)) => Self::Zone(value.parse().ok()?),
            Some(("lang", value)) => Self::Language(Language::from_tag(value)?),
            _ => return None,
        })
    }
}

const MINUTES_A_DAY: u16 = 24 * 60;

impl Tap {
    /// Whether only admins may do this: data can be forged, a button shown once stays.
    pub(super) fn is_for_admins(&self) -> bool {
        matches!(
            self,
            Self::DeadLetters
                | Self::Resend(_)
                | Self::Jobs
                | Self::ChooseJob
                | Self::RunJob(_)
                | Self::ShowRun { .. }
        )
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
            Self::Unlink { account_tag } => format!("unlink:{account_tag}"),
            Self::StayLinked => "unlink:no".into(),
            Self::RefreshStatus => "status".into(),
            Self::DeadLetters => "dead".into(),
            Self::Resend(id) => format!("dead:{id}"),
            Self::Jobs => "jobs".into(),
            Self::ChooseJob => "run".into(),
            Self::RunJob(job) => format!("run:{}", job.name()),
            Self::ShowRun { job, id } => format!("ran:{id}:{}", job.name()),
            Self::OpenSettings => SETTINGS_TAP.into(),
            Self::AskZone => "zone".into(),
            Self::Settings { account_tag, tap } => format!("set:{account_tag}:{}", tap.to_data()),
        }
    }

    /// The tap that callback data stands for; `None` for data that is not ours, or not any more.
    pub(super) fn of_data(data: &str) -> Option<Self> {
        match data.split_once(':') {
            None if data == "status" => Some(Self::RefreshStatus),
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
            Some(("set", rest)) => {
                let (tag, tap) = rest.split_once(':').filter(|(tag, _)| tag.len() == TAG_LENGTH)?;
                Some(Self::Settings { account_tag: tag.to_owned(), tap: SettingsTap::of_data(tap)? })
            }
            Some(("unlink", "no")) => Some(Self::StayLinked),
            Some(("unlink", tag)) if tag.len() == TAG_LENGTH => {
                Some(Self::Unlink { account_tag: tag.to_owned() })
            }
            Some(("link", rest)) => Self::of_link_data(rest),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_is_read_back_and_fits_into_callback_data() {
        let consents = [(false, false), (true, false), (false, true), (true, true)];
        let links = consents.map(|(switch_account, move_chat)| Tap::Link {
            token: LinkToken::generate(),
            consent: Consent { switch_account, move_chat },
            language: Language::Ko,
        });
        let others = [
            Tap::KeepLinks { language: Language::En },
            Tap::StayLinked,
            Tap::RefreshStatus,
            Tap::OpenSettings,
            Tap::AskZone,
            Tap::Unlink { account_tag: account_tag("alice") },
            Tap::DeadLetters,
            Tap::Resend(i64::MAX),
            Tap::Jobs,
            Tap::ChooseJob,
        ];
        let settings = [
            SettingsTap::Overview,
            SettingsTap::Hours,
            SettingsTap::Zones,
            SettingsTap::Digest(true),
            SettingsTap::Digest(false),
            SettingsTap::WhenEmpty(true),
            SettingsTap::WhenEmpty(false),
            SettingsTap::Minute(0),
            SettingsTap::Minute(1439),
        ]
        .into_iter()
        .chain(Language::ALL.map(SettingsTap::Language))
        .chain(chrono_tz::TZ_VARIANTS.map(SettingsTap::Zone))
        .map(|tap| Tap::Settings { account_tag: account_tag("alice"), tap });
        let jobs =
            Job::ALL.into_iter().flat_map(|job| [Tap::RunJob(job), Tap::ShowRun { job, id: i64::MAX }]);
        for tap in links.into_iter().chain(others).chain(jobs).chain(settings) {
            let data = tap.to_data();
            assert!(data.len() <= 64, "{data} is too long for Telegram");
            assert_eq!(Tap::of_data(&data), Some(tap));
        }
    }

    #[test]
    fn forged_and_foreign_data_is_no_tap() {
        for data in [
            "",
            "link",
            "link:",
            "link:x:abc",
            "link:no",
            "link:no:tlh",
            "link:no:en:more",
            "link:-:en:short",
            "unlink:",
            "unlink:abc",
            "retry:1",
            "status:1",
            "dead:",
            "dead:-1",
            "dead:all",
            "dead:99999999999999999999",
            "run:",
            "run:drop_database",
            "ran:1",
            "ran:x:purge_expired",
            "settings:1",
            "set:",
            "set:0123456789abcdef",
            "set:0123456789abcdef:",
            "set:0123456789abcdef:digest=2",
            "set:0123456789abcdef:at=1440",
            "set:0123456789abcdef:at=-1",
            "set:0123456789abcdef:zone=Mars/Olympus",
            "set:0123456789abcdef:lang=tlh",
            "set:short:show",
        ] {
            assert_eq!(Tap::of_data(data), None, "{data:?}");
        }
    }
}
