//! The log: pretty_env_logger's look on standard error, one line per record, and no secret in it.
//!
//! `RUST_LOG` filters as env_logger describes, over a default of `info`; libraries that tell every query or
//! connection stay at `warn` unless `RUST_LOG` names them. Lines about Telegram carry the target `TELEGRAM`, so
//! that `grep TELEGRAM` finds them. Colours only on a terminal: `RUST_LOG_STYLE=always|never` decides otherwise,
//! and `NO_COLOR` turns them off.

mod redact;

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use log::kv::{self, VisitSource};
use log::{Level, LevelFilter, Record, SetLoggerError};
use pretty_env_logger::env_logger::fmt::{Color, Formatter, Style};
use pretty_env_logger::env_logger::{Builder, Target, WriteStyle};

pub use redact::Redactor;

use crate::config::Environment;

/// Libraries whose `info` tells every query, connection or request.
const NOISY: [&str; 6] = ["sqlx", "hyper", "reqwest", "rustls", "sea_orm", "teloxide"];
/// Characters of a target that others are lined up with at most; a longer one sticks out.
const MAX_TARGET_WIDTH: usize = 40;

/// Starts the log of the process, on standard error. `redactor` knows the secrets to hide.
///
/// # Errors
///
/// When the process has a logger already.
pub fn init(environment: &Environment, redactor: Redactor) -> Result<(), SetLoggerError> {
    builder(environment, redactor, Target::Stderr).try_init()
}

fn builder(environment: &Environment, redactor: Redactor, target: Target) -> Builder {
    let mut builder = pretty_env_logger::formatted_timed_builder();
    let filters = variable(environment, "RUST_LOG");
    let level = level_of_everything(filters);
    builder.filter_level(level);
    for library in NOISY {
        builder.filter_module(library, level.min(LevelFilter::Warn));
    }
    builder.parse_filters(filters);
    builder.write_style(style(environment));
    let widest = AtomicUsize::new(0);
    builder.target(target).format(move |out, record| write_line(out, record, &redactor, &widest));
    builder
}

/// Whether to colour; on its own ("auto") env_logger colours on a terminal that can.
fn style(environment: &Environment) -> WriteStyle {
    match variable(environment, "RUST_LOG_STYLE") {
        "always" => WriteStyle::Always,
        "never" => WriteStyle::Never,
        _ if !variable(environment, "NO_COLOR").is_empty() => WriteStyle::Never,
        _ => WriteStyle::Auto,
    }
}

fn variable<'a>(environment: &'a Environment, name: &str) -> &'a str {
    environment.get(name).and_then(|value| value.to_str()).unwrap_or_default()
}

/// The level that `RUST_LOG` gives to what it does not name: in `warn,sqlx=debug` it is `warn`.
fn level_of_everything(filters: &str) -> LevelFilter {
    let directives = filters.split('/').next().unwrap_or_default();
    directives.split(',').filter_map(|it| it.trim().parse().ok()).next_back().unwrap_or(LevelFilter::Info)
}

/// pretty_env_logger's timed line, with the message made safe and the key-values behind it.
fn write_line(
    out: &mut Formatter,
    record: &Record<'_>,
    redactor: &Redactor,
    widest: &AtomicUsize,
) -> std::io::Result<()> {
    let message = escape(&redactor.redact(&message_of(record)));
    let target = escape(&redactor.redact(record.target()));
    let length = target.chars().count().min(MAX_TARGET_WIDTH);
    let width = widest.fetch_max(length, Ordering::Relaxed).max(length);
    let (mut level_style, mut bold) = (out.style(), out.style());
    let level = level_of(&mut level_style, record.level());
    let target = bold.set_bold(true).value(format!("{target: <width$}"));
    let time = out.timestamp_millis();
    writeln!(out, " {time} {level} {target} > {message}")
}

fn level_of(style: &mut Style, level: Level) -> impl std::fmt::Display + '_ {
    let (color, name) = match level {
        Level::Trace => (Color::Magenta, "TRACE"),
        Level::Debug => (Color::Blue, "DEBUG"),
        Level::Info => (Color::Green, "INFO "),
        Level::Warn => (Color::Yellow, "WARN "),
        Level::Error => (Color::Red, "ERROR"),
    };
    style.set_color(color).value(name)
}

/// The message and its key-values as `key=value`; a value with blanks or quotes in it is quoted.
fn message_of(record: &Record<'_>) -> String {
    let mut message = KeyValues(record.args().to_string());
    if record.key_values().visit(&mut message).is_err() {
        message.0.push_str(" (a value could not be printed)");
    }
    message.0
}

struct KeyValues(String);

impl<'kvs> VisitSource<'kvs> for KeyValues {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        let value = value.to_string();
        let plain = !value.is_empty() && !value.contains(|it: char| it.is_whitespace() || "=\"".contains(it));
        if plain {
            write!(self.0, " {key}={value}")?
        } else {
            write!(self.0, " {key}={value:?}")?
        }
        Ok(())
    }
}

/// One record is one line, and shows what it holds: a name or a post in it must not forge another line, hide
/// one with terminal codes, or turn the reading direction around.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => safe.extend(letter.escape_unicode()),
            _ if letter.is_control() => safe.extend(letter.escape_default()),
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use log::{Log, RecordBuilder};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a log with these variables writes for the records that `emit` gives it.
    fn written(variables: &[(&str, &str)], emit: impl FnOnce(&dyn Log)) -> String {
        let captured = Captured::default();
        let environment = variables.iter().copied().collect();
        let redactor = Redactor::new([secrecy::SecretString::from("a registered secret")]);
        let logger = builder(&environment, redactor, Target::Pipe(Box::new(captured.clone()))).build();
        emit(&logger);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn say(log: &dyn Log, level: Level, target: &str, message: &str) {
        let record = RecordBuilder::new().level(level).target(target).build();
        log.log(&record.to_builder().args(format_args!("{message}")).build());
    }

    /// Whether a record of this level and target is written under this `RUST_LOG`.
    fn is_written(filters: &str, level: Level, target: &str) -> bool {
        !written(&[("RUST_LOG", filters)], |log| say(log, level, target, "hello")).is_empty()
    }

    #[test]
    fn a_line_tells_time_level_target_and_message() {
        let line = written(&[], |log| say(log, Level::Info, "TELEGRAM", "routes registered: 6"));
        let (time, rest) = line.trim_start().split_once(' ').unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{line}");
        assert_eq!(rest, "INFO  TELEGRAM > routes registered: 6\n");
    }

    #[test]
    fn a_record_stays_on_its_line_and_shows_what_it_holds() {
        let line = written(&[], |log| say(log, Level::Info, "t\n", "a\nb\r\x1b[2K\u{202e}한\u{2028}\0c"));
        assert_eq!(line.lines().count(), 1);
        assert!(line.ends_with("t\\n > a\\nb\\r\\u{1b}[2K\\u{202e}한\\u{2028}\\u{0}c\n"), "{line}");
    }

    #[test]
    fn key_values_follow_the_message_and_are_redacted_too() {
        let line = written(&[], |log| {
            let pairs =
                [("chat", "42"), ("text", "a \"b\"\nc"), ("key", "a registered secret"), ("none", "")];
            log.log(
                &RecordBuilder::new()
                    .level(Level::Info)
                    .target("t")
                    .key_values(&pairs)
                    .args(format_args!("sent"))
                    .build(),
            );
        });
        assert!(line.ends_with(" > sent chat=42 text=\"a \\\"b\\\"\\nc\" key=\"***\" none=\"\"\n"), "{line}");
    }

    #[test]
    fn info_is_written_by_default_and_noise_is_not() {
        for (filters, level, target, expected) in [
            ("", Level::Info, "telegram_bot_scheduler::app", true),
            ("", Level::Info, "TELEGRAM", true),
            ("", Level::Debug, "TELEGRAM", false),
            ("", Level::Info, "sqlx::query", false),
            ("", Level::Warn, "sqlx::query", true),
            ("", Level::Info, "hyper_util::client", false),
            ("debug", Level::Debug, "TELEGRAM", true),
            ("debug", Level::Debug, "reqwest::connect", false),
            ("sqlx=debug", Level::Debug, "sqlx::query", true),
            ("sqlx=debug", Level::Info, "TELEGRAM", true),
            ("warn,telegram_bot_scheduler=trace", Level::Info, "TELEGRAM", false),
            ("error", Level::Warn, "sqlx::query", false),
            ("off", Level::Error, "hyper", false),
        ] {
            assert_eq!(is_written(filters, level, target), expected, "RUST_LOG={filters:?} {level} {target}");
        }
    }

    #[test]
    fn colours_are_for_terminals_unless_asked_for() {
        for (variables, expected) in [
            (vec![], WriteStyle::Auto),
            (vec![("RUST_LOG_STYLE", "auto")], WriteStyle::Auto),
            (vec![("RUST_LOG_STYLE", "never")], WriteStyle::Never),
            (vec![("NO_COLOR", "1")], WriteStyle::Never),
            (vec![("RUST_LOG_STYLE", "always"), ("NO_COLOR", "1")], WriteStyle::Always),
        ] {
            assert_eq!(style(&variables.iter().copied().collect()), expected, "{variables:?}");
        }
        let piped = written(&[], |log| say(log, Level::Warn, "TELEGRAM", "x"));
        assert!(!piped.contains('\x1b'), "{piped:?}");
    }

    #[test]
    fn a_secret_in_a_message_or_a_target_is_hidden() {
        let line =
            written(&[], |log| say(log, Level::Info, "a registered secret", "it is a registered secret"));
        assert!(line.ends_with("*** > it is ***\n"), "{line}");
    }
}
