//! The database's schema: one file a step, in order, each inside a transaction.
//!
//! Come here to add a table or a column. A step that has been released is never edited; a new one follows it.
//! Time is integer milliseconds since 1970 (UTC); ids are UUIDv7 made by the application; text keys are folded by it.

use sea_orm_migration::prelude::*;

mod columns;
mod m0001_accounts;
mod m0002_workspaces;
mod m0003_keys;
mod m0004_audit;
mod m0005_usage;
mod m0006_freshness;
mod m0007_webhooks;
mod m0008_told;
mod m0009_deletion;
mod m0010_credits;
mod m0011_embed;
mod m0012_compromise;
mod m0013_shown_once;
mod m0014_workspaces_made;
mod m0015_due;
mod m0016_mails;
mod m0017_refused_requests;
mod m0018_spoken;
mod m0019_refused_without_key;
mod m0020_desk;
mod m0021_usage_days;
mod m0023_welcome;
mod m0024_allowed_addresses;
mod m0025_leaks;
mod m0026_callers;
mod m0027_disabled_until;
mod m0028_key_health;
mod m0029_stops;
mod m0030_rolls;
mod m0031_invitations;

pub use sea_orm_migration::MigratorTrait;

/// All steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_workspaces::Migration),
            Box::new(m0003_keys::Migration),
            Box::new(m0004_audit::Migration),
            Box::new(m0005_usage::Migration),
            Box::new(m0006_freshness::Migration),
            Box::new(m0007_webhooks::Migration),
            Box::new(m0008_told::Migration),
            Box::new(m0009_deletion::Migration),
            Box::new(m0010_credits::Migration),
            Box::new(m0011_embed::Migration),
            Box::new(m0012_compromise::Migration),
            Box::new(m0013_shown_once::Migration),
            Box::new(m0014_workspaces_made::Migration),
            Box::new(m0015_due::Migration),
            Box::new(m0016_mails::Migration),
            Box::new(m0017_refused_requests::Migration),
            Box::new(m0018_spoken::Migration),
            Box::new(m0019_refused_without_key::Migration),
            Box::new(m0020_desk::Migration),
            Box::new(m0021_usage_days::Migration),
            Box::new(m0023_welcome::Migration),
            Box::new(m0024_allowed_addresses::Migration),
            Box::new(m0025_leaks::Migration),
            Box::new(m0026_callers::Migration),
            Box::new(m0027_disabled_until::Migration),
            Box::new(m0028_key_health::Migration),
            Box::new(m0029_stops::Migration),
            Box::new(m0030_rolls::Migration),
            Box::new(m0031_invitations::Migration),
        ]
    }
}
