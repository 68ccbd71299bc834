//! Bot API.
