//! Connecting to the database at the start; what stands in the way is told under the name of the setting that leads there.

use anyhow::anyhow;

use crate::config::Config;
use crate::store::db::{Location, explain, probe};
use crate::store::{self, Db};

/// Looks whether the database can be used, before anything is made for it.
pub(super) async fn check(config: &Config) -> anyhow::Result<()> {
    let why = probe(&config.database).await;
    why.map_err(|why| anyhow!("{}: {why}", called(config)))
}

/// Connects, and brings the schema up to date.
pub(super) async fn open(config: &Config) -> anyhow::Result<Db> {
    let explained = |error: store::Error| anyhow!("{}: {}", called(config), explain(&error, &config.database));
    let db = Db::connect(&config.database).await.map_err(explained)?;
    db.migrate().await.map_err(|error| {
        let why = explain(&error, &config.database);
        anyhow!(
            "{}: the database could not be brought up to date: {why}",
            called(config)
        )
    })?;
    Ok(db)
}

/// The setting that says where it is.
fn called(config: &Config) -> String {
    let by_default = config.data_dir.join("keyhatch.db");
    match &config.database {
        Location::File(path) if *path == by_default => config.called.by("data_dir"),
        _ => config.called.by("database_url"),
    }
}
