//! What people do, end to end: the real service, a strict Telegram, real databases.

// One binary: nothing outside of it could reach what is `pub`. A panic is how a test says what a person would
// have missed, in the harness as in the stories.
#![allow(unreachable_pub, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod harness;

mod admins;
mod blocking;
mod commands;
mod digests;
mod groups;
mod link_tokens;
mod linking;
mod menus;
mod settings;
mod signing_in;
mod switching;
mod unlinking;
mod updates;
