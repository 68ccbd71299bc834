//! Channels that accounts connected: written, read, lost.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseTransaction, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _,
};

use super::write_queue::Command;
use super::{Store, StoreError, ms, notifications, settings, time};
use crate::domain::channel::{Channel, MOST_CHANNELS, NewChannel, chat_of, network_of};
use crate::domain::notification::NewNotification;
use crate::entity::channel::{ActiveModel, Column, Entity, Model};

/// What became of a channel that was to be connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connecting {
    /// The account's posts may go there.
    Done,
    /// The account has as many as it may.
    TooMany,
    /// The account is not linked to the chat of whoever connects it, or not any more.
    NotTheirs,
}

impl Store {
    /// The channels of `account`, in the order in which they were connected.
    pub async fn channels_of_account(&self, account: &str) -> Result<Vec<Channel>, StoreError> {
        let rows = Entity::find().filter(Column::Account.eq(account)).order_by_asc(Column::Id);
        Ok(rows.all(&self.reader).await?.into_iter().map(Channel::from).collect())
    }

    /// The channel that posts call `network`, when it is one of `account`'s.
    pub async fn channel(&self, account: &str, network: &str) -> Result<Option<Channel>, StoreError> {
        find(&self.reader, account, network).await
    }

    /// Lets the posts of an account go to a channel; connecting it again notes what it is called now.
    pub async fn connect_channel(
        &self,
        channel: NewChannel,
        now: DateTime<Utc>,
    ) -> Result<Connecting, StoreError> {
        self.writer.write(ConnectChannel { channel, now }).await
    }

    /// Takes the channel `chat_id`, where nothing can be posted any more, from all accounts; each is told once.
    pub async fn lose_channel(&self, chat_id: i64, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let lost = self.writer.write(LoseChannel { chat_id, now }).await?;
        self.wake_delivery();
        Ok(lost)
    }
}

/// The channel that posts call `network`, when it is one of `account`'s.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    account: &str,
    network: &str,
) -> Result<Option<Channel>, StoreError> {
    let Some(chat_id) = chat_of(network) else { return Ok(None) };
    let row = Entity::find().filter(Column::Account.eq(account)).filter(Column::ChatId.eq(chat_id));
    Ok(row.one(db).await?.map(Channel::from))
}

/// The bot posted there on the word of the chat that `account` was linked to.
pub(super) async fn delete_of_account(
    transaction: &DatabaseTransaction,
    account: &str,
) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::Account.eq(account)).exec(transaction).await?;
    Ok(())
}

struct ConnectChannel {
    channel: NewChannel,
    now: DateTime<Utc>,
}

impl Command for ConnectChannel {
    type Output = Connecting;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Connecting, StoreError> {
        let NewChannel { account, chat_id, title, username, connected_by } = self.channel.clone();
        let linked = settings::by_chat(transaction, connected_by).await?;
        if linked.is_none_or(|row| row.account != account) {
            return Ok(Connecting::NotTheirs);
        }
        let others =
            Entity::find().filter(Column::Account.eq(account.as_str())).filter(Column::ChatId.ne(chat_id));
        if others.count(transaction).await? >= MOST_CHANNELS {
            return Ok(Connecting::TooMany);
        }
        let row = ActiveModel {
            account: Set(account),
            chat_id: Set(chat_id),
            title: Set(title),
            username: Set(username),
            connected_by: Set(connected_by),
            connected_at_ms: Set(ms(self.now)),
            ..Default::default()
        };
        let again = OnConflict::columns([Column::Account, Column::ChatId])
            .update_columns([Column::Title, Column::Username, Column::ConnectedBy])
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(transaction).await?;
        Ok(Connecting::Done)
    }
}

struct LoseChannel {
    chat_id: i64,
    now: DateTime<Utc>,
}

impl Command for LoseChannel {
    type Output = u64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<u64, StoreError> {
        let lost = Entity::find().filter(Column::ChatId.eq(self.chat_id)).all(transaction).await?;
        Entity::delete_many().filter(Column::ChatId.eq(self.chat_id)).exec(transaction).await?;
        let accounts: BTreeSet<&str> = lost.iter().map(|row| row.account.as_str()).collect();
        let owners = settings::of_accounts(transaction, &accounts).await?;
        let told: Vec<NewNotification> = lost
            .iter()
            .filter_map(|row| {
                let owner = owners.iter().find(|owner| owner.account == row.account)?;
                let chat_id = owner.chat_id.filter(|_| owner.enabled)?;
                Some(NewNotification::channel_lost(owner, chat_id, &row.title, self.now))
            })
            .collect();
        if !told.is_empty() {
            notifications::insert(transaction, &told, self.now).await?;
        }
        Ok(lost.len() as u64)
    }
}

impl From<Model> for Channel {
    fn from(row: Model) -> Self {
        Self {
            network: network_of(row.chat_id),
            chat_id: row.chat_id,
            title: row.title,
            username: row.username,
            connected_at: time(row.connected_at_ms),
        }
    }
}
