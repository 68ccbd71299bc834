//! The HTTP port: JSON in and out, every wait limited, every failure a problem document.
//!
//! A request goes through [`serve`] (connections and their limits), `dispatch` (route, caller, body, time), one
//! handler of the table in `routes`, and back as an `Answer` or a `Problem`. `hyper` is named only here.
//!
//! A route is one entry of that table: its methods, path, body, who may call, its handler, and what `/openapi.json` says
//! about it (a `Says` beside the handler). Tests hold every answer they get against that document.

mod accounts;
mod admission;
mod answer;
mod auth;
mod call;
mod dispatch;
mod events;
mod idempotency;
mod json;
mod listen;
mod metrics;
mod openapi;
mod outbox;
mod paging;
mod port;
mod posts;
mod probes;
mod problem;
mod rates;
mod routes;
mod scheduler;
mod seats;
mod serve;
mod status_page;
mod telegram;
mod timed_stream;

#[cfg(test)]
mod tests;

pub use auth::{MintError, NewToken, NoJwtKey, Scope, mint, mint_with};
pub use listen::listen;
pub use openapi::description;
pub use port::Port;
pub use serve::serve;
