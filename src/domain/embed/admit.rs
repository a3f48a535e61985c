//! Whether a request for a session comes from somebody who holds the signing key, and not just an API key.

use crate::domain::embed::keys;
use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::embed::{EmbedRefusal, Partner, signature};
use crate::store;

/// What a request brings along besides its key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signed<'a> {
    /// `X-Embed-Timestamp`
    pub timestamp: Option<&'a str>,
    /// `X-Embed-Signature`
    pub signature: Option<&'a str>,
    /// Exactly what was sent; nothing, when it could not be read, of which the caller has to tell.
    pub body: Option<&'a [u8]>,
}

/// The partner that the request is signed by, or why it is by none. Nothing, when the key is none of ours: verification says so.
pub async fn admit(
    app: &App,
    credential: Option<&str>,
    signed: Signed<'_>,
) -> Result<Option<std::result::Result<Partner, EmbedRefusal>>> {
    let Some(text) = credential.filter(|text| app.profile.key_types_of_text(text).next().is_some()) else {
        return Ok(None);
    };
    let Some(key) = app.fill.find(&app.db, seal::digest(text)).await? else {
        return Ok(None);
    };
    let found = store::embed_partners::find_with_key(app.db.reader(), key.owner_id).await?;
    let (partner, sealed) = found.unzip();
    if let Some(refusal) = Partner::refusal(partner.as_ref()) {
        return Ok(Some(Err(refusal)));
    }
    let (Some(partner), Some(sealed)) = (partner, sealed.flatten()) else {
        return Ok(Some(Err(EmbedRefusal::Off)));
    };
    let (Some(timestamp), Some(header)) = (signed.timestamp, signed.signature) else {
        return Ok(Some(Err(EmbedRefusal::Unsigned)));
    };
    let signing_key = keys::unseal(app, partner.owner_id, &sealed)?;
    let is_good = signed
        .body
        .is_none_or(|body| signature::is_good(&signing_key, timestamp, header, body, app.now()));
    Ok(Some(if is_good { Ok(partner) } else { Err(EmbedRefusal::Wrong) }))
}
