//! Changes of an account's settings by its person, in the chat or on the platform's page.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, DatabaseTransaction, EntityTrait as _, QuerySelect as _,
};

use super::write_queue::Command;
use super::{Store, StoreError, digests, holding, ms};
use crate::domain::account::{Settings, SettingsChange};
use crate::entity::sns_settings::{ActiveModel, Entity};

impl Store {
    /// Changes what `account` chose; its next digest and what is held back for it follow. `None` for an account that
    /// has no settings.
    pub async fn change_settings(
        &self,
        account: &str,
        change: SettingsChange,
        default_zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Option<Settings>, StoreError> {
        let request = ChangeSettings { account: account.to_owned(), change, default_zone, now };
        let changed = self.writer.write(request).await?;
        if change.moves_what_is_held() {
            self.wake_delivery();
        }
        Ok(changed)
    }
}

struct ChangeSettings {
    account: String,
    change: SettingsChange,
    default_zone: Tz,
    now: DateTime<Utc>,
}

impl Command for ChangeSettings {
    type Output = Option<Settings>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let account = self.account.as_str();
        // Locked, so that a digest written at the same time and this change see each other.
        let row = Entity::find_by_id(account).lock_exclusive().one(transaction).await?;
        let Some(row) = row else { return Ok(None) };
        let mut changed = ActiveModel { updated_at_ms: Set(ms(self.now)), ..row.into() };
        self.write_into(&mut changed);
        let row = changed.update(transaction).await?;
        digests::reschedule(transaction, account, self.default_zone, self.now).await?;
        let settings = Settings::from(row);
        if self.change.moves_what_is_held() {
            holding::hold_anew(transaction, &settings, self.now).await?;
        }
        Ok(Some(settings))
    }
}

impl ChangeSettings {
    fn write_into(&self, changed: &mut ActiveModel) {
        let SettingsChange { language, zone, digest_enabled, digest_minute, digest_when_empty, .. } =
            self.change;
        if let Some(language) = language {
            changed.language = Set(Some(language.code().to_owned()));
        }
        if let Some(zone) = zone {
            changed.zone = Set(Some(zone.name().to_owned()));
            changed.pending_question = Set(None);
        }
        if let Some(enabled) = digest_enabled {
            changed.digest_enabled = Set(enabled);
        }
        if let Some(minute) = digest_minute {
            changed.digest_minute = Set(minute.min(23 * 60 + 59).cast_signed());
        }
        if let Some(when_empty) = digest_when_empty {
            changed.digest_when_empty = Set(when_empty);
        }
        let SettingsChange { deliveries, quiet_hours, muted_until, batch_published, .. } = self.change;
        for (column, delivery) in [
            (&mut changed.notify_published, deliveries.published),
            (&mut changed.notify_failed, deliveries.failed),
            (&mut changed.notify_unconfirmed, deliveries.unconfirmed),
            (&mut changed.notify_automation, deliveries.automation),
            (&mut changed.notify_announcement, deliveries.announcement),
        ] {
            if let Some(delivery) = delivery {
                *column = Set(delivery.as_str().to_owned());
            }
        }
        if let Some(hours) = quiet_hours {
            changed.quiet_from_minute = Set(hours.map(|hours| hours.from_minute.cast_signed()));
            changed.quiet_until_minute = Set(hours.map(|hours| hours.until_minute.cast_signed()));
        }
        if let Some(until) = muted_until {
            changed.muted_until_ms = Set(until.map(ms));
        }
        if let Some(minutes) = self.change.late_posts_minutes {
            changed.late_posts_minutes = Set(minutes.map(u16::cast_signed));
        }
        if let Some(window) = batch_published {
            changed.batch_published_minutes = Set(window.minutes().cast_signed());
        }
    }
}
