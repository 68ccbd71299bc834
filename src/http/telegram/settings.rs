//! What a person changes on the platform's settings page.

use chrono::{NaiveTime, Timelike as _};
use chrono_tz::Tz;
use hyper::StatusCode;
use serde::{Deserialize, Deserializer};

use super::needs_bot;
use super::status::Status;
use crate::domain::account::SettingsChange;
use crate::domain::language::Language;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::json::Object;
use crate::http::problem::{Kind, Problem};

/// Only what is named changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default, deserialize_with = "given")]
    language: Option<String>,
    #[serde(default, deserialize_with = "given")]
    zone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    digest: Option<Object<WantedDigest>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedDigest {
    #[serde(default, deserialize_with = "given")]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    time: Option<String>,
    #[serde(default, deserialize_with = "given")]
    when_empty: Option<bool>,
}

/// A field that may be absent, but not null: null might be meant as "forget it", which nothing here can be.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// `PATCH /api/telegram/settings`: 200 with the status as it is then. 422 for a zone, language or time that does
/// not exist; 409 for an account that was never connected.
pub(in crate::http) async fn change_settings(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    let change = call.json::<Wanted>()?.check()?;
    let (store, default_zone) = (call.port.store(), call.port.config().digest.default_zone);
    let changed = store.change_settings(&caller.account, change, default_zone, call.port.now()).await?;
    match changed {
        Some(settings) => Answer::json(StatusCode::OK, &Status::from(settings)),
        None => Err(Problem::new(
            Kind::NotLinked,
            "Connect a chat first: GET /api/telegram/link-account gives the link to open.",
        )),
    }
}

impl Wanted {
    fn check(self) -> Result<SettingsChange, Problem> {
        let Object(digest) = self.digest.unwrap_or_default();
        Ok(SettingsChange {
            language: self.language.map(|tag| language(&tag)).transpose()?,
            zone: self.zone.map(|name| zone(&name)).transpose()?,
            digest_enabled: digest.enabled,
            digest_minute: digest.time.map(|time| minute(&time)).transpose()?,
            digest_when_empty: digest.when_empty,
        })
    }
}

fn language(tag: &str) -> Result<Language, Problem> {
    Language::from_tag(tag).ok_or_else(|| invalid("`language` is none of: en, ko"))
}

fn zone(name: &str) -> Result<Tz, Problem> {
    name.parse().map_err(|_| invalid("`zone` is not an IANA time zone such as \"Asia/Seoul\""))
}

/// Minutes after midnight of "HH:MM".
fn minute(time: &str) -> Result<u16, Problem> {
    // chrono also takes "9:00" and " 9:00", which the page would not get back.
    let parsed = NaiveTime::parse_from_str(time, "%H:%M").ok();
    let parsed = parsed.filter(|parsed| parsed.format("%H:%M").to_string() == time);
    let parsed = parsed.ok_or_else(|| invalid("`digest.time` is not a time of day such as \"09:00\""))?;
    Ok(u16::try_from(parsed.hour() * 60 + parsed.minute()).unwrap_or_default())
}

fn invalid(detail: &'static str) -> Problem {
    Problem::new(Kind::InvalidSettings, detail)
}
