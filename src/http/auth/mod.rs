//! Who is calling: JSON Web Tokens in the Authorization header, of the one algorithm that the settings name.

mod claims;
mod mint;
#[cfg(test)]
pub(in crate::http) mod tests;
mod verifier;

use std::fmt;

pub use mint::{MintError, NewToken, mint, mint_with};
pub(super) use verifier::{Verifier, bearer_token};

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One's own link to Telegram.
    Telegram,
    /// One's own posts.
    Posts,
    /// Telling what happened: for the platform's back end only.
    Events,
    /// Anybody's posts: for the platform's back end only.
    PostsAny,
    /// Running the service: for the platform's back end only.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Telegram, Self::Posts, Self::Events, Self::PostsAny, Self::Admin];

    /// As tokens name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Posts => "posts",
            Self::Events => "events",
            Self::PostsAny => "posts:any",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The settings have no key to check tokens with, or none to sign them with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("JWT_SECRET: is not set; make one with: openssl rand -base64 48")]
pub struct NoJwtKey;

/// Whose request it is. No `Debug`: all of it is personal data.
pub(super) struct Caller {
    /// The token's `sub`.
    pub(super) account: String,
    /// The token's `name`, fit to be stored and shown.
    pub(super) name: Option<String>,
    /// The token's `email`, whole: mask it before it is kept.
    pub(super) email: Option<String>,
    scopes: Vec<Scope>,
}

impl Caller {
    /// Whether the token allows this.
    pub(super) fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
