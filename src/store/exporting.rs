//! Everything that is kept of an account, read page by page for its export. What there is besides is read where it is
//! written: the settings, the places and the posts.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{Attempt, Store, StoreError, time};
use crate::domain::draft::Draft;
use crate::entity::{attempt, draft, idempotency_key, link_token, notification, place_token};

/// A notification with what it says and every try to send it.
#[derive(Clone, Debug)]
pub struct WholeNotification {
    /// Its number.
    pub id: i64,
    /// The chat it went to, or goes to.
    pub chat_id: Option<i64>,
    /// About what.
    pub kind: String,
    /// What it says, JSON.
    pub data: String,
    /// Where it stands.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
    /// When the event happened.
    pub event_at: DateTime<Utc>,
    /// When it was accepted.
    pub created_at: DateTime<Utc>,
    /// When it reached its last state.
    pub finished_at: Option<DateTime<Utc>>,
    /// Telegram's id of the message.
    pub message_id: Option<i32>,
    /// Every try to send it, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// A token that was made for an account, without what would let anybody use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptToken {
    /// Whether it connects a group, and not the private chat.
    pub for_place: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When a tap spent it.
    pub spent_at: Option<DateTime<Utc>>,
}

/// A request with an `Idempotency-Key`, and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRequest {
    /// The header's value.
    pub key: String,
    /// The JSON answered.
    pub answer: String,
    /// When it was first used.
    pub created_at: DateTime<Utc>,
}

impl Store {
    /// Up to `limit` notifications of `account` older than `before`, the newest first.
    pub async fn whole_notifications(
        &self,
        account: &str,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<WholeNotification>, StoreError> {
        let mut query = notification::Entity::find()
            .filter(notification::Column::Account.eq(account))
            .order_by_desc(notification::Column::Id)
            .limit(limit);
        if let Some(before) = before {
            query = query.filter(notification::Column::Id.lt(before));
        }
        let rows = query.all(&self.reader).await?;
        let tries = attempt::Entity::find()
            .filter(attempt::Column::NotificationId.is_in(rows.iter().map(|row| row.id)))
            .order_by_asc(attempt::Column::Id)
            .all(&self.reader)
            .await?;
        let mut whole: Vec<_> = rows.into_iter().map(WholeNotification::from).collect();
        for row in tries {
            if let Some(notification) = whole.iter_mut().find(|it| it.id == row.notification_id) {
                notification.attempts.push(row.into());
            }
        }
        Ok(whole)
    }

    /// What `account` is writing in the chat, be it expired.
    pub async fn kept_draft(&self, account: &str) -> Result<Option<Draft>, StoreError> {
        Ok(draft::Entity::find_by_id(account).one(&self.reader).await?.map(Draft::from))
    }

    /// The tokens that were made for `account`, spent or not: one for its chat and one for a group at most.
    pub async fn kept_tokens(&self, account: &str) -> Result<Vec<KeptToken>, StoreError> {
        let of_chat = link_token::Entity::find().filter(link_token::Column::Account.eq(account));
        let of_place = place_token::Entity::find().filter(place_token::Column::Account.eq(account));
        let of_chat = of_chat.all(&self.reader).await?.into_iter().map(KeptToken::from);
        let of_place = of_place.all(&self.reader).await?.into_iter().map(KeptToken::from);
        Ok(of_chat.chain(of_place).collect())
    }

    /// Up to `limit` requests of `account` that would be answered again as before, in the order of their keys from
    /// behind `after`.
    pub async fn kept_requests(
        &self,
        account: &str,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<KeptRequest>, StoreError> {
        let mut query = idempotency_key::Entity::find()
            .filter(idempotency_key::Column::Subject.eq(account))
            .order_by_asc(idempotency_key::Column::Key)
            .limit(limit);
        if let Some(after) = after {
            query = query.filter(idempotency_key::Column::Key.gt(after));
        }
        Ok(query.all(&self.reader).await?.into_iter().map(KeptRequest::from).collect())
    }
}

impl From<notification::Model> for WholeNotification {
    fn from(row: notification::Model) -> Self {
        Self {
            id: row.id,
            chat_id: row.chat_id,
            kind: row.kind,
            data: row.data,
            state: row.state,
            reason: row.reason,
            event_at: time(row.event_at_ms),
            created_at: time(row.created_at_ms),
            finished_at: row.finished_at_ms.map(time),
            message_id: row.message_id,
            attempts: Vec::new(),
        }
    }
}

impl From<link_token::Model> for KeptToken {
    fn from(row: link_token::Model) -> Self {
        Self {
            for_place: false,
            created_at: time(row.created_at_ms),
            expires_at: time(row.expires_at_ms),
            spent_at: row.spent_at_ms.map(time),
        }
    }
}

impl From<place_token::Model> for KeptToken {
    fn from(row: place_token::Model) -> Self {
        Self {
            for_place: true,
            created_at: time(row.created_at_ms),
            expires_at: time(row.expires_at_ms),
            spent_at: row.spent_at_ms.map(time),
        }
    }
}

impl From<idempotency_key::Model> for KeptRequest {
    fn from(row: idempotency_key::Model) -> Self {
        Self { key: row.key, answer: row.answer, created_at: time(row.created_at_ms) }
    }
}
