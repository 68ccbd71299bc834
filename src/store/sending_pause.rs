//! The pause that an admin puts on sending: kept over restarts and leaders, heard at once by whoever sends here.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait};
use tokio::sync::{Mutex, watch};

use super::write_queue::Command;
use super::{Store, StoreError, audit, ms, time};
use crate::domain::audit::{Action, Actor};
use crate::entity::sending_pause::{ActiveModel, Entity, Model};

/// The one row's id.
const ROW: i16 = 1;

/// Since when nothing is sent, and who wanted that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingPause {
    /// Who: see [`Actor`].
    pub actor: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What whoever sends here knows of the pause.
#[derive(Default)]
pub(super) struct PauseSignal {
    paused: watch::Sender<bool>,
    /// Held from a change in the database until it is told here: two admins' changes are told in their order.
    changing: Mutex<()>,
}

impl Store {
    /// The pause, while sending is paused. Whoever sends here hears of it, too.
    pub async fn sending_pause(&self) -> Result<Option<SendingPause>, StoreError> {
        let _told_in_order = self.signals.pause.changing.lock().await;
        let pause = find(&self.reader).await?;
        self.signals.pause.paused.send_replace(pause.is_some());
        Ok(pause)
    }

    /// Pauses sending: what is on its way arrives, nothing more is begun. Returns the pause, which may be an earlier
    /// one.
    pub async fn pause_sending(&self, actor: &Actor, now: DateTime<Utc>) -> Result<SendingPause, StoreError> {
        let _told_in_order = self.signals.pause.changing.lock().await;
        let pause = self.writer.write(PauseSending { actor: actor.clone(), now }).await?;
        self.signals.pause.paused.send_replace(true);
        Ok(pause)
    }

    /// Lets sending go on. Returns the pause that this ended; `None` when there was none.
    pub async fn resume_sending(
        &self,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<SendingPause>, StoreError> {
        let _told_in_order = self.signals.pause.changing.lock().await;
        let ended = self.writer.write(ResumeSending { actor: actor.clone(), now }).await?;
        self.signals.pause.paused.send_replace(false);
        Ok(ended)
    }

    /// Whether sending is paused, as far as it was heard of here.
    pub fn sending_is_paused(&self) -> bool {
        *self.signals.pause.paused.borrow()
    }

    /// Returns as soon as sending is paused.
    pub async fn until_sending_pauses(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.signals.pause.paused.subscribe().wait_for(|paused| *paused).await;
    }

    /// Returns as soon as sending is not paused.
    pub async fn until_sending_goes_on(&self) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.signals.pause.paused.subscribe().wait_for(|paused| !paused).await;
    }
}

async fn find(db: &impl ConnectionTrait) -> Result<Option<SendingPause>, StoreError> {
    Ok(Entity::find_by_id(ROW).one(db).await?.map(SendingPause::from))
}

impl From<Model> for SendingPause {
    fn from(row: Model) -> Self {
        Self { actor: row.actor, since: time(row.since_ms) }
    }
}

struct PauseSending {
    actor: Actor,
    now: DateTime<Utc>,
}

impl Command for PauseSending {
    type Output = SendingPause;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<SendingPause, StoreError> {
        let row =
            ActiveModel { id: Set(ROW), actor: Set(self.actor.to_string()), since_ms: Set(ms(self.now)) };
        let unless_paused = OnConflict::new().do_nothing().to_owned();
        let begun =
            Entity::insert(row).on_conflict(unless_paused).exec_without_returning(transaction).await?;
        if begun > 0 {
            audit::note(transaction, &self.actor, Action::Pause, None, self.now).await?;
        }
        // The one that was in the way has ended since: once more, and nothing is.
        find(transaction).await?.ok_or_else(|| StoreError::Conflict("sending_pause".into()))
    }
}

struct ResumeSending {
    actor: Actor,
    now: DateTime<Utc>,
}

impl Command for ResumeSending {
    type Output = Option<SendingPause>;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Self::Output, StoreError> {
        let Some(pause) = find(transaction).await? else { return Ok(None) };
        if Entity::delete_by_id(ROW).exec(transaction).await?.rows_affected == 0 {
            return Ok(None);
        }
        audit::note(transaction, &self.actor, Action::Resume, None, self.now).await?;
        Ok(Some(pause))
    }
}
