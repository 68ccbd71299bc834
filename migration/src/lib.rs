//! The database schema, one file per migration. Knows no entity: a migration is history and must not
//! change when an entity does.

use sea_orm_migration::prelude::{MigrationTrait, async_trait};

pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

mod m20261122_000001_accounts_and_links;
mod m20261122_000002_outbox;
mod m20261122_000003_posts_and_jobs;
mod m20261122_000004_instance;
mod m20261122_000005_lanes;
mod m20261122_000006_dead_letters;
mod m20261122_000007_batching;
mod m20261124_000001_notices;
mod m20261124_000002_places;
mod m20261124_000003_post_moves;
mod m20261124_000004_late_posts;
mod m20261124_000005_approval;
mod m20261124_000006_drafts;
mod m20261124_000008_audit;
mod m20261124_000009_broadcasts;
mod m20261124_000010_sending_pause;
mod m20261124_000011_alerts;
mod m20261124_000012_admin_languages;
mod m20261124_000013_post_options;
mod m20261124_000014_channels;
mod m20261124_000015_media_files;
mod m20261127_000001_digest_order;
mod m20261127_000002_waiting_lane;
mod m20261127_000003_due_by_urgency;

/// Every migration, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_accounts_and_links::Migration),
            Box::new(m20261122_000002_outbox::Migration),
            Box::new(m20261122_000003_posts_and_jobs::Migration),
            Box::new(m20261122_000004_instance::Migration),
            Box::new(m20261122_000005_lanes::Migration),
            Box::new(m20261122_000006_dead_letters::Migration),
            Box::new(m20261122_000007_batching::Migration),
            Box::new(m20261124_000001_notices::Migration),
            Box::new(m20261124_000002_places::Migration),
            Box::new(m20261124_000003_post_moves::Migration),
            Box::new(m20261124_000004_late_posts::Migration),
            Box::new(m20261124_000005_approval::Migration),
            Box::new(m20261124_000006_drafts::Migration),
            Box::new(m20261124_000008_audit::Migration),
            Box::new(m20261124_000009_broadcasts::Migration),
            Box::new(m20261124_000010_sending_pause::Migration),
            Box::new(m20261124_000011_alerts::Migration),
            Box::new(m20261124_000012_admin_languages::Migration),
            Box::new(m20261124_000013_post_options::Migration),
            Box::new(m20261124_000014_channels::Migration),
            Box::new(m20261124_000015_media_files::Migration),
            Box::new(m20261127_000001_digest_order::Migration),
            Box::new(m20261127_000002_waiting_lane::Migration),
            Box::new(m20261127_000003_due_by_urgency::Migration),
        ]
    }
}
