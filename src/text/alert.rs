//! What admins are told about trouble of the service itself.

use std::time::Duration;

use chrono_tz::Tz;

use super::argument::Args;
use super::catalog::{key, say};
use super::html::Html;
use super::lines::Lines;
use super::time::{Precision, age, moment};
use super::words::written;
use crate::domain::alert::{Alert, Trouble};
use crate::domain::language::Language;

/// That trouble has come, or is over; `zone`: of the reader.
pub fn alert(language: Language, alert: &Alert, zone: Tz) -> Html {
    let trouble = &alert.trouble;
    let kind = || Args::new().name("kind", trouble.kind());
    let job = if let Trouble::JobFails { job, .. } = trouble { job.as_str() } else { "" };
    let title = say(language, key!("alert-title"), &kind().name("job", job));
    if let Some(over_at) = alert.over_at {
        let lasted = (over_at - alert.since).to_std().unwrap_or_default();
        let args = Args::new().html("title", title).html("age", age(language, lasted));
        return say(language, key!("alert-over"), &args);
    }
    let since = moment(language, alert.since, zone, Precision::Day);
    Lines::new(language)
        .say(key!("alert"), Args::new().html("title", title))
        .push_if_some(figure(language, trouble))
        .say_if_some(key!("why"), written(error(trouble)).map(|why| Args::new().sentence("why", why)))
        .say(key!("alert-fix"), kind())
        .say(key!("alert-since"), Args::new().html("time", since))
        .finish()
}

fn figure(language: Language, trouble: &Trouble) -> Option<Html> {
    match trouble {
        Trouble::QueueWaits { minutes } => {
            let waited = Duration::from_secs(minutes.saturating_mul(60));
            Some(say(language, key!("queue-oldest"), &Args::new().html("age", age(language, waited))))
        }
        Trouble::DiskLow { free_mib } => {
            Some(say(language, key!("alert-disk-free"), &Args::new().count("mib", *free_mib)))
        }
        _ => None,
    }
}

fn error(trouble: &Trouble) -> Option<&str> {
    match trouble {
        Trouble::JobFails { error, .. } | Trouble::BackupFails { error } => error.as_deref(),
        _ => None,
    }
}
