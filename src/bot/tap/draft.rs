//! The taps below a post that is being written.

use sha2::{Digest as _, Sha256};

use crate::domain::draft::Step;
use crate::domain::typed_time::Preset;

/// Hex digits that tell a draft, or a network, from others.
const TAG_LENGTH: usize = 8;

/// A tap below a draft. It says what is to be, not what is to change: twice is once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::bot) enum DraftTap {
    /// Ask for this.
    Ask(Step),
    /// Whether it goes to the network with this tag.
    Network {
        /// See [`network_tag`].
        network_tag: String,
        /// Whether it does.
        chosen: bool,
    },
    /// On to what is missing.
    GoOn,
    /// It goes out at once.
    AtOnce,
    /// It goes out then.
    At(Preset),
    /// All is right: the posts are written.
    Post,
    /// It is thrown away.
    Drop,
}

impl DraftTap {
    /// What follows the draft's tag in callback data.
    pub(super) fn to_data(&self) -> String {
        match self {
            Self::Ask(step) => format!("ask={}", step.as_str()),
            Self::Network { network_tag, chosen } => format!("to={network_tag}={}", u8::from(*chosen)),
            Self::GoOn => "on".into(),
            Self::AtOnce => "now".into(),
            Self::At(preset) => format!("at={}", preset.as_str()),
            Self::Post => "post".into(),
            Self::Drop => "drop".into(),
        }
    }

    /// The draft's tag and the tap that such data stands for; `None` for data that is not ours.
    pub(super) fn of_data(data: &str) -> Option<(String, Self)> {
        let (tag, what) = data.split_once(':').filter(|(tag, _)| is_tag(tag))?;
        let tap = match what.split_once('=') {
            None if what == "on" => Self::GoOn,
            None if what == "now" => Self::AtOnce,
            None if what == "post" => Self::Post,
            None if what == "drop" => Self::Drop,
            Some(("ask", step)) => Self::Ask(Step::from_name(step)?),
            Some(("at", preset)) => Self::At(Preset::from_name(preset)?),
            Some(("to", rest)) => {
                let (network_tag, chosen) = rest.split_once('=').filter(|(tag, _)| is_tag(tag))?;
                let chosen = match chosen {
                    "1" => true,
                    "0" => false,
                    _ => return None,
                };
                Self::Network { network_tag: network_tag.to_owned(), chosen }
            }
            _ => return None,
        };
        Some((tag.to_owned(), tap))
    }
}

/// Stands for a network in callback data, which its name may not fit.
pub(in crate::bot) fn network_tag(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().take(TAG_LENGTH / 2).map(|byte| format!("{byte:02x}")).collect()
}

fn is_tag(tag: &str) -> bool {
    tag.len() == TAG_LENGTH && tag.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// Every tap.
#[cfg(test)]
pub(super) fn every_tap() -> Vec<DraftTap> {
    use DraftTap as T;
    let networks = [true, false].map(|chosen| T::Network { network_tag: network_tag("news"), chosen });
    let plain = [T::GoOn, T::AtOnce, T::Post, T::Drop];
    plain.into_iter().chain(networks).chain(Step::ALL.map(T::Ask)).chain(Preset::ALL.map(T::At)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_data_is_no_tap() {
        for data in [
            "",
            "post",
            ":post",
            "0123456:post",
            "012345678:post",
            "0123456G:post",
            "01234567",
            "01234567:",
            "01234567:publish",
            "01234567:post=1",
            "01234567:ask=",
            "01234567:ask=everything",
            "01234567:at=never",
            "01234567:to=",
            "01234567:to=news=1",
            "01234567:to=01234567",
            "01234567:to=01234567=2",
        ] {
            assert_eq!(DraftTap::of_data(data), None, "{data:?}");
        }
    }
}
