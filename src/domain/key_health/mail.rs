//! One mail a week about the health of a workspace's keys, to those of its members who want it, when there is anything to say.
//!
//! Each membership carries the moment of its next mail. Whoever sends it moves that on in the same transaction, so a mail is sent
//! once, whatever number of nodes look for it. After a long stop there is one, and not one for each week.

use std::collections::HashMap;

use askama::Template;
use uuid::Uuid;

use super::counts_of;
use crate::domain::access::Standing;
use crate::domain::mail::{Mail, outbox};
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::key_health::{Finding, next_mail};
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Workspace;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// To how many it is sent in one transaction.
const BATCH: u64 = 50;

#[derive(Template)]
#[template(path = "mail/key_health.txt")]
struct KeyHealth<'a> {
    product: &'a str,
    home: &'a str,
    workspace: &'a str,
    lines: Vec<Line>,
    link: String,
    stop: String,
}

struct Line {
    /// "3 keys never expire"
    text: String,
    link: String,
}

/// When somebody gets the next mail about this workspace; nothing, when they want none.
pub async fn next(app: &App, standing: &Standing) -> Result<Option<Timestamp>> {
    Ok(store::key_health_mails::next(app.db.reader(), standing.workspace.id, standing.account.id).await?)
}

/// From now on they get one, or none.
pub async fn set(app: &App, standing: &Standing, is_wanted: bool) -> Result<()> {
    let next = is_wanted.then(|| next_mail(app.now()));
    let tx = app.db.begin().await?;
    store::key_health_mails::set_next(&tx, standing.workspace.id, standing.account.id, next).await?;
    Ok(commit(tx).await?)
}

/// Whose mail ends with the link that has this token, and about which workspace; nothing, when nobody gets one by it.
pub async fn by_link(app: &App, token: &str) -> Result<Option<String>> {
    let Some((workspace, account)) = read(app, token) else {
        return Ok(None);
    };
    let db = app.db.reader();
    if store::key_health_mails::next(db, workspace, account).await?.is_none() {
        return Ok(None);
    }
    let workspace = store::workspaces::find(db, workspace).await?;
    Ok(workspace.map(|workspace| workspace.name))
}

/// Ends it. Whatever the token is: who has ended it already has got what they want.
pub async fn end_by_link(app: &App, token: &str) -> Result<()> {
    let Some((workspace, account)) = read(app, token) else {
        return Ok(());
    };
    let tx = app.db.begin().await?;
    store::key_health_mails::set_next(&tx, workspace, account, None).await?;
    Ok(commit(tx).await?)
}

/// Sends what is due.
pub async fn send_due(app: &App) -> Result<()> {
    while store::key_health_mails::is_any_due(app.db.reader(), app.now()).await? {
        send_batch(app).await?;
        app.mailer.wake();
    }
    Ok(())
}

async fn send_batch(app: &App) -> Result<()> {
    let now = app.now();
    let due = store::key_health_mails::due(app.db.reader(), now, BATCH).await?;
    // Before the transaction: it looks through all keys of each workspace.
    let mut found: HashMap<WorkspaceId, HashMap<Finding, u64>> = HashMap::new();
    for (workspace, _) in &due {
        if !found.contains_key(workspace) {
            found.insert(*workspace, counts_of(app, *workspace).await?);
        }
    }
    let tx = app.db.begin().await?;
    for (workspace, account) in due {
        if !store::key_health_mails::take(&tx, workspace, account, now, next_mail(now)).await? {
            continue;
        }
        if let Some(found) = found.get(&workspace)
            && let Some(mail) = mail(&tx, app, workspace, account, found).await?
        {
            outbox::put(&tx, app, &mail).await?;
        }
    }
    Ok(commit(tx).await?)
}

/// The mail; nothing, when there is nothing to say, or nobody to say it to.
async fn mail(
    tx: &Tx,
    app: &App,
    workspace: WorkspaceId,
    account: AccountId,
    found: &HashMap<Finding, u64>,
) -> Result<Option<Mail>> {
    let account = store::accounts::find(tx, account).await?;
    let account = account.filter(|account| account.email_confirmed_at.is_some());
    let (Some(account), Some(workspace)) = (account, store::workspaces::find(tx, workspace).await?) else {
        return Ok(None);
    };
    let page = app.link(&format!("/w/{}/key-health", workspace.slug));
    let line = |finding: Finding| {
        let count = found.get(&finding).copied().filter(|count| *count > 0)?;
        Some(Line {
            text: finding.of_keys(count),
            link: format!("{page}?finding={}", finding.as_str()),
        })
    };
    let lines: Vec<Line> = Finding::ALL.into_iter().filter_map(line).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    written(app, &workspace, &account, lines, page).map(Some)
}

fn written(app: &App, workspace: &Workspace, account: &Account, lines: Vec<Line>, link: String) -> Result<Mail> {
    let token = token(app, workspace.id, account.id);
    let text = KeyHealth {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        workspace: &workspace.name,
        lines,
        link,
        stop: app.link(&format!("/key-health-mail?token={token}")),
    };
    Ok(Mail {
        to: account.email.clone(),
        subject: format!("Keys of “{}” need attention", workspace.name),
        text: text.render().map_err(|error| AppError::Internal(error.into()))?,
        kind: "key_health",
        expires_at: None,
        unsubscribe: Some(app.link(&format!("/unsubscribe/{token}"))),
    })
}

/// A membership, and a proof that we wrote it down: whoever has it may end this mail, and nothing else.
fn token(app: &App, workspace: WorkspaceId, account: AccountId) -> String {
    let ids = [workspace.0.as_bytes().as_slice(), account.0.as_bytes()].concat();
    let proof = proof(app, &ids);
    seal::encode(&[ids.as_slice(), &proof].concat())
}

fn read(app: &App, token: &str) -> Option<(WorkspaceId, AccountId)> {
    let bytes = seal::decode(token).filter(|bytes| bytes.len() == 48)?;
    let (ids, given) = bytes.split_at(32);
    if !bool::from(subtle::ConstantTimeEq::ct_eq(given, proof(app, ids).as_slice())) {
        return None;
    }
    let (workspace, account) = ids.split_at(16);
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
    Some((WorkspaceId(id(workspace)?), AccountId(id(account)?)))
}

fn proof(app: &App, ids: &[u8]) -> [u8; 16] {
    let mut proof = [0; 16];
    let key = app.master_key.derive("key-health-mail");
    proof.copy_from_slice(&seal::mac(&key, &[ids])[..16]);
    proof
}
