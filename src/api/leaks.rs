//! Keys that leaked: whoever has one can end it, and whoever looks for them knows what they look like. Neither takes a credential.

pub mod github;
pub mod scanners;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::errors::Result;
use crate::client;
use crate::domain::{App, leaks};
use crate::model::key_format::KeyText;
use crate::profile::Profile;

/// A key that leaked. For the documentation: [`revoke`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct LeakedKey {
    /// The whole key: to have it is the proof.
    key: String,
    /// The address of the page where it was found: its owner is told.
    #[schema(format = "uri")]
    found_at: Option<String>,
}

/// The answer, whether there is such a key or not.
#[derive(Serialize, ToSchema)]
pub struct LeakReceived {
    /// `true`
    received: bool,
}

/// What keys look like.
#[derive(Serialize, ToSchema)]
pub struct KeyPatterns {
    patterns: Vec<KeyPattern>,
}

/// What the secret keys of one type and environment look like.
#[derive(Serialize, ToSchema)]
pub struct KeyPattern {
    id: String,
    description: String,
    /// What they all begin with: a word to look for first.
    keyword: String,
    /// A regular expression in the syntax of RE2; its first group is the key.
    regex: String,
}

/// Ends a key that leaked. What is done with it is up to its owner: it is refused from the next request on, if they have not
/// chosen something milder. The answer is the same for a key that does not exist.
#[utoipa::path(
    post,
    path = "/keys/revocation",
    operation_id = "reportLeakedKey",
    summary = "Report a leaked key",
    request_body = LeakedKey,
    responses(
        (status = 202, description = "The report was carried out, if there is such a secret key.", body = LeakReceived),
        (status = 429, description = "Too many reports came from this address lately."),
        (status = 500, description = "Something broke on this side."),
        (status = 503, description = "Too much is going on."),
    )
)]
pub async fn revoke(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let mut fields = body.read().await?;
    let key = KeyText::presented(fields.text("key").unwrap_or_default());
    let found_at = fields.url("found_at").flatten().unwrap_or_default();
    fields.finish()?;
    leaks::report(&app, key.expose_secret(), &found_at, client::ip(&request)).await?;
    Ok(HttpResponse::Accepted().json(LeakReceived { received: true }))
}

/// What secret keys look like, for programs that look for them: gitleaks, TruffleHog, and the secret scanning of code hosts.
#[utoipa::path(
    get,
    path = "/key-patterns.json",
    operation_id = "keyPatterns",
    summary = "What keys look like",
    responses((status = 200, description = "A pattern for each kind of secret key.", body = KeyPatterns))
)]
pub async fn patterns(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(KeyPatterns {
        patterns: patterns_of(&app.profile),
    })
}

fn patterns_of(profile: &Profile) -> Vec<KeyPattern> {
    let secret = profile.key_types.iter().filter(|key_type| !key_type.public);
    let formats = secret.flat_map(|key_type| key_type.formats.iter().map(move |format| (key_type, format)));
    let mut patterns: Vec<KeyPattern> = Vec::new();
    for (key_type, (environment, format)) in formats {
        let regex = format.pattern();
        // Types that are written alike are one to whoever looks.
        if let Some(known) = patterns.iter_mut().find(|known| known.regex == regex) {
            known.description = format!("{}, {} ({environment})", known.description, key_type.label);
            continue;
        }
        patterns.push(KeyPattern {
            id: format!("{}-{environment}", key_type.id),
            description: format!("{}: {} ({environment})", profile.api.name, key_type.label),
            keyword: format.prefix.clone(),
            regex,
        });
    }
    patterns
}
