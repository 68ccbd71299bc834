//! What is held back, when its person changes their mind: due by the new rule.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _};

use super::{StoreError, lanes, ms};
use crate::domain::account::{Delivery, Settings};
use crate::domain::event::EventKind;
use crate::domain::holding::HoldReason;
use crate::domain::notification::Kind;
use crate::entity::notification::{Column, Entity};

/// Applies the rule of `settings` to what waits for the account: what is held comes when it says now, at once where
/// it holds nothing any more; what is due and not sent yet is held where it says so. What is due later for a reason
/// of its own, such as a wait after a failed try, keeps its time.
pub(super) async fn hold_anew(
    transaction: &DatabaseTransaction,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(chat_id) = settings.chat_id else { return Ok(()) };
    lanes::lock(transaction, &[chat_id]).await?;
    for kind in EventKind::ALL {
        hold_kind(transaction, settings, kind, now).await?;
    }
    hold_digest(transaction, settings, now).await?;
    lanes::settle(transaction, &[chat_id]).await
}

async fn hold_kind(
    transaction: &DatabaseTransaction,
    settings: &Settings,
    kind: EventKind,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let hold = settings.hold(kind, now);
    let due_at = hold.map_or(now, |hold| hold.until);
    // Without a new hold, what is due already has its place in the lane, and keeps it.
    let which = match hold {
        Some(_) => is_held().add(Expr::cust("reason IS NULL")).add(Column::DueAtMs.lte(ms(now))),
        None => Condition::any().add(Condition::all().add(is_held()).add(Column::DueAtMs.gt(ms(now)))),
    };
    let mut update = Entity::update_many()
        .col_expr(Column::DueAtMs, Expr::val(ms(due_at)))
        .filter(waiting(settings, Kind::Event(kind)))
        .filter(which);
    // What is let go keeps the reason that it had: so it is told together with what was held beside it.
    if let Some(hold) = hold {
        update = update.col_expr(Column::Reason, Expr::val(hold.reason.as_str()));
    }
    // A kind that was switched off since was accepted before: it comes as it would have.
    if settings.preferences.of(kind) != Delivery::Off {
        update = update.col_expr(Column::Silent, Expr::val(settings.is_silent(kind, due_at)));
    }
    update.exec(transaction).await?;
    Ok(())
}

/// A digest is held by a mute only.
async fn hold_digest(
    transaction: &DatabaseTransaction,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let muted_until = settings.muted_after(now);
    let due_at = muted_until.unwrap_or(now);
    let which = match muted_until {
        Some(_) => is_held().add(Column::DueAtMs.lte(ms(now))),
        None => Condition::any().add(Condition::all().add(is_held()).add(Column::DueAtMs.gt(ms(now)))),
    };
    let mut update = Entity::update_many()
        .col_expr(Column::DueAtMs, Expr::val(ms(due_at)))
        .col_expr(Column::Silent, Expr::val(settings.is_quiet_at(due_at)))
        .filter(waiting(settings, Kind::Digest))
        .filter(which);
    if muted_until.is_some() {
        update = update.col_expr(Column::Reason, Expr::val(HoldReason::Muted.as_str()));
    }
    update.exec(transaction).await?;
    Ok(())
}

/// The account's rows of `kind` that wait in its lane.
fn waiting(settings: &Settings, kind: Kind) -> Condition {
    Condition::all()
        .add(Column::ChatId.eq(settings.chat_id))
        .add(Column::Account.eq(settings.account.as_str()))
        .add(Column::Kind.eq(kind.as_str()))
        .add(Expr::cust("state = 'pending'"))
        .add(Column::CarrierId.is_null())
}

fn is_held() -> Condition {
    Condition::any().add(Column::Reason.is_in(HoldReason::ALL.map(HoldReason::as_str)))
}
