//! Telegram Bot Scheduler: the map.
//!
//! One way in, one way out, and the database in the middle. The edges never import each other.
//!
//! ```text
//!    Telegram ──updates──▶ bot ──reply──▶ Telegram            (people and admins)
//!    platform ──HTTP────▶ http ─┐
//!    clock    ──clokwerk─▶ jobs ─┴─event──▶ outbox ──▶ store (SQLite | PostgreSQL)
//!                                              ▲           │ due rows
//!    networks ◀──posts── publish (worker) ◀────┼───────────┤
//!    Telegram ◀──messages── delivery (worker) ◀────────────┘
//! ```
//!
//! | module | may import (besides config, clock, health and metrics) |
//! |---|---|
//! | [`domain`], [`clock`], [`config`], [`health`], [`metrics`] | nothing of ours |
//! | [`text`] | domain |
//! | [`chart`] | domain, text |
//! | [`entity`] | nothing of ours |
//! | [`store`] | entity, domain |
//! | [`telegram`] | domain |
//! | [`outbox`] | store, domain |
//! | [`publish`] | store, outbox, telegram, domain |
//! | [`delivery`] | store, domain, text, chart, telegram |
//! | [`jobs`] | store, outbox, domain, telegram |
//! | [`bot`] | store, outbox, domain, text, telegram |
//! | [`http`] | store, outbox, domain, telegram |
//! | [`logging`] | nothing of ours |
//! | [`app`], [`cli`] | everything |
//!
//! `domain`, `text`, `chart` and `entity` do not see `config` either.
//!
//! | crate | is named only in |
//! |---|---|
//! | `teloxide` | telegram, bot, delivery, publish |
//! | `sea_orm` | entity, store |
//! | `hyper`, `hyper_util`, `http_body_util` | http |
//! | `dptree` | bot |
//! | `clokwerk` | jobs |
//! | `resvg` | chart |
//! | `icu_calendar`, `icu_datetime`, `icu_decimal`, `icu_list`, `icu_locale_core`, `writeable` | text |
//! | `prometheus` | metrics |
//!
//! `tests/it/architecture.rs` reads these two tables and every `use` and path of `src/`, and fails on a
//! forbidden edge.
//!
//! What must stay true:
//!
//! 1. Accepted means kept: every row behind a 2xx ends `sent`, `dead` or `cancelled`.
//! 2. A duplicate has a cause: the messages in flight at a crash, plus counted ambiguous answers.
//! 3. A claim is a lease with a token; a finalise names the token.
//! 4. One chat, one lane: at most one message in flight per chat, first in, first out.
//! 5. An update is acknowledged when it is handled, not when it is fetched.
//! 6. A link token is spent once, in the transaction that writes the link, and only by a tap.
//! 7. A digest is written once per local day: moving the next one and writing its row is one transaction.
//! 8. No secret leaves: not in a log, an error, a response, a `Debug`, a database row.
//! 9. Time is an argument: only [`clock`] reads it; the edges pass `now`.

pub mod app;
pub mod bot;
pub mod chart;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod domain;
pub mod entity;
pub mod health;
pub mod http;
pub mod jobs;
pub mod logging;
pub mod metrics;
pub mod outbox;
pub mod publish;
pub mod store;
pub mod telegram;
pub mod text;
