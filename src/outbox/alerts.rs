//! Alerts: a row for each admin, in the language that their chat is spoken to in.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::alert::Alert;
use crate::domain::language::Language;
use crate::domain::notification::NewNotification;
use crate::store::{Store, StoreError};

/// Tells `admins` of trouble that has come: once, however often it is called while it stands. True when they are told.
pub async fn raise_alert(
    store: &Store,
    admins: &BTreeSet<i64>,
    alert: Alert,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let rows = rows(store, admins, &alert, now).await?;
    store.raise_alert(alert, rows, now).await
}

/// Tells `admins` that trouble is over at `now`: once. True when they are told.
pub async fn end_alert(
    store: &Store,
    admins: &BTreeSet<i64>,
    alert: Alert,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let alert = Alert { over_at: Some(now), ..alert };
    let rows = rows(store, admins, &alert, now).await?;
    store.end_alert(alert, rows, now).await
}

async fn rows(
    store: &Store,
    admins: &BTreeSet<i64>,
    alert: &Alert,
    now: DateTime<Utc>,
) -> Result<Vec<NewNotification>, StoreError> {
    let mut rows = Vec::with_capacity(admins.len());
    for admin in admins {
        let language = language_of(store, *admin).await?;
        rows.push(NewNotification::alert(*admin, language, alert.clone(), now));
    }
    Ok(rows)
}

/// An admin need not be linked: then it is the language of their Telegram, when they last asked for something.
async fn language_of(store: &Store, admin: i64) -> Result<Language, StoreError> {
    match store.settings_of_chat(admin).await? {
        Some(settings) => Ok(settings.language()),
        None => Ok(store.admin_language(admin).await?.unwrap_or_default()),
    }
}
