//! Posts that are being written in the chat: one draft an account, spent in the transaction that writes its posts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect as _};

use super::write_queue::Command;
use super::{Store, StoreError, ms, posts, time};
use crate::domain::draft::{Draft, DraftTime, KEPT_FOR, MediaFile, Step};
use crate::domain::new_post::NewPost;
use crate::domain::post::{Post, Status};
use crate::domain::post_move::Actor;
use crate::domain::post_options::MediaKind;
use crate::entity::draft::{ActiveModel, Column, Entity, Model};
use crate::entity::post;

impl Store {
    /// The draft of `account`, unless it has expired.
    pub async fn draft(&self, account: &str, now: DateTime<Utc>) -> Result<Option<Draft>, StoreError> {
        let kept = Entity::find_by_id(account).filter(Column::ExpiresAtMs.gt(ms(now)));
        Ok(kept.one(&self.reader).await?.map(Draft::from))
    }

    /// Keeps a new draft in the place of the account's earlier one.
    pub async fn begin_draft(&self, draft: Draft, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer.write(BeginDraft { draft, now }).await
    }

    /// Keeps `draft` as it is now. False when it is not there any more: spent, thrown away or replaced.
    pub async fn change_draft(&self, draft: Draft, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.writer.write(ChangeDraft { draft, now }).await
    }

    /// Throws the draft with this tag away.
    pub async fn drop_draft(&self, account: &str, tag: &str) -> Result<(), StoreError> {
        self.writer.write(DropDraft { account: account.to_owned(), tag: tag.to_owned() }).await.map(drop)
    }

    /// Spends `draft` and writes `posts`, already checked, both or neither; durable when it returns. `None` when it
    /// was spent, thrown away or replaced before.
    pub async fn post_draft(
        &self,
        draft: &Draft,
        posts: Vec<NewPost>,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<Post>>, StoreError> {
        let spent = DropDraft { account: draft.account.clone(), tag: draft.tag.clone() };
        let written = self.writer.write(PostDraft { spent, posts, now }).await?;
        self.wake_publishing();
        Ok(written)
    }

    /// Those of `networks` for which `account` has a post with this very text that went out since `since`, or will.
    pub async fn posted_since(
        &self,
        account: &str,
        text: &str,
        networks: &BTreeSet<String>,
        since: DateTime<Utc>,
    ) -> Result<BTreeSet<String>, StoreError> {
        let ended_without = [Status::Failed.as_str(), Status::Cancelled.as_str()];
        let same = post::Entity::find()
            .filter(post::Column::Account.eq(account))
            .filter(post::Column::Network.is_in(networks))
            .filter(post::Column::PublishAtMs.gte(ms(since)))
            .filter(post::Column::Status.is_not_in(ended_without))
            .filter(post::Column::Text.eq(text));
        let found: Vec<String> = same
            .select_only()
            .column(post::Column::Network)
            .distinct()
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(found.into_iter().collect())
    }
}

struct BeginDraft {
    draft: Draft,
    now: DateTime<Utc>,
}

impl Command for BeginDraft {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let replaced = OnConflict::column(Column::Account)
            .update_columns([
                Column::Tag,
                Column::Step,
                Column::Text,
                Column::MediaFile,
                Column::MediaKind,
                Column::Networks,
                Column::AtOnce,
                Column::PublishAtMs,
                Column::ExpiresAtMs,
            ])
            .to_owned();
        let row = row(&self.draft, self.now)?;
        Entity::insert(row).on_conflict(replaced).exec_without_returning(transaction).await?;
        Ok(())
    }
}

struct ChangeDraft {
    draft: Draft,
    now: DateTime<Utc>,
}

impl Command for ChangeDraft {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let changed = Entity::update_many()
            .set(row(&self.draft, self.now)?)
            .filter(Column::Account.eq(self.draft.account.as_str()))
            .filter(Column::Tag.eq(self.draft.tag.as_str()))
            .exec(transaction)
            .await?;
        Ok(changed.rows_affected == 1)
    }
}

struct DropDraft {
    account: String,
    tag: String,
}

impl Command for DropDraft {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let dropped = Entity::delete_many()
            .filter(Column::Account.eq(self.account.as_str()))
            .filter(Column::Tag.eq(self.tag.as_str()))
            .exec(transaction)
            .await?;
        Ok(dropped.rows_affected == 1)
    }
}

struct PostDraft {
    spent: DropDraft,
    posts: Vec<NewPost>,
    now: DateTime<Utc>,
}

impl Command for PostDraft {
    type Output = Option<Vec<Post>>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        if !self.spent.apply(transaction).await? {
            return Ok(None);
        }
        let mut written = Vec::with_capacity(self.posts.len());
        for post in &self.posts {
            written.push(posts::insert(transaction, post, Actor::Chat, self.now).await?);
        }
        Ok(Some(written))
    }
}

fn row(draft: &Draft, now: DateTime<Utc>) -> Result<ActiveModel, StoreError> {
    let networks =
        serde_json::to_string(&draft.networks).map_err(|error| StoreError::Failed(error.to_string()))?;
    let publish_at = match draft.time {
        Some(DraftTime::At(at)) => Some(ms(at)),
        Some(DraftTime::AtOnce) | None => None,
    };
    Ok(ActiveModel {
        account: Set(draft.account.clone()),
        tag: Set(draft.tag.clone()),
        step: Set(draft.step.as_str().to_owned()),
        text: Set(draft.text.clone()),
        media_file: Set(draft.media.as_ref().map(|media| media.file_id.clone())),
        media_kind: Set(draft.media.as_ref().map(|media| media.kind.as_str().to_owned())),
        networks: Set(networks),
        at_once: Set(draft.time == Some(DraftTime::AtOnce)),
        publish_at_ms: Set(publish_at),
        expires_at_ms: Set(ms(now + KEPT_FOR)),
    })
}

impl From<Model> for Draft {
    /// What can't be read is asked for again.
    fn from(row: Model) -> Self {
        let time = if row.at_once {
            Some(DraftTime::AtOnce)
        } else {
            row.publish_at_ms.map(time).map(DraftTime::At)
        };
        let kind = row.media_kind.as_deref().and_then(MediaKind::from_name);
        Self {
            media: row.media_file.zip(kind).map(|(file_id, kind)| MediaFile { file_id, kind }),
            account: row.account,
            tag: row.tag,
            step: Step::from_name(&row.step).unwrap_or(Step::Text),
            text: row.text,
            networks: serde_json::from_str(&row.networks).unwrap_or_default(),
            time,
        }
    }
}
