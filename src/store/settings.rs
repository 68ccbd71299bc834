//! Accounts' settings: read by account or by chat; disabled, enabled and unlinked as the chat's fate has it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait as _, QueryFilter,
    Statement,
};

use super::parameters::{array, is_among_texts};
use super::write_queue::Command;
use super::{Store, StoreError, channels, ms, notifications, place_fates, places, time, whole_rows};
use crate::domain::account::{
    BatchWindow, Delivery, Digest, Disabled, DisabledReason, Preferences, Question, QuietHours, Settings,
};
use crate::domain::language::Language;
use crate::domain::notification::State;
use crate::entity::notification;
use crate::entity::sns_settings::{Column, Entity, Model};

impl Store {
    /// The settings of `account`; `None` for one that never asked for a link.
    pub async fn settings_of_account(&self, account: &str) -> Result<Option<Settings>, StoreError> {
        of_account(&self.reader, account).await
    }

    /// The settings of all of `accounts` that have any, in no order.
    pub async fn settings_of_accounts(&self, accounts: &BTreeSet<&str>) -> Result<Vec<Settings>, StoreError> {
        of_accounts(&self.reader, accounts).await
    }

    /// The settings of the account that is linked to `chat_id`.
    pub async fn settings_of_chat(&self, chat_id: i64) -> Result<Option<Settings>, StoreError> {
        Ok(by_chat(&self.reader, chat_id).await?.map(Settings::from))
    }

    /// Ends the link of `account`; what waits for it is cancelled. Returns the settings as they were before,
    /// `None` when there was no link.
    pub async fn unlink(&self, account: &str, now: DateTime<Utc>) -> Result<Option<Settings>, StoreError> {
        self.writer.write(Unlink { account: account.to_owned(), now }).await
    }

    /// Stops sending to `chat_id`: what waits for it is dead. True when it was enabled before.
    pub async fn disable_chat(
        &self,
        chat_id: i64,
        reason: DisabledReason,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let disabled = self.writer.write(DisableChat { chat_id, reason, now }).await?;
        // Whoever had a place there is told.
        self.wake_delivery();
        Ok(disabled)
    }

    /// Sends to `chat_id` again. Returns its settings and how many notices it missed, `None` when it was not
    /// disabled.
    pub async fn enable_chat(
        &self,
        chat_id: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<(Settings, u64)>, StoreError> {
        self.writer.write(EnableChat { chat_id, now }).await
    }

    /// A group became a supergroup: its link and what waits for it follow.
    pub async fn migrate_chat(&self, from: i64, to: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer.write(MigrateChat { from, to, now }).await
    }

    /// What words from `chat_id` answer, until `until`; `None`: nothing any more.
    pub async fn await_answer(
        &self,
        chat_id: i64,
        awaited: Option<(Question, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        self.writer.write(AwaitAnswer { chat_id, awaited }).await
    }

    /// What words from `chat_id` answer at `now`.
    pub async fn awaited_answer(
        &self,
        chat_id: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<Question>, StoreError> {
        let row = by_chat(&self.reader, chat_id).await?;
        let open = row.filter(|row| row.pending_question_until_ms.is_some_and(|until| until > ms(now)));
        Ok(open.and_then(|row| row.pending_question).and_then(|name| Question::from_name(&name)))
    }

    /// Remembers the language of the Telegram app in which `chat_id` is open.
    pub async fn note_telegram_language(
        &self,
        chat_id: i64,
        language: Language,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.write(NoteTelegramLanguage { chat_id, language, now }).await
    }
}

pub(super) async fn by_chat(db: &impl ConnectionTrait, chat_id: i64) -> Result<Option<Model>, StoreError> {
    Ok(Entity::find().filter(Column::TelegramChatId.eq(chat_id)).one(db).await?)
}

/// The settings of `account`; `None` for one that never asked for a link.
pub(super) async fn of_account(
    db: &impl ConnectionTrait,
    account: &str,
) -> Result<Option<Settings>, StoreError> {
    Ok(Entity::find_by_id(account).one(db).await?.map(Settings::from))
}

/// The settings of all of `accounts` that have any, in no order.
pub(super) async fn of_accounts(
    db: &impl ConnectionTrait,
    accounts: &BTreeSet<&str>,
) -> Result<Vec<Settings>, StoreError> {
    let backend = db.get_database_backend();
    let sql = format!(
        "SELECT {} FROM sns_settings WHERE account {}",
        whole_rows::rows::<Entity>(backend),
        is_among_texts(backend, "$1")
    );
    let accounts: Vec<&str> = accounts.iter().copied().collect();
    let query = Statement::from_sql_and_values(backend, sql, [array(&accounts)?]);
    let rows: Vec<Model> = whole_rows::together(db, query).await?;
    Ok(rows.into_iter().map(Settings::from).collect())
}

/// Ends the link of one settings row, and its places, and cancels what waits for them.
pub(super) async fn end_link(
    transaction: &DatabaseTransaction,
    account: &str,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::TelegramChatId, Expr::val(None::<i64>))
        .col_expr(Column::DisabledReason, Expr::val(reason.as_str()))
        .col_expr(Column::DisabledAtMs, Expr::val(ms(now)))
        .col_expr(Column::UnlinkedAtMs, Expr::val(ms(now)))
        .col_expr(Column::NextDigestAtMs, Expr::val(None::<i64>))
        .col_expr(Column::PendingQuestion, Expr::val(None::<String>))
        .col_expr(Column::UpdatedAtMs, Expr::val(ms(now)))
        .filter(Column::Account.eq(account))
        .exec(transaction)
        .await?;
    places::delete_of_account(transaction, account).await?;
    channels::delete_of_account(transaction, account).await?;
    notifications::cancel_pending_of_account(transaction, account, reason.as_str(), now).await
}

/// Takes a chat out of service, as somebody's own and as a place, and gives up what waits for it; true when it was
/// somebody's own and enabled.
pub(super) async fn disable(
    transaction: &DatabaseTransaction,
    chat_id: i64,
    reason: DisabledReason,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::TelegramEnabled, Expr::val(false))
        .col_expr(Column::DisabledReason, Expr::val(reason.as_str()))
        .col_expr(Column::DisabledAtMs, Expr::val(ms(now)))
        .col_expr(Column::UpdatedAtMs, Expr::val(ms(now)))
        .filter(Column::TelegramChatId.eq(chat_id))
        .filter(Column::TelegramEnabled.eq(true))
        .exec(transaction)
        .await?;
    notifications::bury_pending_of_chat(transaction, chat_id, reason.as_str(), now).await?;
    place_fates::disable(transaction, chat_id, reason, now).await?;
    Ok(updated.rows_affected > 0)
}

/// Moves a link, places and what waits for them to the chat's new id.
pub(super) async fn follow_migration(
    transaction: &DatabaseTransaction,
    from: i64,
    to: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::TelegramChatId, Expr::val(to))
        .col_expr(Column::UpdatedAtMs, Expr::val(ms(now)))
        .filter(Column::TelegramChatId.eq(from))
        .exec(transaction)
        .await?;
    place_fates::follow_migration(transaction, from, to).await?;
    notifications::move_pending(transaction, None, (from, to), now).await
}

struct Unlink {
    account: String,
    now: DateTime<Utc>,
}

impl Command for Unlink {
    type Output = Option<Settings>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let linked = Entity::find_by_id(self.account.as_str())
            .filter(Column::TelegramChatId.is_not_null())
            .one(transaction)
            .await?;
        let Some(settings) = linked.map(Settings::from) else { return Ok(None) };
        end_link(transaction, &self.account, DisabledReason::Unlinked, self.now).await?;
        Ok(Some(settings))
    }
}

struct DisableChat {
    chat_id: i64,
    reason: DisabledReason,
    now: DateTime<Utc>,
}

impl Command for DisableChat {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        disable(transaction, self.chat_id, self.reason, self.now).await
    }
}

struct EnableChat {
    chat_id: i64,
    now: DateTime<Utc>,
}

impl Command for EnableChat {
    type Output = Option<(Settings, u64)>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let Some(row) = by_chat(transaction, self.chat_id).await? else { return Ok(None) };
        if row.telegram_enabled {
            return Ok(None);
        }
        let missed = missed_since(transaction, &row.account, row.disabled_at_ms.unwrap_or_default()).await?;
        Entity::update_many()
            .col_expr(Column::TelegramEnabled, Expr::val(true))
            .col_expr(Column::DisabledReason, Expr::val(None::<String>))
            .col_expr(Column::DisabledAtMs, Expr::val(None::<i64>))
            .col_expr(Column::SoftFailures, Expr::val(0))
            .col_expr(Column::SoftFailedSinceMs, Expr::val(None::<i64>))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .filter(Column::Account.eq(row.account.as_str()))
            .exec(transaction)
            .await?;
        let enabled = Model { telegram_enabled: true, disabled_reason: None, disabled_at_ms: None, ..row };
        Ok(Some((enabled.into(), missed)))
    }
}

/// How many of the account's notices died since `since_ms`.
async fn missed_since(
    transaction: &DatabaseTransaction,
    account: &str,
    since_ms: i64,
) -> Result<u64, StoreError> {
    let missed = notification::Entity::find()
        .filter(notification::Column::Account.eq(account))
        .filter(notification::Column::State.eq(State::Dead.as_str()))
        .filter(notification::Column::FinishedAtMs.gte(since_ms))
        .filter(notification::Column::PlaceId.is_null())
        .count(transaction)
        .await?;
    Ok(missed)
}

struct AwaitAnswer {
    chat_id: i64,
    awaited: Option<(Question, DateTime<Utc>)>,
}

impl Command for AwaitAnswer {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let question = self.awaited.map(|(question, _)| question.name());
        Entity::update_many()
            .col_expr(Column::PendingQuestion, Expr::val(question))
            .col_expr(Column::PendingQuestionUntilMs, Expr::val(self.awaited.map(|(_, until)| ms(until))))
            .filter(Column::TelegramChatId.eq(self.chat_id))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

struct MigrateChat {
    from: i64,
    to: i64,
    now: DateTime<Utc>,
}

impl Command for MigrateChat {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        follow_migration(transaction, self.from, self.to, self.now).await
    }
}

struct NoteTelegramLanguage {
    chat_id: i64,
    language: Language,
    now: DateTime<Utc>,
}

impl Command for NoteTelegramLanguage {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::TelegramLanguage, Expr::val(self.language.code()))
            .col_expr(Column::UpdatedAtMs, Expr::val(ms(self.now)))
            .filter(Column::TelegramChatId.eq(self.chat_id))
            .exec(transaction)
            .await?;
        Ok(())
    }
}

impl From<Model> for Settings {
    fn from(row: Model) -> Self {
        let disabled = row.disabled_reason.as_deref().and_then(DisabledReason::from_name);
        Self {
            account: row.account,
            account_name: row.account_name,
            account_email_masked: row.account_email_masked,
            chat_id: row.telegram_chat_id,
            enabled: row.telegram_enabled,
            disabled: disabled
                .map(|reason| Disabled { reason, at: time(row.disabled_at_ms.unwrap_or_default()) }),
            chosen_language: row.language.as_deref().and_then(Language::from_tag),
            telegram_language: row.telegram_language.as_deref().and_then(Language::from_tag),
            zone: row.zone.and_then(|name| name.parse().ok()),
            digest: Digest {
                enabled: row.digest_enabled,
                minute: row.digest_minute.unsigned_abs(),
                when_empty: row.digest_when_empty,
            },
            preferences: Preferences {
                published: delivery(&row.notify_published),
                failed: delivery(&row.notify_failed),
                unconfirmed: delivery(&row.notify_unconfirmed),
                automation: delivery(&row.notify_automation),
                announcement: delivery(&row.notify_announcement),
            },
            quiet_hours: row.quiet_from_minute.zip(row.quiet_until_minute).map(|(from, until)| QuietHours {
                from_minute: from.unsigned_abs(),
                until_minute: until.unsigned_abs(),
            }),
            muted_until: row.muted_until_ms.map(time),
            batch_published: BatchWindow::from_minutes(row.batch_published_minutes.unsigned_abs())
                .unwrap_or_default(),
            late_posts_minutes: row.late_posts_minutes.map(i16::unsigned_abs),
            has_places: row.has_places,
            linked_at: row.linked_at_ms.map(time),
        }
    }
}

/// A name we don't know is treated as `on`: better one sound too many than a lost notice.
fn delivery(name: &str) -> Delivery {
    Delivery::from_name(name).unwrap_or(Delivery::On)
}
