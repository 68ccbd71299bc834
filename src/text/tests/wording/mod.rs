//! The main texts word for word, so that a change of wording is seen in review.

mod admins;
mod answer;
mod channels;
mod dead_letters;
mod digest;
mod jobs;
mod linking;
mod notification;
mod places;
mod settings;
mod status;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::domain::language::Language;
use crate::text::{Hours, Html};

#[track_caller]
fn says(html: &Html, lines: &[&str]) {
    assert_eq!(html.as_str().split('\n').collect::<Vec<_>>(), lines);
}

fn at(unix: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(unix, 0).expect("a moment")
}

fn hours() -> Hours {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    let quiet = Some((time(22), time(8)));
    Hours { digest: Some(time(9)), quiet, zone: Tz::Asia__Seoul, zone_is_known: true }
}

fn account(language: Language) -> &'static str {
    match language {
        Language::En => "Mina’s Bakery",
        Language::Ko => "미나 베이커리",
    }
}
