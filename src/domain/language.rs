//! The languages the product speaks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language that every text exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, also the answer to every language we do not speak.
    #[default]
    En,
    /// Korean.
    Ko,
}

impl Language {
    /// Every language, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Ko];

    /// The ISO 639-1 code, as stored and as Telegram's `language_code` menus take it.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    /// The language with exactly this [`Self::code`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language of an IETF tag such as Telegram's `language_code` ("ko", "ko-KR", "en-GB");
    /// `None` for one we do not speak.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}
