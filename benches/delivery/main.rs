//! What delivery costs and how fast it is: the rows of our goals, measured on the real binary, in one table.
//!
//! ```sh
//! cargo bench --bench delivery                         # everything, about a quarter of an hour
//! cargo bench --bench delivery -- --quick              # a tenth of each number, to try it
//! cargo bench --bench delivery -- --only ingest        # one group; may be repeated
//! ```
//!
//! Groups: `ingest`, `latency`, `drain`, `million`, `hot-million`, `cost`, `pace`, `hot-chat`, `memory`, `start`,
//! `updates`, `faults`, `digests`, `posts`. PostgreSQL is measured when `TEST_POSTGRES_URL` names a server.
//!
//! Four subjects, one table, because only ratios of one run on one machine mean anything:
//!
//! * **SQLite**, **PostgreSQL** — the binary as it is shipped, a process of its own, settings by environment;
//! * **teloxide** — the yardstick: events from HTTP into an in-memory queue, tasks that call `bot.send_message`;
//! * **floor** — the least a durable service can cost: hyper, SQLite with group commit and `synchronous=FULL`, a
//!   bare HTTP client; no token check, limits, retries, lanes or ORM.
//!
//! The last two are this program, started again as a process (see `bare`). Telegram is the sandbox's strict Bot API
//! server; it and the caller run in this process, so that what `/proc` says of a subject is the subject's alone.
//! They share the machine's cores with it all the same: that is why the yardsticks are in the table.

// One binary: nothing outside of it could reach what is `pub`. A bench prints its table, and stops at whatever it did
// not expect.
#![allow(unreachable_pub, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod bare;
mod caller;
mod connector;
mod database;
mod options;
mod process;
mod rig;
mod rows;
mod subject;
mod table;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == bare::ARGUMENT) {
        bare::main(&arguments.split_off(1));
        return ExitCode::SUCCESS;
    }
    let options = match Options::read(&arguments) {
        Ok(options) => options,
        Err(complaint) => {
            eprintln!("{complaint}");
            return ExitCode::from(2);
        }
    };
    // One thread: the caller must not take the cores from what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(rows::measure(&options));
    ExitCode::SUCCESS
}
