//! The mark itself: one transaction for a key, whoever else has seen it too.

use super::mails;
use super::suspects::Suspect;
use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::brown_out::end_if_over;
use crate::domain::mail::outbox;
use crate::domain::verify::changes;
use crate::domain::webhooks::announce;
use crate::error::Result;
use crate::model::audit::{Action, Actor};
use crate::model::compromise::{Compromise, CompromisedHow};
use crate::model::key::{Key, KeyState};
use crate::profile::Profile;
use crate::store::changes::Changed;
use crate::store::verification::FoundKey;
use crate::store::{self, Tx};

/// Marks the key with this digest. Doing it twice changes nothing.
pub(super) async fn mark(app: &App, digest: &[u8; 32], suspect: &Suspect) -> Result<()> {
    let Some((tx, mut key)) = lock_secret(app, digest).await? else {
        return Ok(());
    };
    let by = By {
        actor: Actor::Keyhatch,
        address: suspect.address.map(|address| address.to_string()),
    };
    let details = format!("it {}", suspect.how.words());
    let changed = end(&tx, app, &mut key, &by, suspect.how, details).await?;
    let mails = mails::key_compromised(&tx, app, &key).await?;
    for mail in &mails {
        outbox::put(&tx, app, mail).await?;
    }
    changes::commit(app, tx, &changed).await?;
    app.mailer.wake();
    Ok(())
}

/// The secret key with this digest, locked, if it is one of ours that can still be ended.
pub(in crate::domain) async fn lock_secret(app: &App, digest: &[u8; 32]) -> Result<Option<(Tx, Key)>> {
    let found = store::verification::find(app.db.reader(), &[*digest]).await?.pop();
    let Some(found) = found.filter(|found| counts(&app.profile, found)) else {
        return Ok(None);
    };
    let tx = app.db.begin().await?;
    let key = store::keys::lock(&tx, found.owner_id, found.id).await?;
    // Another node may have been first, or somebody has revoked it.
    let Some(mut key) = key.filter(|key| may_be_marked(key.state)) else {
        return Ok(None);
    };
    end_if_over(&tx, app, &mut key).await?;
    Ok(Some((tx, key)))
}

/// From the commit on, a key that was locked is refused for good. Who hears of it by mail is up to whoever calls.
pub(in crate::domain) async fn end(
    tx: &Tx,
    app: &App,
    key: &mut Key,
    by: &By,
    how: CompromisedHow,
    details: String,
) -> Result<Changed> {
    // Nobody needs to be warned that it ends.
    key.end(KeyState::Compromised);
    key.compromise = Some(Compromise {
        at: app.now(),
        how,
        address: by.address.clone(),
    });
    key.version += 1;
    key.updated_at = app.now();
    let changed = store::keys::update(tx, key).await?;
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details,
    };
    audit::record(tx, app, key.workspace_id, by, Action::KeyCompromised, subject).await?;
    announce::key_compromised(tx, app, key, by, how.as_str()).await?;
    Ok(changed)
}

/// Whether a key is one that can be compromised, and is not so already: what is public is no secret, and what is revoked is
/// of no use to anybody.
fn counts(profile: &Profile, key: &FoundKey) -> bool {
    let is_public = profile.key_type(&key.type_id).is_some_and(|key_type| key_type.public);
    !is_public && may_be_marked(key.state)
}

/// What can no longer be used needs no mark.
pub(super) fn may_be_marked(state: KeyState) -> bool {
    matches!(state, KeyState::Active | KeyState::Disabled)
}
