//! `POST /provider/v1/embed/verify`: is this embed session good?

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::Provider;
use crate::api::errors::Result;
use crate::domain::App;
use crate::domain::embed::{self, SessionRefusal, Verified, Wanted};
use crate::model::embed::SessionKind;
use crate::model::key_format::KeyText;
use crate::model::timestamp::Timestamp;

/// Its address.
pub const VERIFY: &str = "/provider/v1/embed/verify";

/// What is asked. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct SessionQuestion {
    /// The token as the page presented it.
    token: String,
    /// The only kind that is taken: `session` or `catalog`.
    r#type: Option<String>,
    /// The origin of the page, from the header `Origin`: a session that is bound to another is refused.
    origin: Option<String>,
}

/// The answer. A refusal is an answer too: only `valid` says whether the session is good.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum SessionAnswer {
    Valid(Box<ValidSession>),
    Refused(RefusedSession),
}

/// A good session.
#[derive(Serialize, ToSchema)]
pub struct ValidSession {
    /// `true`
    valid: bool,
    /// `valid`
    code: &'static str,
    /// `session` or `catalog`.
    r#type: &'static str,
    environment: &'static str,
    publishable_key: String,
    /// The API key that minted it.
    #[schema(format = "uuid")]
    key_id: String,
    workspace: SessionPlace,
    project: Option<SessionPlace>,
    /// Whom it is for, in the words of who minted it.
    subject: Option<String>,
    /// The only origin whose pages may use it.
    origin: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
}

/// A workspace or a project.
#[derive(Serialize, ToSchema)]
pub struct SessionPlace {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
    name: String,
}

/// A session that is not good.
#[derive(Serialize, ToSchema)]
pub struct RefusedSession {
    /// `false`
    valid: bool,
    /// What to tell the page.
    code: &'static str,
    /// Exactly what is wrong: for the provider, not for the one who presents the token.
    reason: &'static str,
    /// The status to answer the page with.
    status: u16,
    /// A sentence to tell it.
    message: String,
}

/// Verifies a session.
#[utoipa::path(
    post,
    path = "/provider/v1/embed/verify",
    operation_id = "verifyEmbedSession",
    summary = "Verify an embed session",
    request_body = SessionQuestion,
    responses((status = 200, description = "Whether the session is good.", body = SessionAnswer))
)]
pub async fn answer(app: Data<App>, _provider: Provider, body: Body) -> Result<HttpResponse> {
    let asked = read(body.read().await?)?;
    let wanted = Wanted {
        kind: asked.kind,
        origin: asked.origin.as_deref(),
    };
    let answer = match embed::verify(&app, &asked.token, wanted).await? {
        Ok(verified) => SessionAnswer::Valid(Box::new(verified.into())),
        Err(refusal) => SessionAnswer::Refused(refusal.into()),
    };
    Ok(HttpResponse::Ok().json(answer))
}

struct Asked {
    token: KeyText,
    kind: Option<SessionKind>,
    origin: Option<String>,
}

fn read(mut fields: Fields) -> Result<Asked> {
    let token = fields.nullable_text("token").flatten();
    if token.is_none() {
        fields.refuse::<()>("token", "Send the token that is to be verified.");
    }
    let kind = fields.nullable_text("type").flatten().and_then(|word| {
        let kind = word.parse().ok();
        kind.or_else(|| fields.refuse("type", "Send session or catalog."))
    });
    let origin = fields.nullable_text("origin").flatten();
    fields.finish()?;
    Ok(Asked {
        token: KeyText::presented(token.unwrap_or_default()),
        kind,
        origin,
    })
}

impl From<Verified> for ValidSession {
    fn from(session: Verified) -> Self {
        Self {
            valid: true,
            code: "valid",
            r#type: session.kind.as_str(),
            environment: session.key.environment.as_str(),
            publishable_key: session.publishable_key,
            key_id: session.key.id.to_string(),
            workspace: SessionPlace {
                id: session.workspace.id.to_string(),
                slug: session.workspace.slug,
                name: session.workspace.name,
            },
            project: session.project.map(|project| SessionPlace {
                id: project.id.to_string(),
                slug: project.slug,
                name: project.name,
            }),
            subject: session.subject,
            origin: session.origin,
            expires_at: session.expires_at,
        }
    }
}

impl From<SessionRefusal> for RefusedSession {
    fn from(refusal: SessionRefusal) -> Self {
        Self {
            valid: false,
            code: refusal.code(),
            reason: refusal.reason(),
            status: refusal.status(),
            message: refusal.message(),
        }
    }
}
