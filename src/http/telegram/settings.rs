//! What a person changes on the platform's settings page.

use std::borrow::Cow;

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use hyper::StatusCode;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::needs_bot;
use super::status::Status;
use crate::domain::account::{BatchWindow, Delivery, DeliveryChange, QuietHours, SettingsChange};
use crate::domain::language::Language;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::json::Object;
use crate::http::openapi::{Answered, Form, Says};
use crate::http::problem::{Kind, Problem};

/// How long may a mute be?
const LONGEST_MUTE: TimeDelta = TimeDelta::hours(24);

/// Only what is named changes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SettingsChange, example = json!({"language": "ko", "digest": {"time": "08:30"}, "quiet_hours": null}))]
struct Wanted {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Language, required = false)]
    language: Option<String>,
    #[serde(default, deserialize_with = "given")]
    /// An IANA name.
    #[schema(value_type = String, required = false)]
    zone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = WantedDigest, required = false)]
    digest: Option<Object<WantedDigest>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = WantedDeliveries, required = false)]
    notifications: Option<Object<WantedDeliveries>>,
    /// Null switches them off.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<WantedQuietHours>, required = false)]
    quiet_hours: Option<Option<Object<WantedQuietHours>>>,
    /// Null ends a mute.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<DateTime<Utc>>, required = false)]
    muted_until: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "given")]
    /// 0, 15 or 60.
    #[schema(value_type = u16, required = false)]
    batch_published_minutes: Option<u16>,
    /// How late a post may be and still go out by itself, 5 to 10080; null: as the service is set.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>, required = false)]
    late_posts_minutes: Option<Option<u16>>,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedDeliveries {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Delivery, required = false)]
    published: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Delivery, required = false)]
    failed: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Delivery, required = false)]
    unconfirmed: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Delivery, required = false)]
    automation: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Delivery, required = false)]
    announcement: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedQuietHours {
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: String,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    until: String,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedDigest {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    enabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    time: Option<String>,
    #[serde(default, deserialize_with = "given")]
    /// Also when nothing happened.
    #[schema(value_type = bool, required = false)]
    when_empty: Option<bool>,
}

/// A field that may be absent. Null is what `T` makes of it: most fields can't be forgotten and refuse it.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

pub(in crate::http) const CHANGE_SETTINGS: Says =
    Says::new("change_settings", "Change what the body names, and nothing else")
        .body(Form::of::<Wanted>())
        .answers(&[Answered::json::<Status>(200, "The status as it is then")])
        .problems(&[Kind::TelegramNotConfigured, Kind::InvalidSettings, Kind::NotLinked]);

/// `PATCH /api/telegram/settings`: 200 with the status as it is then. 422 for a value that cannot be, such as a zone,
/// language or time that does not exist; 409 for an account that was never connected.
pub(in crate::http) async fn change_settings(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    let now = call.port.now();
    let change = call.json::<Wanted>()?.check(now)?;
    let (store, default_zone) = (call.port.store(), call.port.config().digest.default_zone);
    let changed = store.change_settings(&caller.account, change, default_zone, now).await?;
    match changed {
        Some(settings) => Answer::json(StatusCode::OK, &Status::of(&call, settings).await?),
        None => Err(Problem::new(
            Kind::NotLinked,
            "Connect a chat first: GET /api/telegram/link-account gives the link to open.",
        )),
    }
}

impl Wanted {
    fn check(self, now: DateTime<Utc>) -> Result<SettingsChange, Problem> {
        let Object(digest) = self.digest.unwrap_or_default();
        let Object(deliveries) = self.notifications.unwrap_or_default();
        let quiet_hours =
            self.quiet_hours.map(|wanted| wanted.map(|Object(wanted)| wanted.check()).transpose());
        Ok(SettingsChange {
            language: self.language.map(|tag| language(&tag)).transpose()?,
            zone: self.zone.map(|name| zone(&name)).transpose()?,
            digest_enabled: digest.enabled,
            digest_minute: digest.time.map(|time| minute("digest.time", &time)).transpose()?,
            digest_when_empty: digest.when_empty,
            deliveries: deliveries.check()?,
            quiet_hours: quiet_hours.transpose()?,
            muted_until: self.muted_until.map(|until| mute(until, now)).transpose()?,
            late_posts_minutes: self.late_posts_minutes.map(late_posts).transpose()?,
            batch_published: self.batch_published_minutes.map(batch_window).transpose()?,
        })
    }
}

impl WantedDeliveries {
    fn check(self) -> Result<DeliveryChange, Problem> {
        let delivery = |name: Option<String>| {
            name.map(|name| {
                Delivery::from_name(&name)
                    .ok_or_else(|| invalid("a notification is none of: on, silent, off"))
            })
            .transpose()
        };
        Ok(DeliveryChange {
            published: delivery(self.published)?,
            failed: delivery(self.failed)?,
            unconfirmed: delivery(self.unconfirmed)?,
            automation: delivery(self.automation)?,
            announcement: delivery(self.announcement)?,
        })
    }
}

impl WantedQuietHours {
    fn check(self) -> Result<QuietHours, Problem> {
        let from_minute = minute("quiet_hours.from", &self.from)?;
        let until_minute = minute("quiet_hours.until", &self.until)?;
        if from_minute == until_minute {
            return Err(invalid("`quiet_hours` begin and end at the same time; null switches them off"));
        }
        Ok(QuietHours { from_minute, until_minute })
    }
}

/// Minutes from five to a week: a network may need the five, and nobody waits for more than the week.
fn late_posts(minutes: Option<u16>) -> Result<Option<u16>, Problem> {
    match minutes {
        Some(minutes) if !(5..=10_080).contains(&minutes) => {
            Err(invalid("`late_posts_minutes` is not from 5 to 10080"))
        }
        minutes => Ok(minutes),
    }
}

/// A mute is for a while: what it holds must not pile up for weeks because of one wrong digit.
fn mute(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Problem> {
    match until {
        Some(until) if until <= now || until - now > LONGEST_MUTE => {
            Err(invalid("`muted_until` is not within the next 24 hours"))
        }
        until => Ok(until),
    }
}

fn batch_window(minutes: u16) -> Result<BatchWindow, Problem> {
    BatchWindow::from_minutes(minutes)
        .ok_or_else(|| invalid("`batch_published_minutes` is none of: 0, 15, 60"))
}

fn language(tag: &str) -> Result<Language, Problem> {
    Language::from_tag(tag).ok_or_else(|| invalid("`language` is none of: en, ko"))
}

fn zone(name: &str) -> Result<Tz, Problem> {
    name.parse().map_err(|_| invalid("`zone` is not an IANA time zone such as \"Asia/Seoul\""))
}

/// Minutes after midnight of "HH:MM".
fn minute(field: &str, time: &str) -> Result<u16, Problem> {
    // chrono also takes "9:00" and " 9:00", which the page would not get back.
    let parsed = NaiveTime::parse_from_str(time, "%H:%M").ok();
    let parsed = parsed.filter(|parsed| parsed.format("%H:%M").to_string() == time);
    let parsed =
        parsed.ok_or_else(|| invalid(format!("`{field}` is not a time of day such as \"09:00\"")))?;
    Ok(u16::try_from(parsed.hour() * 60 + parsed.minute()).unwrap_or_default())
}

fn invalid(detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(Kind::InvalidSettings, detail)
}
