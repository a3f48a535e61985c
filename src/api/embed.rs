//! `POST {base}/embed/sessions` and `…/embed/catalogs`: a customer's server mints a token for a page of its own. It takes an API key
//! and, besides, the two keys of embed mode: the publishable one in the body, a signature by the signing key in headers.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::question;
use crate::api::credentials::Room;
use crate::api::errors::{ApiError, Result};
use crate::domain::App;
use crate::domain::embed::session::{self, LONGEST_SUBJECT, NewSession};
use crate::domain::embed::{self, Signed};
use crate::domain::verify::{Question, ask};
use crate::model::embed::{EmbedRefusal, Partner, SessionKind, origin};
use crate::model::timestamp::Timestamp;
use crate::model::verdict::{Refusal, Verdict};

/// The headers of a signed request.
const TIMESTAMP: &str = "x-embed-timestamp";
const SIGNATURE: &str = "x-embed-signature";

/// What is asked. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct SessionToMint {
    /// The publishable key of embed mode.
    publishable_key: String,
    /// Whom the session is for, in your own words: at most 200 characters. It is passed on as it is.
    subject: Option<String>,
    /// The only origin whose pages may use it, such as `https://shop.example.com`.
    origin: Option<String>,
}

/// A session, this once.
#[derive(Serialize, ToSchema)]
pub struct MintedSession {
    /// What the page presents. It is shown in this answer only.
    token: String,
    /// `session` or `catalog`.
    r#type: &'static str,
    /// `live` or `test`, as the API key is.
    environment: &'static str,
    publishable_key: String,
    subject: Option<String>,
    origin: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
}

/// Mints a session.
#[utoipa::path(
    post,
    path = "/embed/sessions",
    operation_id = "mintEmbedSession",
    summary = "Mint a session for an embedded page",
    description = "An API key alone mints none: sign the request with the embed signing key. The signature is \
        `v1,` and the base64 of HMAC-SHA256 over `timestamp.body` (the header's value, a dot, the body byte by byte), \
        under the whole text of the signing key. It is taken for five minutes before and after. A server that repeats \
        a request within that time, with the API key, mints another session like the first. \
        Answers: 401 `invalid_credentials` as long as embed mode is not enabled where the API key belongs, and for a wrong \
        or old signature or another publishable key; 403 `insufficient_scope` without them; 403 `partner_suspended` \
        while the partnership is suspended.",
    request_body = SessionToMint,
    params(
        ("X-Embed-Timestamp" = String, Header, description = "When it was signed: seconds since 1970."),
        ("X-Embed-Signature" = String, Header, description = "`v1,` and the signature in base64."),
    ),
    responses((status = 201, description = "The session.", body = MintedSession))
)]
pub async fn sessions(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    mint(&app, &request, body, SessionKind::Session).await
}

/// Mints a catalog session.
#[utoipa::path(
    post,
    path = "/embed/catalogs",
    operation_id = "mintEmbedCatalog",
    summary = "Mint a session that lists what there is",
    description = "The same as a session, but its `type` is `catalog`: the API takes it for listing what an embedded page \
        can offer, and for nothing else. What is in a catalog is the API’s to say.",
    request_body = SessionToMint,
    params(
        ("X-Embed-Timestamp" = String, Header, description = "When it was signed: seconds since 1970."),
        ("X-Embed-Signature" = String, Header, description = "`v1,` and the signature in base64."),
    ),
    responses((status = 201, description = "The session.", body = MintedSession))
)]
pub async fn catalogs(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    mint(&app, &request, body, SessionKind::Catalog).await
}

async fn mint(app: &App, request: &HttpRequest, body: Body, kind: SessionKind) -> Result<HttpResponse> {
    let mut room = Room::default();
    let asked = question(app, request, &mut room);
    let (bytes, read) = match body.read_with_bytes().await {
        Ok((bytes, fields)) => (Some(bytes), fields.and_then(read)),
        Err(error) => (None, Err(error)),
    };
    let signed = Signed {
        timestamp: only(request.headers(), TIMESTAMP),
        signature: only(request.headers(), SIGNATURE),
        body: bytes.as_deref(),
    };
    let admitted = embed::admit(app, asked.credential, signed).await?;
    let refusal = match (&admitted, &read) {
        (Some(Err(refusal)), _) => Some(*refusal),
        (Some(Ok(partner)), Ok(read)) => partner.refusal_of(read.publishable_key.as_deref()),
        // What is wrong with the body is told after what is wrong with the key.
        _ => None,
    };
    let refusal = refusal.map(Refusal::Embed);
    let asked = Question {
        barred: refusal.as_ref(),
        is_ours: true,
        ..asked
    };
    let (key, environment) = match ask(app, &asked, |granted| (granted.key_id, granted.environment)).await? {
        Verdict::Allowed(granted) => granted,
        Verdict::Refused(refused) => return Err(ApiError::Refused(refused.refusal)),
    };
    let read = read?;
    // A key that is good and was not found before has come into being in between: it has no partner yet.
    let partner = admitted.and_then(std::result::Result::ok);
    let partner = partner.ok_or(ApiError::Refused(Refusal::Embed(EmbedRefusal::Off)))?;
    let new = NewSession {
        kind,
        environment,
        key,
        subject: read.subject,
        origin: read.origin,
    };
    answer(app, &partner, new)
}

fn answer(app: &App, partner: &Partner, new: NewSession) -> Result<HttpResponse> {
    let (token, expires_at) = session::mint(app, partner, &new)?;
    let minted = MintedSession {
        // The one time that it is shown.
        token: token.expose_secret().to_owned(),
        r#type: new.kind.as_str(),
        environment: new.environment.as_str(),
        publishable_key: partner.publishable_key.clone().unwrap_or_default(),
        subject: new.subject,
        origin: new.origin,
        expires_at,
    };
    Ok(HttpResponse::build(StatusCode::CREATED).json(minted))
}

struct Read {
    publishable_key: Option<String>,
    subject: Option<String>,
    origin: Option<String>,
}

fn read(mut fields: Fields) -> Result<Read> {
    let publishable_key = fields.nullable_text("publishable_key").flatten();
    let subject = fields.nullable_text("subject").flatten();
    if subject
        .as_ref()
        .is_some_and(|subject| subject.chars().count() > LONGEST_SUBJECT)
    {
        fields.refuse::<()>("subject", "Send at most 200 characters.");
    }
    let asked = fields.nullable_text("origin").flatten();
    if asked.as_deref().is_some_and(|asked| !origin::is_origin(asked)) {
        fields.refuse::<()>(
            "origin",
            "Send an origin, such as https://shop.example.com, with nothing behind it.",
        );
    }
    fields.finish()?;
    Ok(Read {
        publishable_key,
        subject,
        origin: asked,
    })
}

/// A header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
