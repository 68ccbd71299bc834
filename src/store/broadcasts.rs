//! Broadcasts, from the question for a text to their end. The rows that tell people are in `broadcast_rows`.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter as _,
    QueryOrder as _, Statement,
};

use super::write_queue::Command;
use super::{Store, StoreError, audit, ms};
use crate::domain::audit::{Action, Actor};
use crate::domain::broadcast::{Audience, Broadcast, PREVIEW_LIFETIME, State};
use crate::domain::language::Language;
use crate::entity::broadcast::{ActiveModel, Column, Entity, Model};

/// How long do an admin's words count as the text that was asked for?
const ANSWER_LIMIT: TimeDelta = TimeDelta::minutes(15);

/// A broadcast about to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBroadcast {
    /// Whose it is.
    pub admin_id: i64,
    /// The language of the admin's chat.
    pub language: Language,
    /// What is told; `None` asks for it.
    pub text: Option<String>,
}

impl Store {
    /// Writes a broadcast down, as a draft or as the wish for a text; returns its number. An earlier wish of the same
    /// admin is over.
    pub async fn draft_broadcast(&self, new: NewBroadcast, now: DateTime<Utc>) -> Result<i64, StoreError> {
        self.writer.write(DraftBroadcast { new, now }).await
    }

    /// Whether what `admin_id` writes at `now` is the text of a broadcast.
    pub async fn broadcast_awaits_text(&self, admin_id: i64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let asked = Entity::find()
            .filter(Column::AdminId.eq(admin_id))
            .filter(Column::State.eq(State::Asked.as_str()))
            .filter(Column::CreatedAtMs.gt(ms(now - ANSWER_LIMIT)));
        Ok(asked.one(&self.reader).await?.is_some())
    }

    /// Whom a broadcast would reach: accounts whose chat can be written to.
    pub async fn broadcast_audience(&self) -> Result<Audience, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            tag: Option<String>,
            switched_off: bool,
            people: i64,
        }
        let sql = "SELECT tag, switched_off, COUNT(*) AS people FROM ( \
              SELECT COALESCE(language, telegram_language) AS tag, notify_announcement = 'off' AS switched_off \
              FROM sns_settings WHERE telegram_chat_id IS NOT NULL AND telegram_enabled) AS reachable \
            GROUP BY tag, switched_off";
        let query = Statement::from_string(self.reader.get_database_backend(), sql);
        let mut audience = Audience::default();
        let mut by_language = BTreeMap::new();
        for row in Row::find_by_statement(query).all(&self.reader).await? {
            let people = row.people.unsigned_abs();
            if row.switched_off {
                audience.switched_off += people;
                continue;
            }
            let language = row.tag.as_deref().and_then(Language::from_tag).unwrap_or_default();
            *by_language.entry(language.code()).or_default() += people;
        }
        audience.by_language =
            Language::ALL.iter().filter_map(|it| Some((*it, *by_language.get(it.code())?))).collect();
        Ok(audience)
    }

    /// The broadcast `id`; `None` for one that never was, or was forgotten.
    pub async fn broadcast(&self, id: i64) -> Result<Option<Broadcast>, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.reader).await?.and_then(of_row))
    }

    /// The oldest broadcast that people are being told of, or that is being stopped.
    pub async fn broadcast_under_way(&self) -> Result<Option<Broadcast>, StoreError> {
        // Compared with literals: only so does the partial index serve.
        let under_way = Entity::find().filter(Expr::cust("(state = 'sending' OR state = 'stopping')"));
        Ok(under_way.order_by_asc(Column::Id).one(&self.reader).await?.and_then(of_row))
    }

    /// Begins to tell people: spends the preview of `admin_id`, whose message `message_id` shows from now on how far
    /// it is. False when the preview was spent or is too old: nothing is done then.
    pub async fn send_broadcast(
        &self,
        id: i64,
        admin_id: i64,
        message_id: i32,
        audience: u64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let audience = i32::try_from(audience).unwrap_or(i32::MAX);
        let begun = self.writer.write(SendBroadcast { id, admin_id, message_id, audience, now }).await?;
        if begun {
            self.signals.broadcast.notify_one();
        }
        Ok(begun)
    }

    /// Ends a preview of `admin_id` unsent. False when it was sent, or had ended.
    pub async fn cancel_broadcast(
        &self,
        id: i64,
        admin_id: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.writer.write(CancelBroadcast { id, admin_id, now }).await
    }

    /// Stops telling people: what was not sent yet is cancelled. False when there is nothing to stop.
    pub async fn stop_broadcast(
        &self,
        id: i64,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let stopped = self.writer.write(StopBroadcast { id, actor: actor.clone(), now }).await?;
        if stopped {
            self.signals.broadcast.notify_one();
        }
        Ok(stopped)
    }

    /// Writes that a broadcast has come to its end.
    pub async fn finish_broadcast(
        &self,
        id: i64,
        state: State,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.write(FinishBroadcast { id, state, now }).await
    }

    /// The message that showed how far a broadcast is can't be edited any more.
    pub async fn forget_broadcast_message(&self, id: i64) -> Result<(), StoreError> {
        self.writer.write(ForgetMessage { id }).await
    }

    /// Returns when a broadcast may have begun or been stopped here since the last call, or after `limit`.
    pub async fn wait_for_broadcast(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.signals.broadcast.notified()).await;
    }
}

fn of_row(row: Model) -> Option<Broadcast> {
    Some(Broadcast {
        id: row.id,
        admin_id: row.admin_id,
        language: Language::from_tag(&row.language).unwrap_or_default(),
        state: State::from_name(&row.state)?,
        text: row.text,
        audience: u64::from(row.audience.unsigned_abs()),
        all_written: row.all_written,
        message_id: row.message_id,
    })
}

/// Moves the broadcast `id` from `from` to `to`, with `changes`, where it stands there; true when it did.
async fn moves(
    transaction: &DatabaseTransaction,
    id: i64,
    (from, to): (State, State),
    changes: Vec<(Column, Expr)>,
) -> Result<bool, StoreError> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::val(to.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from.as_str()));
    let update = changes.into_iter().fold(update, |update, (column, value)| update.col_expr(column, value));
    Ok(update.exec(transaction).await?.rows_affected == 1)
}

struct DraftBroadcast {
    new: NewBroadcast,
    now: DateTime<Utc>,
}

impl Command for DraftBroadcast {
    type Output = i64;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<i64, StoreError> {
        let NewBroadcast { admin_id, language, text } = self.new.clone();
        Entity::delete_many()
            .filter(Column::AdminId.eq(admin_id))
            .filter(Column::State.eq(State::Asked.as_str()))
            .exec(transaction)
            .await?;
        let state = if text.is_some() { State::Draft } else { State::Asked };
        let row = ActiveModel {
            admin_id: Set(admin_id),
            language: Set(language.code().to_owned()),
            text: Set(text.unwrap_or_default()),
            state: Set(state.as_str().to_owned()),
            created_at_ms: Set(ms(self.now)),
            ..Default::default()
        };
        Ok(Entity::insert(row).exec(transaction).await?.last_insert_id)
    }
}

struct SendBroadcast {
    id: i64,
    admin_id: i64,
    message_id: i32,
    audience: i32,
    now: DateTime<Utc>,
}

impl Command for SendBroadcast {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        // The one conditional UPDATE that lets exactly one tap through.
        let begun = Entity::update_many()
            .col_expr(Column::State, Expr::val(State::Sending.as_str()))
            .col_expr(Column::MessageId, Expr::val(self.message_id))
            .col_expr(Column::Audience, Expr::val(self.audience))
            .filter(Column::Id.eq(self.id))
            .filter(Column::AdminId.eq(self.admin_id))
            .filter(Column::State.eq(State::Draft.as_str()))
            .filter(Column::CreatedAtMs.gt(ms(self.now - PREVIEW_LIFETIME)))
            .exec(transaction)
            .await?;
        if begun.rows_affected == 0 {
            return Ok(false);
        }
        let actor = Actor::Admin(self.admin_id);
        audit::note(transaction, &actor, Action::Broadcast, Some(self.id.to_string()), self.now).await?;
        Ok(true)
    }
}

struct CancelBroadcast {
    id: i64,
    admin_id: i64,
    now: DateTime<Utc>,
}

impl Command for CancelBroadcast {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let theirs = Entity::find_by_id(self.id).filter(Column::AdminId.eq(self.admin_id));
        if theirs.one(transaction).await?.is_none() {
            return Ok(false);
        }
        let finished = vec![(Column::FinishedAtMs, Expr::val(ms(self.now)))];
        moves(transaction, self.id, (State::Draft, State::Cancelled), finished).await
    }
}

struct StopBroadcast {
    id: i64,
    actor: Actor,
    now: DateTime<Utc>,
}

impl Command for StopBroadcast {
    type Output = bool;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        if !moves(transaction, self.id, (State::Sending, State::Stopping), Vec::new()).await? {
            return Ok(false);
        }
        let subject = Some(self.id.to_string());
        audit::note(transaction, &self.actor, Action::StopBroadcast, subject, self.now).await?;
        Ok(true)
    }
}

struct FinishBroadcast {
    id: i64,
    state: State,
    now: DateTime<Utc>,
}

impl Command for FinishBroadcast {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        // Whoever stopped it in this very moment is still heard.
        let from = if self.state == State::Done { State::Sending } else { State::Stopping };
        // The cursor names an account: it is not kept for longer than it is needed.
        let finished = vec![
            (Column::FinishedAtMs, Expr::val(ms(self.now))),
            (Column::Cursor, Expr::val(None::<String>)),
        ];
        moves(transaction, self.id, (from, self.state), finished).await?;
        Ok(())
    }
}

struct ForgetMessage {
    id: i64,
}

impl Command for ForgetMessage {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        Entity::update_many()
            .col_expr(Column::MessageId, Expr::val(None::<i32>))
            .filter(Column::Id.eq(self.id))
            .exec(transaction)
            .await?;
        Ok(())
    }
}
