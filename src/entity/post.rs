//! One post for one network.

use sea_orm::entity::prelude::*;

/// One post for one network.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "posts")]
pub struct Model {
    /// Row id, shown to everybody who may see the post.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose it is.
    #[sea_orm(column_type = "Text")]
    pub account: String,
    /// Where it goes, by its name in the settings.
    pub network: String,
    /// What people call that, where its name says nothing to them.
    #[sea_orm(column_type = "Text", nullable)]
    pub network_title: Option<String>,
    /// What it says.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// What it shows.
    #[sea_orm(column_type = "Text", nullable)]
    pub media_url: Option<String>,
    /// A picture or film that was sent to the bot, by Telegram's id for it.
    #[sea_orm(column_type = "Text", nullable)]
    pub media_file: Option<String>,
    /// How it is shown on Telegram, as far as its author chose: a JSON object.
    #[sea_orm(column_type = "Text", nullable)]
    pub options: Option<String>,
    /// When it was promised.
    pub publish_at_ms: i64,
    /// scheduled, publishing, published, failed, unconfirmed or cancelled.
    pub status: String,
    /// scheduler or platform: who publishes it.
    pub managed_by: String,
    /// Not before: `publish_at_ms`, or later after a try that failed.
    pub due_at_ms: i64,
    /// Tries spent.
    pub attempts: i32,
    /// The notification that asks whether it should still go out; it is not due before that is answered.
    pub asked_in: Option<i64>,
    /// Whose claim it is.
    pub lease_token: Option<i64>,
    /// When the claim ends.
    pub lease_until_ms: Option<i64>,
    /// When the request of this try was begun; from then on nobody knows until it is answered.
    pub request_started_at_ms: Option<i64>,
    /// When the network took it on and said that its result comes later.
    pub accepted_at_ms: Option<i64>,
    /// Where it can be seen.
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    /// Why it did not go out, in words for a person.
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    /// The class of that, where it has one.
    pub error_code: Option<String>,
    /// What a person can do about it.
    #[sea_orm(column_type = "Text", nullable)]
    pub fix: Option<String>,
    /// When it reached a state that it does not leave by itself.
    pub finished_at_ms: Option<i64>,
    /// When we noticed that the platform finished it.
    pub noticed_at_ms: Option<i64>,
    /// none, awaiting, approved or rejected: whether its author has said yes, where that is needed.
    pub approval: String,
    /// When its author is reminded that it waits for a yes.
    pub remind_at_ms: Option<i64>,
    /// When it was accepted.
    pub created_at_ms: i64,
    /// When it last changed.
    pub updated_at_ms: i64,
}

/// No relations: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
