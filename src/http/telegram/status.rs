//! What the platform's settings page shows.

use chrono::{DateTime, NaiveTime, Timelike as _, Utc};
use hyper::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{name_of, needs_bot};
use crate::domain::account::{
    self, BatchWindow, Delivery, Digest, DisabledReason, Preferences, QuietHours, Settings,
};
use crate::domain::channel::Channel;
use crate::domain::language::Language;
use crate::domain::place::Place;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::call::Call;
use crate::http::openapi::{Answered, Says};
use crate::http::problem::{Kind, Problem};

/// The link and the settings, as the page shows them.
#[derive(Serialize, ToSchema)]
#[schema(as = TelegramStatus)]
pub(in crate::http) struct Status {
    linked: bool,
    telegram_chat_id: Option<i64>,
    /// Linked, and the chat can be reached.
    telegram_enabled: bool,
    account_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<Disabled>,
    /// The groups to which the notices go besides.
    places: Vec<ShownPlace>,
    /// The channels that posts may go to besides the networks of the settings.
    channels: Vec<ShownChannel>,
    settings: Shown,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Channel)]
struct ShownChannel {
    /// What posts name as their network.
    network: String,
    title: String,
    /// Its public name, without the @.
    username: Option<String>,
    connected_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
struct ShownPlace {
    telegram_chat_id: i64,
    /// The topic; null: the group's own thread.
    thread_id: Option<i32>,
    title: String,
    linked_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<Disabled>,
}

#[derive(Serialize, ToSchema)]
struct Disabled {
    reason: DisabledReason,
    at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
struct Shown {
    language: Language,
    zone: Option<&'static str>,
    digest: ShownDigest,
    notifications: Notifications,
    quiet_hours: Option<ShownQuietHours>,
    /// Only while it lasts.
    muted_until: Option<DateTime<Utc>>,
    batch_published_minutes: u16,
    /// Null: as the service is set.
    late_posts_minutes: Option<u16>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DigestSettings)]
struct ShownDigest {
    enabled: bool,
    time: String,
    when_empty: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NotificationSettings)]
struct Notifications {
    published: Delivery,
    failed: Delivery,
    unconfirmed: Delivery,
    automation: Delivery,
    announcement: Delivery,
}

#[derive(Serialize, ToSchema)]
#[schema(as = QuietHours)]
struct ShownQuietHours {
    from: String,
    until: String,
}

pub(in crate::http) const STATUS: Says =
    Says::new("telegram_status", "The link and the settings, linked or not")
        .answers(&[Answered::json::<Status>(200, "How it is")])
        .problems(&[Kind::TelegramNotConfigured]);

/// `GET /api/telegram/status`: 200 with the link and the settings, linked or not.
pub(in crate::http) async fn status(call: Call, caller: Caller) -> Result<Answer, Problem> {
    needs_bot(&call.port)?;
    let settings = call.port.store().settings_of_account(&caller.account).await?;
    let default_digest = call.port.config().digest.default_time;
    let settings = settings.unwrap_or_else(|| never_linked(&caller, default_digest));
    Answer::json(StatusCode::OK, &Status::of(&call, settings).await?)
}

/// What an account that was never linked would begin with.
fn never_linked(caller: &Caller, default_digest: NaiveTime) -> Settings {
    let minute = default_digest.hour() * 60 + default_digest.minute();
    Settings {
        account: caller.account.clone(),
        account_name: name_of(caller),
        account_email_masked: None,
        chat_id: None,
        enabled: true,
        disabled: None,
        chosen_language: None,
        telegram_language: None,
        zone: None,
        digest: Digest {
            enabled: true,
            minute: u16::try_from(minute).unwrap_or_default(),
            when_empty: false,
        },
        preferences: Preferences::default(),
        quiet_hours: None,
        muted_until: None,
        batch_published: BatchWindow::Off,
        late_posts_minutes: None,
        has_places: false,
        linked_at: None,
    }
}

impl Status {
    /// The status that these settings are now.
    pub(in crate::http) async fn of(call: &Call, settings: Settings) -> Result<Self, Problem> {
        let places = match settings.has_places {
            true => call.port.store().places_of_account(&settings.account).await?,
            false => Vec::new(),
        };
        let channels = match settings.chat_id {
            Some(_) => call.port.store().channels_of_account(&settings.account).await?,
            None => Vec::new(),
        };
        Ok(Self::at(call.port.now(), settings, places, channels))
    }

    fn at(now: DateTime<Utc>, settings: Settings, places: Vec<Place>, channels: Vec<Channel>) -> Self {
        let muted_until = settings.muted_after(now);
        let language = settings.language();
        let Preferences { published, failed, unconfirmed, automation, announcement } = settings.preferences;
        Self {
            linked: settings.chat_id.is_some(),
            telegram_chat_id: settings.chat_id,
            telegram_enabled: settings.chat_id.is_some() && settings.enabled,
            account_name: settings.account_name,
            disabled: settings.disabled.map(Disabled::from),
            places: places.into_iter().map(ShownPlace::from).collect(),
            channels: channels.into_iter().map(ShownChannel::from).collect(),
            settings: Shown {
                language,
                zone: settings.zone.map(|zone| zone.name()),
                digest: ShownDigest {
                    enabled: settings.digest.enabled,
                    time: time_of_day(settings.digest.minute),
                    when_empty: settings.digest.when_empty,
                },
                notifications: Notifications { published, failed, unconfirmed, automation, announcement },
                quiet_hours: settings.quiet_hours.map(ShownQuietHours::from),
                muted_until,
                batch_published_minutes: settings.batch_published.minutes(),
                late_posts_minutes: settings.late_posts_minutes,
            },
        }
    }
}

impl From<account::Disabled> for Disabled {
    fn from(disabled: account::Disabled) -> Self {
        Self { reason: disabled.reason, at: disabled.at }
    }
}

impl From<Place> for ShownPlace {
    fn from(place: Place) -> Self {
        let Place { chat_id, thread_id, title, linked_at, disabled, .. } = place;
        let disabled = disabled.map(Disabled::from);
        Self { telegram_chat_id: chat_id, thread_id, title, linked_at, disabled }
    }
}

impl From<Channel> for ShownChannel {
    fn from(channel: Channel) -> Self {
        let Channel { network, title, username, connected_at, chat_id: _ } = channel;
        Self { network, title, username, connected_at }
    }
}

impl From<QuietHours> for ShownQuietHours {
    fn from(hours: QuietHours) -> Self {
        Self { from: time_of_day(hours.from_minute), until: time_of_day(hours.until_minute) }
    }
}

/// Minutes after midnight as "HH:MM".
fn time_of_day(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
