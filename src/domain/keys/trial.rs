//! Trying a key from the page that shows it, before it is put away.
//!
//! By then its text is at rest nowhere, and that stays so: it is sealed under a key of ours, and what is sealed is in a cookie of the
//! browser that was just shown it, for as long as a reveal waits. So neither of the two has it alone, and nothing is to be
//! forgotten in the database. Whoever sends the cookie back gets an answer of the API, and never the text.

use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::domain::access::ManageKeys;
use crate::domain::keys::reveal::WAITS;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key_format::KeyText;
use crate::model::timestamp::Timestamp;

/// A first request with a key, on its way.
#[derive(Debug)]
pub struct Trial {
    pub text: KeyText,
    /// Of the person who has it sent.
    pub address: Option<IpAddr>,
}

/// What the browser of this person keeps of a key that it was shown.
pub fn seal(app: &App, proof: ManageKeys<'_>, id: KeyId, text: &KeyText) -> Result<String> {
    let until = app.now().plus(WAITS).millis().to_be_bytes();
    let plain = Zeroizing::new([until.as_slice(), text.expose_secret().as_bytes()].concat());
    let sealed = seal::seal(&sealing_key(app), &*app.random, &about(proof, id)?, &plain)?;
    Ok(seal::encode(&sealed))
}

/// The text of the key, from what the browser of this person has kept; nothing when it is another's, or too late.
pub fn open(app: &App, proof: ManageKeys<'_>, id: KeyId, kept: &str) -> Result<Option<KeyText>> {
    let about = about(proof, id)?;
    let opened = seal::decode(kept).and_then(|sealed| seal::open(&sealing_key(app), &about, &sealed).ok());
    let Some((until, text)) = opened.as_ref().and_then(|plain| plain.split_first_chunk::<8>()) else {
        return Ok(None);
    };
    if app.now() >= Timestamp::from_millis(i64::from_be_bytes(*until)) {
        return Ok(None);
    }
    Ok(std::str::from_utf8(text)
        .ok()
        .map(|text| KeyText::presented(text.to_owned())))
}

fn sealing_key(app: &App) -> seal::SealingKey {
    app.master_key.derive("key-trial")
}

/// Whose it is, and of which key.
fn about(proof: ManageKeys<'_>, id: KeyId) -> Result<Vec<u8>> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    Ok([id.0.as_bytes().as_slice(), account.0.as_bytes()].concat())
}
