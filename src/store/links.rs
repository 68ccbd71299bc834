//! Link tokens and the links they make.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect as _, Select,
};

use super::write_queue::Command;
use super::{Store, StoreError, audit, digests, ms, ms_after, notifications, settings};
use crate::domain::account::{DisabledReason, Settings};
use crate::domain::audit::{Action, Actor};
use crate::domain::language::Language;
use crate::domain::link::{Claimant, Consent, LINK_TOKEN_LIFETIME, LinkToken};
use crate::domain::notification::NewNotification;
use crate::entity::{link_token, sns_settings};

/// What a `/start <token>` from a chat leads to; asked before the tap, decided anew by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkOffer {
    /// Used, expired, foreign or never made: all alike to the person.
    Bad,
    /// The chat is linked to that very account already.
    AlreadyLinked {
        /// The account's name.
        account_name: String,
    },
    /// A tap would link them.
    Confirm {
        /// The account that asks.
        claimant: Claimant,
        /// The name of the account that this chat would leave.
        chat_leaves: Option<String>,
        /// Whether the account would leave another chat.
        account_moves: bool,
    },
}

/// What is written for an account that has no settings yet, beside what its page told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The language of the person's Telegram app.
    pub telegram_language: Option<Language>,
    /// When the digest comes unless the person says otherwise, minutes after local midnight.
    pub digest_minute: i16,
    /// The zone of it while the person's is not known.
    pub default_zone: Tz,
}

/// What a tap on the confirming button did.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkOutcome {
    /// Linked now, or by an earlier tap on the same button.
    Linked(Box<Settings>),
    /// Nothing was done, because the tap did not agree to all that it would have ended.
    NeedsConsent(LinkOffer),
    /// Used, expired, foreign or never made.
    Bad,
}

/// What the page that shows the link is told while it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Nobody tapped yet.
    Pending,
    /// The tap linked a chat.
    Linked,
    /// Expired, replaced by a newer one, or never made.
    Expired,
}

impl Store {
    /// Keeps a new token for `claimant`; an older one of the same account stops working.
    pub async fn create_link_token(
        &self,
        token: &LinkToken,
        claimant: Claimant,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writer.write(CreateLinkToken { token_hash: token.hash(), claimant, invited_by: None, now }).await
    }

    /// The same for an account whose person `actor` invites.
    pub async fn invite(
        &self,
        token: &LinkToken,
        claimant: Claimant,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let invited_by = Some(actor.clone());
        self.writer.write(CreateLinkToken { token_hash: token.hash(), claimant, invited_by, now }).await
    }

    /// What `token`, sent from `chat_id`, would lead to. Changes nothing.
    pub async fn link_offer(
        &self,
        token: &LinkToken,
        chat_id: i64,
        now: DateTime<Utc>,
    ) -> Result<LinkOffer, StoreError> {
        match usable_token(&token.hash(), now).one(&self.reader).await? {
            Some(row) => offer(&self.reader, &row, chat_id).await,
            None => Ok(LinkOffer::Bad),
        }
    }

    /// The tap: spends `token` and links `chat_id`, both or neither.
    pub async fn link_chat(
        &self,
        token: &LinkToken,
        chat_id: i64,
        newcomer: Newcomer,
        consent: Consent,
        now: DateTime<Utc>,
    ) -> Result<LinkOutcome, StoreError> {
        let command = LinkChat { token_hash: token.hash(), chat_id, newcomer, consent, now };
        let outcome = self.writer.write(command).await?;
        // The old chat may have a row waiting that tells it.
        self.wake_delivery();
        Ok(outcome)
    }

    /// Where `token` of `account` stands, for the page that waits.
    pub async fn token_state(
        &self,
        token: &LinkToken,
        account: &str,
        now: DateTime<Utc>,
    ) -> Result<TokenState, StoreError> {
        let row = link_token::Entity::find_by_id(token.hash())
            .filter(link_token::Column::Account.eq(account))
            .one(&self.reader)
            .await?;
        Ok(match row {
            Some(row) if row.spent_at_ms.is_some() => TokenState::Linked,
            Some(row) if row.expires_at_ms > ms(now) => TokenState::Pending,
            _ => TokenState::Expired,
        })
    }
}

fn usable_token(token_hash: &str, now: DateTime<Utc>) -> Select<link_token::Entity> {
    link_token::Entity::find_by_id(token_hash)
        .filter(link_token::Column::SpentAtMs.is_null())
        .filter(link_token::Column::ExpiresAtMs.gt(ms(now)))
}

async fn offer(
    db: &impl sea_orm::ConnectionTrait,
    token: &link_token::Model,
    chat_id: i64,
) -> Result<LinkOffer, StoreError> {
    let linked_here = settings::by_chat(db, chat_id).await?;
    if let Some(same) = linked_here.as_ref().filter(|row| row.account == token.account) {
        return Ok(LinkOffer::AlreadyLinked { account_name: same.account_name.clone() });
    }
    let account = sns_settings::Entity::find_by_id(token.account.as_str()).one(db).await?;
    Ok(LinkOffer::Confirm {
        claimant: claimant(token),
        chat_leaves: linked_here.map(|row| row.account_name),
        account_moves: account.is_some_and(|row| row.telegram_chat_id.is_some()),
    })
}

fn claimant(row: &link_token::Model) -> Claimant {
    Claimant {
        account: row.account.clone(),
        name: row.account_name.clone(),
        email_masked: row.account_email_masked.clone(),
        zone: row.zone.as_deref().and_then(|name| name.parse().ok()),
        language: row.language.as_deref().and_then(Language::from_tag),
    }
}

struct CreateLinkToken {
    token_hash: String,
    claimant: Claimant,
    invited_by: Option<Actor>,
    now: DateTime<Utc>,
}

impl Command for CreateLinkToken {
    type Output = ();

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        use link_token::Column;
        let Claimant { account, name, email_masked, zone, language } = self.claimant.clone();
        let row = link_token::ActiveModel {
            token_hash: Set(self.token_hash.clone()),
            account: Set(account),
            account_name: Set(name),
            account_email_masked: Set(email_masked),
            zone: Set(zone.map(|zone| zone.name().to_owned())),
            language: Set(language.map(|language| language.code().to_owned())),
            created_at_ms: Set(ms(self.now)),
            expires_at_ms: Set(ms_after(self.now, LINK_TOKEN_LIFETIME)),
            spent_at_ms: Set(None),
            spent_by_chat_id: Set(None),
        };
        let replace = OnConflict::column(Column::Account)
            .update_columns([
                Column::TokenHash,
                Column::AccountName,
                Column::AccountEmailMasked,
                Column::Zone,
                Column::Language,
                Column::CreatedAtMs,
                Column::ExpiresAtMs,
                Column::SpentAtMs,
                Column::SpentByChatId,
            ])
            .to_owned();
        link_token::Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
        if let Some(actor) = &self.invited_by {
            let account = Some(self.claimant.account.clone());
            audit::note(transaction, actor, Action::Invite, account, self.now).await?;
        }
        Ok(())
    }
}

struct LinkChat {
    token_hash: String,
    chat_id: i64,
    newcomer: Newcomer,
    consent: Consent,
    now: DateTime<Utc>,
}

impl Command for LinkChat {
    type Output = LinkOutcome;

    async fn apply(&self, transaction: &DatabaseTransaction) -> Result<LinkOutcome, StoreError> {
        // Locked: between this look and the next, another chat's tap must not spend it. The loser would be asked
        // whether to move the winner's link.
        let token = usable_token(&self.token_hash, self.now).lock_exclusive().one(transaction).await?;
        let Some(token) = token else {
            return self.after_the_token_was_spent(transaction).await;
        };
        match offer(transaction, &token, self.chat_id).await? {
            LinkOffer::Confirm { chat_leaves, account_moves, .. }
                if (chat_leaves.is_none() || self.consent.switch_account)
                    && (!account_moves || self.consent.move_chat) => {}
            LinkOffer::AlreadyLinked { .. } => {}
            offer => return Ok(LinkOutcome::NeedsConsent(offer)),
        }
        if !self.spend(transaction).await? {
            return Ok(LinkOutcome::Bad);
        }
        self.displace(transaction, &token.account).await?;
        self.write_link(transaction, &token).await
    }
}

impl LinkChat {
    /// The one conditional UPDATE that lets exactly one tap through.
    async fn spend(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        use link_token::Column;
        let spent = link_token::Entity::update_many()
            .col_expr(Column::SpentAtMs, Expr::val(ms(self.now)))
            .col_expr(Column::SpentByChatId, Expr::val(self.chat_id))
            .filter(Column::TokenHash.eq(self.token_hash.as_str()))
            .filter(Column::SpentAtMs.is_null())
            .filter(Column::ExpiresAtMs.gt(ms(self.now)))
            .exec(transaction)
            .await?;
        Ok(spent.rows_affected == 1)
    }

    /// Ends the links that this one takes the place of: of this chat, and of the account in another chat.
    async fn displace(&self, transaction: &DatabaseTransaction, account: &str) -> Result<(), StoreError> {
        if let Some(loser) = settings::by_chat(transaction, self.chat_id).await?
            && loser.account != account
        {
            settings::end_link(transaction, &loser.account, DisabledReason::ChatSwitched, self.now).await?;
        }
        let before = sns_settings::Entity::find_by_id(account).one(transaction).await?;
        if let Some(before) = before.map(Settings::from)
            && let Some(old_chat) = before.chat_id.filter(|old_chat| *old_chat != self.chat_id)
        {
            let moved = (old_chat, self.chat_id);
            notifications::move_pending(transaction, Some(account), moved, self.now).await?;
            let told = NewNotification::link_moved(account, old_chat, before.language(), self.now);
            notifications::insert(transaction, &[told], self.now).await?;
        }
        Ok(())
    }

    async fn write_link(
        &self,
        transaction: &DatabaseTransaction,
        token: &link_token::Model,
    ) -> Result<LinkOutcome, StoreError> {
        use sns_settings::Column;
        let now = ms(self.now);
        let row = sns_settings::ActiveModel {
            account: Set(token.account.clone()),
            account_name: Set(token.account_name.clone()),
            account_email_masked: Set(token.account_email_masked.clone()),
            telegram_chat_id: Set(Some(self.chat_id)),
            telegram_enabled: Set(true),
            disabled_reason: Set(None),
            disabled_at_ms: Set(None),
            language: Set(token.language.clone()),
            telegram_language: Set(self
                .newcomer
                .telegram_language
                .map(|language| language.code().to_owned())),
            zone: Set(token.zone.clone()),
            digest_minute: Set(self.newcomer.digest_minute),
            soft_failures: Set(0),
            soft_failed_since_ms: Set(None),
            linked_at_ms: Set(Some(now)),
            unlinked_at_ms: Set(None),
            created_at_ms: Set(now),
            updated_at_ms: Set(now),
            ..Default::default()
        };
        // What the person chose in an earlier link is kept; the page's zone and language only fill gaps.
        let keep_choices = OnConflict::column(Column::Account)
            .update_columns([
                Column::AccountName,
                Column::AccountEmailMasked,
                Column::TelegramChatId,
                Column::TelegramEnabled,
                Column::DisabledReason,
                Column::DisabledAtMs,
                Column::TelegramLanguage,
                Column::SoftFailures,
                Column::SoftFailedSinceMs,
                Column::LinkedAtMs,
                Column::UnlinkedAtMs,
                Column::UpdatedAtMs,
            ])
            .value(Column::Language, Expr::cust("COALESCE(sns_settings.language, excluded.language)"))
            .value(Column::Zone, Expr::cust("COALESCE(sns_settings.zone, excluded.zone)"))
            .to_owned();
        sns_settings::Entity::insert(row)
            .on_conflict(keep_choices)
            .exec_without_returning(transaction)
            .await?;
        digests::reschedule(transaction, &token.account, self.newcomer.default_zone, self.now).await?;
        linked(transaction, &token.account).await
    }

    /// A second tap on the same button, or an update handled twice: the person sees the link, nothing is done.
    async fn after_the_token_was_spent(
        &self,
        transaction: &DatabaseTransaction,
    ) -> Result<LinkOutcome, StoreError> {
        use link_token::Column;
        let spent_here = link_token::Entity::find_by_id(self.token_hash.as_str())
            .filter(Column::SpentByChatId.eq(self.chat_id))
            .one(transaction)
            .await?;
        let Some(token) = spent_here else { return Ok(LinkOutcome::Bad) };
        match settings::by_chat(transaction, self.chat_id).await? {
            Some(row) if row.account == token.account => Ok(LinkOutcome::Linked(Box::new(row.into()))),
            _ => Ok(LinkOutcome::Bad),
        }
    }
}

async fn linked(transaction: &DatabaseTransaction, account: &str) -> Result<LinkOutcome, StoreError> {
    match sns_settings::Entity::find_by_id(account).one(transaction).await? {
        Some(row) => Ok(LinkOutcome::Linked(Box::new(row.into()))),
        None => Err(StoreError::Failed("a link just written is not there".into())),
    }
}
