//! The operator's master key: given, read from a file, or made at the first start of the embedded database.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use secrecy::ExposeSecret;

use crate::config::{Config, MasterKeySource, unreadable};
use crate::domain::seal::{self, MasterKey};
use crate::random::{self, Random};
use crate::store::db::Location;
use crate::store::{self, Db};

/// The key that the settings name.
pub(super) fn load(config: &Config, random: &dyn Random) -> anyhow::Result<MasterKey> {
    match &config.master_key {
        MasterKeySource::Given(text) => parse(text.expose_secret(), &config.called.by("master_key")),
        MasterKeySource::File(path) => read(path, &config.called.by("master_key_file")),
        MasterKeySource::DataDirectory => {
            let path = config.data_dir.join("master.key");
            if !path.exists() {
                refuse_a_second(config, &path)?;
                write(&path, random)?;
            }
            read(&path, "the master key")
        }
    }
}

/// What is sealed so that a wrong key is found out.
const CANARY: &str = "master-key";

/// A wrong master key is an error at start, not garbage at the first delivery.
pub(super) async fn check(db: &Db, master_key: &MasterKey, random: &dyn Random) -> anyhow::Result<()> {
    if !fits(db, master_key, random).await? {
        bail!("the master key is not the one this database was written with: restore the right one");
    }
    Ok(())
}

async fn fits(db: &Db, master_key: &MasterKey, random: &dyn Random) -> anyhow::Result<bool> {
    let key = master_key.derive("canary");
    let is_ours = |sealed: &[u8]| seal::open(&key, CANARY.as_bytes(), sealed).is_ok();
    if let Some(sealed) = store::canaries::find(db.reader(), CANARY).await? {
        return Ok(is_ours(&sealed));
    }
    // Nobody has sealed one yet; secrets of keys may be older.
    if let Some((id, sealed)) = store::signing_secrets::any(db.reader()).await?
        && seal::open(&master_key.derive("signing-secret"), id.0.as_bytes(), &sealed).is_err()
    {
        return Ok(false);
    }
    let sealed = seal::seal(&key, random, CANARY.as_bytes(), CANARY.as_bytes())?;
    if store::canaries::insert(db.writer(), CANARY, sealed).await? {
        return Ok(true);
    }
    // Another node was first, perhaps with another key.
    let sealed = store::canaries::find(db.writer(), CANARY).await?;
    Ok(sealed.is_some_and(|sealed| is_ours(&sealed)))
}

/// A database without its key has lost it: a new one would only hide that.
fn refuse_a_second(config: &Config, path: &Path) -> anyhow::Result<()> {
    match &config.database {
        Location::File(database) if database.exists() => bail!(
            "the master key {} is missing, but the database {} exists: restore the key it was written with",
            path.display(),
            database.display()
        ),
        _ => Ok(()),
    }
}

fn read(path: &Path, called: &str) -> anyhow::Result<MasterKey> {
    let called = format!("{called}: {}", path.display());
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!(
            "{called} does not exist: is the path right? A new one is made with openssl rand -hex 32 > {}",
            path.display()
        ),
        _ => anyhow!("{called} {}", unreadable(&error)),
    })?;
    let mode = fs::metadata(path).map_or(0, |about| about.permissions().mode());
    if mode & 0o007 != 0 {
        tracing::warn!(
            file = %path.display(),
            "everybody on this machine may read the master key; take that away with chmod 600"
        );
    }
    parse(&text, &called)
}

fn parse(text: &str, called: &str) -> anyhow::Result<MasterKey> {
    let text = text.trim();
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(MasterKey::new).ok_or_else(|| {
        let found = match text.chars().count() {
            64 => "some are no hexadecimal digits".to_owned(),
            count => format!("these are {count} characters"),
        };
        anyhow!("{called}: a master key is 64 hexadecimal digits (openssl rand -hex 32), and {found}")
    })
}

/// Written whole or not at all, readable by its owner alone; a key that is there already is never overwritten.
fn write(path: &Path, random: &dyn Random) -> anyhow::Result<()> {
    let half_written = path.with_extension("new");
    // Left by a crash; anybody else who wants to write one waits for the data directory's lock.
    let _ = fs::remove_file(&half_written);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half_written)
        .with_context(|| format!("making {}", half_written.display()))?;
    writeln!(file, "{}", data_encoding::HEXLOWER.encode(&random::bytes::<32>(random)))?;
    file.sync_all()?;
    let linked = fs::hard_link(&half_written, path);
    fs::remove_file(&half_written)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}
