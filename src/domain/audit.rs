//! What only admins may do, and who did it.

use chrono::{DateTime, Utc};

/// Who does something that only admins may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An admin in Telegram, by user id.
    Admin(i64),
    /// A caller of the HTTP port, by the token's `sub`.
    Api(String),
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Admin(id) => write!(f, "admin:{id}"),
            Self::Api(account) => write!(f, "api:{account}"),
        }
    }
}

/// What an admin did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Asked for a run of the job that is the subject.
    RunJob,
    /// Had the notification that is the subject sent again.
    Resend,
    /// Paused sending.
    Pause,
    /// Let it go on.
    Resume,
    /// Made a link for the account that is the subject.
    Invite,
    /// Had everybody told what the broadcast says that is the subject.
    Broadcast,
    /// Stopped it.
    StopBroadcast,
    /// Had everything removed that was kept of an account, which is not named.
    Erase,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 8] = [
        Self::RunJob,
        Self::Resend,
        Self::Pause,
        Self::Resume,
        Self::Invite,
        Self::Broadcast,
        Self::StopBroadcast,
        Self::Erase,
    ];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunJob => "run_job",
            Self::Resend => "resend",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Invite => "invite",
            Self::Broadcast => "broadcast",
            Self::StopBroadcast => "stop_broadcast",
            Self::Erase => "erase",
        }
    }
}

/// One line of the audit, as stored: a later version may know more actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: see [`Actor`].
    pub actor: String,
    /// What: see [`Action`].
    pub action: String,
    /// To what.
    pub subject: Option<String>,
}
