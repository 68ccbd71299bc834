//! A Telegram channel that an account connected: a network that only its own posts may go to.

use chrono::{DateTime, Utc};

/// How many channels may an account have?
pub const MOST_CHANNELS: u64 = 10;

/// What the name of such a network begins with. No network of the settings can be called so.
pub const PREFIX: &str = "telegram:";

/// A channel that an administrator of it connected to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// What posts call it: `telegram:` and its chat's id, the same however often it is connected.
    pub network: String,
    /// The channel.
    pub chat_id: i64,
    /// What it was called when it was connected.
    pub title: String,
    /// Its public name then, without the `@`.
    pub username: Option<String>,
    /// When that was.
    pub connected_at: DateTime<Utc>,
}

/// A channel about to be connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// Whose posts may go there.
    pub account: String,
    /// The channel.
    pub chat_id: i64,
    /// What it is called.
    pub title: String,
    /// Its public name, without the `@`.
    pub username: Option<String>,
    /// The administrator who connects it; their private chat has the same number.
    pub connected_by: i64,
}

/// What posts call the channel `chat_id`.
pub fn network_of(chat_id: i64) -> String {
    format!("{PREFIX}{chat_id}")
}

/// The channel that posts call `network`; `None` for a network of the settings.
pub fn chat_of(network: &str) -> Option<i64> {
    let chat_id = network.strip_prefix(PREFIX)?.parse().ok().filter(|chat_id| *chat_id < 0)?;
    // One channel, one name: "-07" is none.
    (network_of(chat_id) == network).then_some(chat_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_one_name() {
        assert_eq!(chat_of(&network_of(-1_001_234_567_890)), Some(-1_001_234_567_890));
        for network in [
            "news",
            "telegram",
            "telegram:",
            "telegram:7",
            "telegram:-07",
            "telegram:- 7",
            "Telegram:-7",
            "telegram:@x",
        ] {
            assert_eq!(chat_of(network), None, "{network}");
        }
    }
}
