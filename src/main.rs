//! The binary: arguments → [`telegram_bot_scheduler::cli`] → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    telegram_bot_scheduler::cli::main()
}
