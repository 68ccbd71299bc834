//! Connecting a place: the token that an administrator brings into a group, and the tap that spends it.
//!
//! It is a token of its own kind, kept apart from those that link a private chat: either is unknown where the other
//! is good. In a group everybody reads it, so it is bound to the first who brings it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _,
};

use super::write_queue::Command;
use super::{Member, Store, StoreError, ms, ms_after, places};
use crate::domain::link::{LINK_TOKEN_LIFETIME, LinkToken};
use crate::domain::place::{MOST_PLACES, PlaceNotice};
use crate::entity::place_token::{ActiveModel, Column, Entity, Model};
use crate::entity::{place, sns_settings};

/// Where in Telegram somebody wants notices to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The group.
    pub chat_id: i64,
    /// The topic; `None`: the group's own thread.
    pub thread_id: Option<i32>,
    /// What they are called.
    pub title: String,
}

/// What a token in a group leads to; asked before the tap, decided anew by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceOffer {
    /// Used, expired, foreign, somebody else's or never made: all alike to whoever reads the answer.
    Bad,
    /// The account has no chat of its own to tell about the place.
    NotLinked,
    /// The account has as many places as it may.
    TooMany,
    /// Its notices come here already.
    AlreadyHere {
        /// The account's name.
        account_name: String,
    },
    /// A tap would connect them.
    Confirm {
        /// The account's name.
        account_name: String,
    },
}

/// What a tap on [Connect] in a group did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// Connected now, or by an earlier tap on the same button.
    Connected {
        /// The account's name.
        account_name: String,
    },
    /// Nothing was done: somebody else was asked.
    NotTheirs,
    /// Nothing was done, and why.
    Not(PlaceOffer),
}

impl Store {
    /// Keeps a new token with which `account` gets a place; an older one of the same account stops working.
    pub async fn create_place_token(
        &self,
        token: &LinkToken,
        account: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let command = CreatePlaceToken { token_hash: token.hash(), account: account.to_owned(), now };
        self.writer.write(command).await
    }

    /// What `token` leads to that the user `asker` brought to `spot`. Spends nothing, but from now on it is `asker`'s.
    pub async fn place_offer(
        &self,
        token: &LinkToken,
        asker: i64,
        spot: Spot,
        now: DateTime<Utc>,
    ) -> Result<PlaceOffer, StoreError> {
        self.writer.write(OfferPlace { token_hash: token.hash(), asker, spot, now }).await
    }

    /// The tap of `who` in the group `chat_id`: spends `token` and connects the place, both or neither. The account is
    /// told so in its own chat, unless it is that person's.
    pub async fn connect_place(
        &self,
        token: &LinkToken,
        who: Member,
        chat_id: i64,
        now: DateTime<Utc>,
    ) -> Result<PlaceOutcome, StoreError> {
        let outcome = self.writer.write(ConnectPlace { token_hash: token.hash(), who, chat_id, now }).await?;
        self.wake_delivery();
        Ok(outcome)
    }
}

struct CreatePlaceToken {
    token_hash: String,
    account: String,
    now: DateTime<Utc>,
}

impl Command for CreatePlaceToken {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let row = ActiveModel {
            token_hash: Set(self.token_hash.clone()),
            account: Set(self.account.clone()),
            created_at_ms: Set(ms(self.now)),
            expires_at_ms: Set(ms_after(self.now, LINK_TOKEN_LIFETIME)),
            asked_by: Set(None),
            asked_chat_id: Set(None),
            asked_thread_id: Set(None),
            asked_title: Set(None),
            spent_at_ms: Set(None),
        };
        let replace = OnConflict::column(Column::Account)
            .update_columns([
                Column::TokenHash,
                Column::CreatedAtMs,
                Column::ExpiresAtMs,
                Column::AskedBy,
                Column::AskedChatId,
                Column::AskedThreadId,
                Column::AskedTitle,
                Column::SpentAtMs,
            ])
            .to_owned();
        Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
        Ok(())
    }
}

struct OfferPlace {
    token_hash: String,
    asker: i64,
    spot: Spot,
    now: DateTime<Utc>,
}

impl Command for OfferPlace {
    type Output = PlaceOffer;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<PlaceOffer, StoreError> {
        let is_free = Column::AskedBy.is_null().or(Column::AskedBy.eq(self.asker));
        let bound = Entity::update_many()
            .col_expr(Column::AskedBy, Expr::val(self.asker))
            .col_expr(Column::AskedChatId, Expr::val(self.spot.chat_id))
            .col_expr(Column::AskedThreadId, Expr::val(self.spot.thread_id))
            .col_expr(Column::AskedTitle, Expr::val(self.spot.title.as_str()))
            .filter(Column::TokenHash.eq(self.token_hash.as_str()))
            .filter(Column::SpentAtMs.is_null())
            .filter(Column::ExpiresAtMs.gt(ms(self.now)))
            .filter(is_free)
            .exec_with_returning(transaction)
            .await?;
        match bound.first() {
            Some(token) => offer(transaction, token).await,
            None => Ok(PlaceOffer::Bad),
        }
    }
}

/// What a good token, brought to a group, leads to.
async fn offer(transaction: &DatabaseTransaction, token: &Model) -> Result<PlaceOffer, StoreError> {
    // Locked, so that two taps of one account are counted one after the other.
    let account = sns_settings::Entity::find_by_id(token.account.as_str()).lock_exclusive();
    let linked = account.one(transaction).await?.filter(|row| row.telegram_chat_id.is_some());
    let Some(account) = linked else { return Ok(PlaceOffer::NotLinked) };
    let account_name = account.account_name;
    let own = place::Entity::find().filter(place::Column::Account.eq(token.account.as_str()));
    let here = places::is_at(token.asked_chat_id.unwrap_or_default(), token.asked_thread_id);
    if own.clone().filter(here).one(transaction).await?.is_some() {
        return Ok(PlaceOffer::AlreadyHere { account_name });
    }
    if own.count(transaction).await? >= MOST_PLACES {
        return Ok(PlaceOffer::TooMany);
    }
    Ok(PlaceOffer::Confirm { account_name })
}

struct ConnectPlace {
    token_hash: String,
    who: Member,
    chat_id: i64,
    now: DateTime<Utc>,
}

impl Command for ConnectPlace {
    type Output = PlaceOutcome;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<PlaceOutcome, StoreError> {
        let token = Entity::find_by_id(self.token_hash.as_str()).filter(Column::AskedChatId.eq(self.chat_id));
        let Some(token) = token.lock_exclusive().one(transaction).await? else {
            return Ok(PlaceOutcome::Not(PlaceOffer::Bad));
        };
        if token.asked_by != Some(self.who.id) {
            return Ok(PlaceOutcome::NotTheirs);
        }
        let (spent, expired) = (token.spent_at_ms.is_some(), token.expires_at_ms <= ms(self.now));
        Ok(match offer(transaction, &token).await? {
            // A second tap on the same button, or an update handled twice, finds it connected.
            PlaceOffer::AlreadyHere { account_name } => PlaceOutcome::Connected { account_name },
            _ if spent || expired => PlaceOutcome::Not(PlaceOffer::Bad),
            PlaceOffer::Confirm { account_name } if self.spend(transaction).await? => {
                self.write_place(transaction, token).await?;
                PlaceOutcome::Connected { account_name }
            }
            PlaceOffer::Confirm { .. } => PlaceOutcome::Not(PlaceOffer::Bad),
            offer => PlaceOutcome::Not(offer),
        })
    }
}

impl ConnectPlace {
    /// The one conditional UPDATE that lets exactly one tap through.
    async fn spend(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let spent = Entity::update_many()
            .col_expr(Column::SpentAtMs, Expr::val(ms(self.now)))
            .filter(Column::TokenHash.eq(self.token_hash.as_str()))
            .filter(Column::SpentAtMs.is_null())
            .exec(transaction)
            .await?;
        Ok(spent.rows_affected == 1)
    }

    async fn write_place(&self, transaction: &DatabaseTransaction, token: Model) -> Result<(), StoreError> {
        let title = token.asked_title.unwrap_or_default();
        let row = place::ActiveModel {
            account: Set(token.account.clone()),
            chat_id: Set(self.chat_id),
            thread_id: Set(token.asked_thread_id),
            title: Set(title.clone()),
            linked_by: Set(self.who.id),
            linked_at_ms: Set(ms(self.now)),
            ..Default::default()
        };
        place::Entity::insert(row).exec_without_returning(transaction).await?;
        places::note_whether_any(transaction, &token.account).await?;
        let (account, connected) = (token.account.as_str(), PlaceNotice::Connected);
        places::tell_owner(transaction, connected, account, &title, &self.who, self.now).await
    }
}
