//! The other side of the conversation over HTTP: being people, looking at chats, ordering faults.
//!
//! The same as the Rust API, for processes that are not in Rust or not this one. It has a port of its own: what a
//! test does to Telegram must not go through the Telegram that is down.

mod event;
mod http;
mod routes;

pub use event::Event;
pub(crate) use http::serve;
