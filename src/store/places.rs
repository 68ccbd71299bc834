//! Places: what they are told, read and removed. How one is connected is in [`super::place_tokens`], what its group does
//! to it in [`super::place_fates`].

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder as _, Statement,
};

use super::parameters::{array, is_among_texts};
use super::write_queue::Command;
use super::{Store, StoreError, notifications, settings, time};
use crate::domain::account::{Disabled, DisabledReason, Settings};
use crate::domain::event::Event;
use crate::domain::notification::{NewNotification, State};
use crate::domain::place::{Place, PlaceNotice};
use crate::entity::place::{Column, Entity, Model};
use crate::entity::{notification, place_token};

/// Why the notices cancelled are that waited for a place when it was removed.
pub const PLACE_REMOVED: &str = "place_removed";

/// An account whose notices come to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The number of its place.
    pub place_id: i64,
    /// What its person calls it.
    pub account_name: String,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Telegram's number for them, which is their private chat's as well.
    pub id: i64,
    /// What they are called.
    pub name: String,
}

/// Who removes a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remover {
    /// The account whose notices go there.
    Account(String),
    /// An administrator of the group.
    Administrator {
        /// The group.
        chat_id: i64,
        /// Who it is.
        who: Member,
    },
}

impl Store {
    /// Where the notices of `account` go besides its own chat, in the order in which they were connected.
    pub async fn places_of_account(&self, account: &str) -> Result<Vec<Place>, StoreError> {
        let rows = Entity::find().filter(Column::Account.eq(account)).order_by_asc(Column::Id);
        Ok(rows.all(&self.reader).await?.into_iter().map(Place::from).collect())
    }

    /// The places `ids`, those that there still are, by their numbers.
    pub async fn places(&self, ids: &BTreeSet<i64>) -> Result<HashMap<i64, Place>, StoreError> {
        let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(&self.reader).await?;
        Ok(rows.into_iter().map(|row| (row.id, Place::from(row))).collect())
    }

    /// Whose notices come to the topic `thread_id` of the group `chat_id`, or to the group's own thread.
    pub async fn guests(&self, chat_id: i64, thread_id: Option<i32>) -> Result<Vec<Guest>, StoreError> {
        let here = Entity::find().filter(is_at(chat_id, thread_id)).order_by_asc(Column::Id);
        let places = here.all(&self.reader).await?;
        let accounts: BTreeSet<&str> = places.iter().map(|place| place.account.as_str()).collect();
        let settings = self.settings_of_accounts(&accounts).await?;
        let name = |account: &str| settings.iter().find(|it| it.account == account);
        let guests = places.iter().filter_map(|place| {
            let account_name = name(&place.account)?.account_name.clone();
            Some(Guest { place_id: place.id, account_name })
        });
        Ok(guests.collect())
    }

    /// Sends nothing to the place `id` any more, and cancels what waits for it. False when it is not the remover's, or
    /// gone already.
    pub async fn remove_place(
        &self,
        id: i64,
        remover: Remover,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let removed = self.writer.write(RemovePlace { id, remover, now }).await?;
        self.wake_delivery();
        Ok(removed)
    }
}

/// Where a topic is, or a group's own thread.
pub(super) fn is_at(chat_id: i64, thread_id: Option<i32>) -> Condition {
    let thread = match thread_id {
        Some(thread_id) => Column::ThreadId.eq(thread_id),
        None => Column::ThreadId.is_null(),
    };
    Condition::all().add(Column::ChatId.eq(chat_id)).add(thread)
}

/// The rows that `events` make for places. Looks for places of those accounts only that have any, which `known` tells.
pub(super) async fn rows_of(
    transaction: &DatabaseTransaction,
    events: &[&Event],
    known: &HashMap<String, Settings>,
    now: DateTime<Utc>,
) -> Result<Vec<NewNotification>, StoreError> {
    let accounts: Vec<&str> =
        known.values().filter(|it| it.has_places).map(|it| it.account.as_str()).collect();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let backend = transaction.get_database_backend();
    let sql = format!("SELECT * FROM places WHERE account {} ORDER BY id", is_among_texts(backend, "$1"));
    let query = Statement::from_sql_and_values(backend, sql, [array(&accounts)?]);
    let places: Vec<Place> =
        Entity::find().from_raw_sql(query).all(transaction).await?.into_iter().map(Place::from).collect();
    let rows = events.iter().filter_map(|event| Some((event, known.get(&event.account)?)));
    let rows = rows.flat_map(|(event, settings)| {
        let places = places.iter().filter(|place| place.account == event.account);
        places.filter_map(|place| place.notification(event, settings, now))
    });
    Ok(rows.collect())
}

/// Removes every place of `account`, and its token for a new one; what waits for them is the caller's to end.
pub(super) async fn delete_of_account(
    transaction: &DatabaseTransaction,
    account: &str,
) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::Account.eq(account)).exec(transaction).await?;
    let token = place_token::Entity::delete_many().filter(place_token::Column::Account.eq(account));
    token.exec(transaction).await?;
    note_whether_any(transaction, account).await
}

/// Tells `account` in its own chat what `who` did to its place called `title`. What people do themselves they know.
pub(super) async fn tell_owner(
    transaction: &DatabaseTransaction,
    notice: PlaceNotice,
    account: &str,
    title: &str,
    who: &Member,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let owner = settings::of_account(transaction, account).await?;
    let Some(owner) = owner.filter(|owner| owner.enabled) else { return Ok(()) };
    let Some(own_chat) = owner.chat_id.filter(|own| *own != who.id) else { return Ok(()) };
    let told = NewNotification::about_place(notice, &owner, own_chat, title, Some(&who.name), now);
    notifications::insert(transaction, &[told], now).await.map(drop)
}

/// Keeps `has_places` of the account true, after its places changed.
pub(super) async fn note_whether_any(
    transaction: &DatabaseTransaction,
    account: &str,
) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    let sql = "UPDATE sns_settings SET has_places = EXISTS (SELECT 1 FROM places WHERE places.account = $1) \
               WHERE account = $1";
    transaction.execute_raw(Statement::from_sql_and_values(backend, sql, [account.into()])).await?;
    Ok(())
}

struct RemovePlace {
    id: i64,
    remover: Remover,
    now: DateTime<Utc>,
}

impl Command for RemovePlace {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let is_theirs = match &self.remover {
            Remover::Account(account) => Column::Account.eq(account.as_str()),
            Remover::Administrator { chat_id, .. } => Column::ChatId.eq(*chat_id),
        };
        let row = Entity::find_by_id(self.id).filter(is_theirs).one(transaction).await?;
        let Some(place) = row else { return Ok(false) };
        let removed = Entity::delete_by_id(self.id).exec(transaction).await?.rows_affected == 1;
        note_whether_any(transaction, &place.account).await?;
        let waits_for_it = waiting_for(&place);
        notifications::end_pending(transaction, waits_for_it, State::Cancelled, PLACE_REMOVED, self.now)
            .await?;
        if let Remover::Administrator { who, .. } = &self.remover
            && removed
        {
            let (account, title) = (place.account.as_str(), place.title.as_str());
            tell_owner(transaction, PlaceNotice::Removed, account, title, who, self.now).await?;
        }
        Ok(removed)
    }
}

/// What is for `place`; by its chat, too, which an index finds.
fn waiting_for(place: &Model) -> impl IntoCondition {
    use notification::Column;
    Condition::all().add(Column::ChatId.eq(place.chat_id)).add(Column::PlaceId.eq(place.id))
}

impl From<Model> for Place {
    fn from(row: Model) -> Self {
        let disabled = row.disabled_reason.as_deref().and_then(DisabledReason::from_name);
        Self {
            id: row.id,
            account: row.account,
            chat_id: row.chat_id,
            thread_id: row.thread_id,
            title: row.title,
            linked_at: time(row.linked_at_ms),
            disabled: disabled
                .map(|reason| Disabled { reason, at: time(row.disabled_at_ms.unwrap_or_default()) }),
        }
    }
}
