//! Databases with many keys. They are kept under `target/`, for the next run; key texts are made again from their numbers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use keyhatch::model::key_format::KeyFormat;
use keyhatch::profile::{Environment, Profile};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, ConnectOptions, Connection, QueryBuilder};
use sha2::{Digest, Sha256};

use crate::process;

/// How many keys share a workspace and its project.
const IN_A_WORKSPACE: usize = 1_000;

/// A data directory full of keys.
pub(crate) struct Data {
    pub(crate) directory: PathBuf,
    /// The texts, one behind the other, all of [`Data::length`].
    texts: Vec<u8>,
    pub(crate) length: usize,
    pub(crate) service_token: String,
}

impl Data {
    /// A data directory with `count` secret keys on a plan whose limits nobody reaches, made if it is not there.
    pub(crate) fn with_keys(count: usize) -> anyhow::Result<Self> {
        let format = format_of_keys()?;
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("keys-{count}"));
        let token = directory.join("service-token");
        if !token.exists() {
            let _ = std::fs::remove_dir_all(&directory);
            std::fs::create_dir_all(&directory)?;
            process::command(&directory, &["migrate"])?;
            let made = process::command(&directory, &["service-token", "create", "--name", "benchmark"])?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(insert(&directory.join("keyhatch.db"), &format, count))?;
            let made: serde_json::Value = serde_json::from_str(&made)?;
            std::fs::write(&token, made["token"].as_str().context("no token")?)?;
        }
        let texts = (0..count)
            .flat_map(|number| text(&format, number).into_bytes())
            .collect();
        Ok(Self {
            service_token: std::fs::read_to_string(&token)?,
            directory,
            texts,
            length: format.text_length(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.texts.len() / self.length
    }

    pub(crate) fn text(&self, number: usize) -> &[u8] {
        &self.texts[number * self.length..][..self.length]
    }

    /// A file with all texts, one behind the other, for a load that is another program.
    pub(crate) fn file_of_texts(&self) -> anyhow::Result<PathBuf> {
        let file = self.directory.join("texts");
        let is_whole = file
            .metadata()
            .is_ok_and(|found| found.len() == self.texts.len() as u64);
        if !is_whole {
            std::fs::write(&file, &self.texts)?;
        }
        Ok(file)
    }
}

/// Texts of the right form that no key has.
pub(crate) fn unknown(count: usize) -> anyhow::Result<Vec<String>> {
    let format = format_of_keys()?;
    Ok((0..count).map(|number| text(&format, usize::MAX - number)).collect())
}

fn format_of_keys() -> anyhow::Result<KeyFormat> {
    let profile = Profile::example().map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let key_type = profile.key_type("secret").context("no secret keys")?;
    Ok(key_type.format(Environment::Live).context("no live keys")?.clone())
}

fn text(format: &KeyFormat, number: usize) -> String {
    let mut random = StdRng::seed_from_u64(number as u64);
    format.mint(&mut random).expose_secret().to_owned()
}

async fn insert(file: &Path, format: &KeyFormat, count: usize) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
    let mut database = SqliteConnection::connect_with(&options).await?;
    let mut tx = database.begin().await?;
    for number in 0..count.div_ceil(IN_A_WORKSPACE) {
        let (workspace, project) = (id(1, number), id(2, number));
        sqlx::query("INSERT INTO workspaces (id, slug, name, plan, created_at) VALUES (?, ?, ?, 'enterprise', 0)")
            .bind(workspace.clone())
            .bind(format!("workspace-{number}"))
            .bind(format!("Workspace {number}"))
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO projects (id, workspace_id, slug, name, created_at) VALUES (?, ?, 'shop', 'Shop', 0)")
            .bind(project)
            .bind(workspace)
            .execute(&mut *tx)
            .await?;
    }
    for start in (0..count).step_by(500) {
        let mut query = QueryBuilder::new(
            "INSERT INTO keys (id, workspace_id, project_id, owner_id, type, environment, name, name_folded, digest, \
             display_prefix, scopes, state, created_by, created_at, updated_at, version) ",
        );
        query.push_values(start..count.min(start + 500), |mut row, number| {
            let (text, place) = (text(format, number), number / IN_A_WORKSPACE);
            row.push_bind(id(3, number))
                .push_bind(id(1, place))
                .push_bind(id(2, place))
                .push_bind(id(2, place));
            row.push_bind("secret").push_bind("live");
            row.push_bind(format!("key {number}"))
                .push_bind(format!("key {number}"));
            row.push_bind(Sha256::digest(&text).to_vec());
            row.push_bind(format.display_prefix(&text))
                .push_bind("[]")
                .push_bind("active")
                .push_bind("benchmark");
            row.push_bind(0_i64).push_bind(0_i64).push_bind(1_i64);
        });
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(database.close().await?)
}

/// An id of a kind: a UUID of version 7 from 1970, the number in its random part.
fn id(kind: u8, number: usize) -> Vec<u8> {
    let mut bytes = [0_u8; 16];
    bytes[6] = 0x70;
    bytes[8] = 0x80 | kind;
    bytes[10..].copy_from_slice(&(number as u64).to_be_bytes()[2..]);
    bytes.to_vec()
}
