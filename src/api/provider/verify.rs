//! `POST /provider/v1/keys/verify`: is this key good for this request?

use actix_web::http::header::ContentType;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::Provider;
use crate::api::errors::Result;
use crate::api::json::Json;
use crate::api::me::{self, ProjectView, WorkspaceView};
use crate::api::request_id;
use crate::domain::App;
use crate::domain::verify::question::ReadFrom;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, ask, priced};
use crate::model::key_format::KeyText;
use crate::model::timestamp::Timestamp;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Refused, Verdict};
use crate::profile::{Environment, Method};

/// Its address.
pub const VERIFY: &str = "/provider/v1/keys/verify";

/// What is asked. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct VerifyQuestion {
    /// The key as it was presented, or the token that was presented in its place.
    key: String,
    /// Scopes the key must have, besides what the route asks for.
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
    /// The only environment whose keys are taken: `live` or `test`.
    environment: Option<String>,
    /// The method of the request, in capitals.
    method: Option<String>,
    /// The path of the request; the profile's routes say what it needs. Takes a method.
    path: Option<String>,
    /// A limit of the profile that the request counts against, besides those it counts against anyway.
    limit: Option<String>,
    /// How many credits the request takes, instead of what the profile says of its route: 0 for none. They are taken when
    /// everything else is found good.
    cost: Option<u32>,
    /// The address the request came from. Without it, a key that has a list of addresses is refused.
    client_ip: Option<String>,
    /// How the request came: `http` or `https`. Where the profile wants https, a key that came over `http` is refused, and counts
    /// as compromised from then on. Without it, nobody looks.
    scheme: Option<String>,
}

struct Asked {
    key: KeyText,
    scopes: Vec<String>,
    environment: Option<Environment>,
    method: Option<String>,
    path: Option<String>,
    limit: Option<String>,
    cost: Option<u32>,
    client_ip: Option<std::net::IpAddr>,
    transport: Transport,
}

/// The answer. A refusal is an answer too: only `valid` says whether the key is good.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub enum VerifyAnswer {
    Valid(Box<ValidKey>),
    Token(Box<ValidToken>),
    Refused(RefusedKey),
}

/// A key that is good for the request. For the documentation: [`valid`] writes it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct ValidKey {
    /// `true`
    valid: bool,
    /// `valid`
    code: &'static str,
    #[schema(format = "uuid")]
    key_id: String,
    name: String,
    r#type: String,
    environment: &'static str,
    display_prefix: String,
    workspace: WorkspaceView,
    project: Option<ProjectView>,
    scopes: Vec<String>,
    /// `all`, `read` or `scopes`.
    access: &'static str,
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
}

/// A token of the identity provider that is good for the request. For the documentation: [`valid`] writes it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct ValidToken {
    /// `true`
    valid: bool,
    /// `valid`
    code: &'static str,
    /// Whom it is about.
    subject: String,
    /// `jwt`
    r#type: String,
    environment: &'static str,
    workspace: WorkspaceView,
    project: Option<ProjectView>,
    scopes: Vec<String>,
    /// `all`
    access: &'static str,
}

/// A key that is not.
#[derive(Serialize, ToSchema)]
pub struct RefusedKey {
    /// `false`
    valid: bool,
    /// What to tell the customer's program.
    code: &'static str,
    /// Exactly what is wrong: for the provider, not for the one who presents the key.
    reason: &'static str,
    /// The status to answer the customer's program with.
    status: u16,
    /// A sentence to tell the customer.
    message: String,
    /// The scope that is missing; or the environment, the limit or the credits that stood in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<String>,
    /// When the limit has room again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<i64>,
    /// The key, when it is known.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
}

/// Verifies a key.
#[utoipa::path(
    post,
    path = "/provider/v1/keys/verify",
    operation_id = "verifyKey",
    summary = "Verify a key",
    request_body = VerifyQuestion,
    responses((status = 200, description = "Whether the key is good for the request.", body = VerifyAnswer))
)]
pub async fn answer(app: Data<App>, _provider: Provider, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let asked = read(&app, body.read().await?)?;
    let question = Question {
        credential: Some(asked.key.expose_secret()),
        method: asked.method.as_deref(),
        path: asked.path.as_deref(),
        scopes: &asked.scopes,
        environment: asked.environment,
        limit: asked.limit.as_deref(),
        address: asked.client_ip.map(|address| address.to_canonical()),
        transport: asked.transport,
        read_from: ReadFrom::ProviderApi,
        request_id: request_id::of(&request),
        ..Question::default()
    };
    let question = priced(&app, question, asked.cost);
    let body = match ask(&app, &question, valid).await? {
        Verdict::Allowed(body) => body,
        Verdict::Refused(refused) => refusal(refused),
    };
    Ok(HttpResponse::Ok().insert_header(ContentType::json()).body(body))
}

/// The answer to a good key.
pub fn valid(granted: &Granted<'_>) -> String {
    if let Some(subject) = granted.subject {
        return valid_token(granted, subject);
    }
    let mut json = Json::with_room();
    json.raw("{\"valid\":true,\"code\":\"valid\",\"key_id\":")
        .id(granted.key_id.0);
    json.raw(",\"name\":").text(granted.name);
    json.raw(",\"type\":").text(granted.type_id);
    json.raw(",\"environment\":\"").raw(granted.environment.as_str());
    json.raw("\",\"display_prefix\":").prefix(granted.display_prefix);
    json.raw(",");
    me::places(&mut json, granted.tenant);
    json.raw(",\"scopes\":").texts(granted.scopes);
    json.raw(",\"access\":\"").raw(granted.access.as_str());
    json.raw("\",\"expires_at\":").moment(granted.expires_at);
    json.raw("}");
    json.finish()
}

fn valid_token(granted: &Granted<'_>, subject: &str) -> String {
    let mut json = Json::with_room();
    json.raw("{\"valid\":true,\"code\":\"valid\",\"subject\":")
        .text(subject);
    json.raw(",\"type\":").text(granted.type_id);
    json.raw(",\"environment\":\"").raw(granted.environment.as_str());
    json.raw("\",");
    me::places(&mut json, granted.tenant);
    json.raw(",\"scopes\":").texts(granted.scopes);
    json.raw(",\"access\":\"").raw(granted.access.as_str());
    json.raw("\"}");
    json.finish()
}

/// The answer to any other.
pub fn refusal(refused: Refused) -> String {
    serde_json::to_string(&RefusedKey::from(refused)).unwrap_or_default()
}

fn read(app: &App, mut fields: Fields) -> Result<Asked> {
    let profile = &app.profile;
    let key = fields.nullable_text("key").flatten();
    if key.is_none() {
        fields.refuse::<()>("key", "Send the key that is to be verified.");
    }
    let scopes = fields.texts("scopes").unwrap_or_default();
    if scopes.iter().any(|scope| profile.scope(scope).is_none()) {
        fields.refuse::<()>("scopes", "One of these scopes is not in the profile.");
    }
    let environment = fields.nullable_text("environment").flatten().and_then(|word| {
        let environment = word.parse().ok();
        environment.or_else(|| fields.refuse("environment", "Send live or test."))
    });
    let method = fields.nullable_text("method").flatten();
    if method.as_deref().is_some_and(|method| !Method::is_in_capitals(method)) {
        fields.refuse::<()>("method", "Send the method in capitals, such as GET.");
    }
    let path = fields.nullable_text("path").flatten();
    match (&method, &path) {
        (None, Some(_)) => {
            fields.refuse::<()>("method", "Send the method too: what a path needs depends on it.");
        }
        (_, Some(path)) if !path.starts_with('/') => {
            fields.refuse::<()>("path", "Send a path that begins with a slash.");
        }
        _ => {}
    }
    let client_ip = fields.nullable_text("client_ip").flatten().and_then(|text| {
        let address = text.parse().ok();
        address.or_else(|| fields.refuse("client_ip", "Send an IPv4 or IPv6 address."))
    });
    let transport = fields.nullable_text("scheme").flatten().and_then(|scheme| {
        let transport = scheme_asked(app, &scheme);
        transport.or_else(|| fields.refuse("scheme", "Send http or https."))
    });
    let limit = fields.nullable_text("limit").flatten();
    if limit.as_deref().is_some_and(|limit| profile.limit(limit).is_none()) {
        fields.refuse::<()>("limit", "There is no such limit in the profile.");
    }
    let cost = fields.nullable_number("cost").and_then(|cost| {
        let fits = u32::try_from(cost).ok();
        fits.or_else(|| fields.refuse("cost", "Send a whole number, 0 or more."))
    });
    if cost.is_some_and(|cost| cost > 0) && profile.credits.is_none() {
        fields.refuse::<()>("cost", "This API has no credits.");
    }
    fields.finish()?;
    Ok(Asked {
        key: KeyText::presented(key.unwrap_or_default()),
        scopes,
        environment,
        method,
        path,
        limit,
        cost,
        client_ip,
        transport: transport.unwrap_or_default(),
    })
}

/// What a scheme means to this profile; nothing, when it is none that a request can come by.
pub fn scheme_asked(app: &App, scheme: &str) -> Option<Transport> {
    match scheme {
        "https" => Some(Transport::Fine),
        "http" if app.profile.api.https_only => Some(Transport::Plain),
        "http" => Some(Transport::Fine),
        _ => None,
    }
}

impl From<Refused> for RefusedKey {
    fn from(Refused { refusal, key }: Refused) -> Self {
        Self {
            valid: false,
            code: refusal.code(),
            reason: refusal.reason(),
            status: refusal.status(),
            message: refusal.message(),
            needed: refusal.needed(),
            retry_after: match &refusal {
                Refusal::RateLimited(exceeded) => Some(exceeded.retry_after_seconds()),
                _ => None,
            },
            key_id: key.map(|id| id.to_string()),
        }
    }
}
