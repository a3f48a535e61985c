//! GitHub's secret scanning: it finds what is written like a key of ours in what everybody can read there, and reports it, many
//! at once, signed. The answer says of each whether it is a key, which GitHub may know: it has found them.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use tokio::sync::SemaphorePermit;

use super::github_keys::{self, PublicKey};
use super::report::{self, Report};
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::leak::{Reporter, part_of_github};
use crate::store;

/// What is looked up at once.
const AT_ONCE: usize = 500;

/// Something that was found.
#[derive(Deserialize)]
struct Found {
    token: String,
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    source: Option<String>,
}

/// What GitHub is told about something that it found. A digest tells it as much as the text, and keeps that out of answers.
#[derive(Serialize)]
pub struct Feedback {
    /// SHA-256 of the text as it came, in hexadecimal.
    token_hash: String,
    token_type: String,
    label: &'static str,
}

/// The key that GitHub calls by this identifier; nothing, when it has no such key.
pub async fn key_called(app: &App, identifier: &str) -> Result<Option<PublicKey>> {
    match &app.github_keys {
        Some(keys) => keys.find(&app.courier, &*app.clock, identifier).await,
        None => Err(AppError::NotFound),
    }
}

/// Whether this can be a signature of anything.
pub fn is_like_a_signature(text: &str) -> bool {
    github_keys::signature_of(text).is_some()
}

/// Room for a large message that nobody has checked yet; there is little.
pub fn room(app: &App) -> Result<SemaphorePermit<'_>> {
    app.github_keys.as_ref().ok_or(AppError::NotFound)?.room()
}

/// Does with each key in a message what its owner wants done. When this returns, all of it is done; when it fails, some may be,
/// and the same message does the rest. Nothing when it is no such message.
pub async fn carry_out(app: &App, body: &[u8]) -> Result<Option<Vec<Feedback>>> {
    let Ok(found) = serde_json::from_slice::<Vec<Found>>(body) else {
        return Ok(None);
    };
    let digests: Vec<Option<[u8; 32]>> = found.iter().map(|found| digest_of(app, found)).collect();
    let mut reports: BTreeMap<[u8; 32], Report> = BTreeMap::new();
    let mut known = HashSet::new();
    for (found, digest) in found.iter().zip(&digests) {
        let Some(digest) = digest else { continue };
        let new = || Report {
            reporter: Reporter::Github,
            places: Vec::new(),
        };
        let places = &mut reports.entry(*digest).or_insert_with(new).places;
        if let Some(place) = place_of(app, found)
            && known.insert((*digest, place.clone()))
        {
            places.push(place);
        }
    }
    only_secrets(app, &mut reports).await?;
    for (digest, report) in &reports {
        report::carry_out(app, digest, report).await?;
    }
    let feedback = found.into_iter().zip(digests).map(|(found, digest)| Feedback {
        token_hash: data_encoding::HEXLOWER.encode(&seal::digest(&found.token)),
        token_type: found.kind,
        label: match digest {
            Some(digest) if reports.contains_key(&digest) => "true_positive",
            _ => "false_positive",
        },
    });
    Ok(Some(feedback.collect()))
}

/// The digest of what may be a key of ours.
fn digest_of(app: &App, found: &Found) -> Option<[u8; 32]> {
    let text = found.token.trim();
    let is_like_a_key = app.profile.key_types_of_text(text).next().is_some();
    is_like_a_key.then(|| seal::digest(text))
}

/// "https://github.com/… (a commit)". What is no address, or has a key in it, is left out: the key is what counts.
fn place_of(app: &App, found: &Found) -> Option<String> {
    let url = report::place_of(app, found.url.as_deref().unwrap_or_default())
        .ok()
        .flatten();
    let part = part_of_github(found.source.as_deref().unwrap_or_default());
    match (url, part) {
        (Some(url), Some(part)) => Some(format!("{url} ({part})")),
        (None, Some(part)) => Some(format!("GitHub, in {part}")),
        (url, None) => url,
    }
}

/// Leaves those that are secret keys of ours, whatever has become of them since.
async fn only_secrets(app: &App, reports: &mut BTreeMap<[u8; 32], Report>) -> Result<()> {
    let digests: Vec<[u8; 32]> = reports.keys().copied().collect();
    let mut secrets = HashSet::new();
    for some in digests.chunks(AT_ONCE) {
        for key in store::verification::find(app.db.reader(), some).await? {
            let is_public = app
                .profile
                .key_type(&key.type_id)
                .is_some_and(|key_type| key_type.public);
            secrets.extend((!is_public).then_some(key.digest));
        }
    }
    reports.retain(|digest, _| secrets.contains(digest));
    Ok(())
}
