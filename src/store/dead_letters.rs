//! Dead letters: the last that died, and sending one again.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait as _, QueryFilter, QueryOrder as _,
    QuerySelect as _,
};

use super::outbox_rows::{self, OutboxRow};
use super::write_queue::Command;
use super::{Store, StoreError, audit, lanes, ms, settings};
use crate::domain::account::{DisabledReason, Settings};
use crate::domain::audit::{Action, Actor};
use crate::domain::notification::{Kind, State};
use crate::domain::place::Place;
use crate::entity::notification::{Column, Entity};
use crate::entity::place;

/// The dead letters that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadLetters {
    /// How many.
    pub count: u64,
    /// Those that died last, the very last first.
    pub last: Vec<OutboxRow>,
}

/// What became of the wish to send a dead letter again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resent {
    /// It waits to be sent, as if it had just come.
    Waits(OutboxRow),
    /// It is not dead, so nothing was changed.
    NotDead(OutboxRow),
    /// Its account has no chat to send it to: it stays dead.
    NotLinked(OutboxRow),
    /// Its account's chat can't be reached, for this reason: it stays dead.
    Unreachable(OutboxRow, DisabledReason),
    /// There is no such row.
    Unknown,
}

impl Store {
    /// How many dead letters there are, and the last `limit` that died.
    pub async fn dead_letters(&self, limit: u64) -> Result<DeadLetters, StoreError> {
        let dead = outbox_rows::rows_in(State::Dead);
        let last = dead.order_by_desc(Column::FinishedAtMs).order_by_desc(Column::Id).limit(limit);
        let last = outbox_rows::read(last, &self.reader).await?;
        let count = outbox_rows::rows_in(State::Dead).count(&self.reader).await?;
        Ok(DeadLetters { count, last })
    }

    /// Sends the dead row `id` again for `actor`, at once and to the chat that its account is linked to now. However often and
    /// from wherever this is asked, a row that died once is sent once.
    pub async fn resend(&self, id: i64, actor: &Actor, now: DateTime<Utc>) -> Result<Resent, StoreError> {
        let resent = self.writer.write(Resend { id, actor: actor.clone(), now }).await?;
        if matches!(resent, Resent::Waits(_)) {
            self.wake_delivery();
        }
        Ok(resent)
    }
}

struct Resend {
    id: i64,
    actor: Actor,
    now: DateTime<Utc>,
}

impl Command for Resend {
    type Output = Resent;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<Resent, StoreError> {
        let Some(row) = outbox_rows::find(transaction, self.id).await? else { return Ok(Resent::Unknown) };
        if row.state != State::Dead {
            return Ok(Resent::NotDead(row));
        }
        let account = settings::of_account(transaction, &row.account).await?;
        let place = match row.place_id {
            Some(id) => Some(place::Entity::find_by_id(id).one(transaction).await?.map(Place::from)),
            None => None,
        };
        let chat_id = match destination(&row, account, place) {
            Destination::Chat(chat_id) => chat_id,
            Destination::NotLinked => return Ok(Resent::NotLinked(row)),
            Destination::Unreachable(reason) => return Ok(Resent::Unreachable(row, reason)),
        };
        let revived = revive(transaction, &row, chat_id, self.now).await?;
        if revived {
            audit::note(transaction, &self.actor, Action::Resend, Some(self.id.to_string()), self.now)
                .await?;
        }
        let Some(row) = outbox_rows::find(transaction, self.id).await? else { return Ok(Resent::Unknown) };
        // On PostgreSQL somebody else may have been faster since the first look.
        Ok(if revived { Resent::Waits(row) } else { Resent::NotDead(row) })
    }
}

enum Destination {
    Chat(i64),
    NotLinked,
    Unreachable(DisabledReason),
}

/// Where a row goes now: where its account's notifications go, not where they went when it died. `place`: that of a
/// row for one, where it is still there.
fn destination(row: &OutboxRow, account: Option<Settings>, place: Option<Option<Place>>) -> Destination {
    // An admin's chat need not be linked.
    if Kind::from_name(&row.kind) == Some(Kind::Alert) {
        return row.chat_id.map_or(Destination::NotLinked, Destination::Chat);
    }
    let Some(account) = account else { return Destination::NotLinked };
    if let Some(place) = place {
        return match place {
            None => Destination::NotLinked,
            Some(Place { disabled: Some(disabled), .. }) => Destination::Unreachable(disabled.reason),
            Some(place) => Destination::Chat(place.chat_id),
        };
    }
    // It is the old chat that is told of the new one, whatever has become of the link since.
    if Kind::from_name(&row.kind) == Some(Kind::LinkMoved) {
        return row.chat_id.map_or(Destination::NotLinked, Destination::Chat);
    }
    match account.chat_id {
        None => Destination::NotLinked,
        Some(chat_id) if account.enabled => Destination::Chat(chat_id),
        Some(_) => Destination::Unreachable(
            account.disabled.map_or(DisabledReason::Unreachable, |disabled| disabled.reason),
        ),
    }
}

/// Makes a dead row wait again, as if it had just come: due now, nothing spent, formatted again. False when it is
/// not dead any more. The one place where a finished row becomes one that waits.
async fn revive(
    transaction: &DatabaseTransaction,
    row: &OutboxRow,
    chat_id: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    lanes::lock(transaction, &[chat_id]).await?;
    let mut update = Entity::update_many()
        .filter(Column::Id.eq(row.id))
        .filter(Expr::cust("state = 'dead'"))
        .col_expr(Column::State, Expr::val(State::Pending.as_str()))
        .col_expr(Column::Reason, Expr::val(None::<String>))
        .col_expr(Column::ChatId, Expr::val(chat_id))
        .col_expr(Column::DueAtMs, Expr::val(ms(now)))
        .col_expr(Column::Attempts, Expr::val(0))
        .col_expr(Column::Plain, Expr::val(false))
        .col_expr(Column::CarrierId, Expr::val(None::<i64>))
        .col_expr(Column::FinishedAtMs, Expr::val(None::<i64>));
    // A topic is one of the chat's it died in.
    if row.chat_id != Some(chat_id) {
        update = update.col_expr(Column::ThreadId, Expr::val(None::<i32>));
    }
    let revived = update.exec(transaction).await?.rows_affected == 1;
    lanes::settle(transaction, &[chat_id]).await?;
    Ok(revived)
}
