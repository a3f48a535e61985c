//! `GET {base}/me`: who am I?

use actix_web::http::header::ContentType;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::caller::question;
use crate::api::cors;
use crate::api::credentials::Room;
use crate::api::errors::{ApiError, Result};
use crate::api::json::Json;
use crate::domain::verify::records::{Granted, Named, Tenant};
use crate::domain::verify::{Question, ask};
use crate::domain::{App, credits};
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Verdict;

/// Who a key, or a token, speaks for. For the documentation: [`body`] writes it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct Me {
    /// Not there for a token of the identity provider.
    key: Option<MyKey>,
    /// Whom the token is about. Not there for a key.
    subject: Option<String>,
    workspace: WorkspaceView,
    /// `null` where keys belong to the whole workspace.
    project: Option<ProjectView>,
    /// `live` or `test`.
    environment: &'static str,
    /// What a key may do whose access is `scopes`; otherwise empty.
    scopes: Vec<String>,
    /// `all`, `read` (safe methods only) or `scopes`.
    access: &'static str,
    /// What the workspace has left at this moment; only where requests cost something.
    credits: Option<MyCredits>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
struct MyCredits {
    balance: i64,
    /// What they are called.
    unit: String,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
struct MyKey {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    r#type: String,
    /// The beginning of the key: safe to log, and what support asks for.
    display_prefix: String,
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
}

/// A workspace.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct WorkspaceView {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
    name: String,
    plan: String,
}

/// A project.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct ProjectView {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
    name: String,
}

/// Answers.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "me",
    summary = "Who am I?",
    responses((status = 200, description = "The key, and who it speaks for.", body = Me))
)]
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let mut room = Room::default();
    let question = Question {
        is_ours: true,
        ..question(&app, &request, &mut room)
    };
    answer(&app, &question).await
}

/// The answer to such a question, wherever it was put.
pub(super) async fn answer(app: &App, question: &Question<'_>) -> Result<HttpResponse> {
    let take = |granted: &Granted<'_>| {
        let is_public = cors::is_public(&app.profile, granted);
        (body(granted), granted.tenant.workspace, is_public)
    };
    let (mut body, workspace, is_public) = match ask(app, question, take).await? {
        Verdict::Allowed(taken) => taken,
        Verdict::Refused(refused) => return Err(ApiError::Refused(refused.refusal)),
    };
    if let Some(credits) = &app.profile.credits {
        let balance = credits::balance(app, workspace).await?;
        // Into the object, before its last brace.
        body.pop();
        let mut json = Json::after(body);
        json.raw(",\"credits\":{\"balance\":").number(balance);
        json.raw(",\"unit\":").text(&credits.unit).raw("}}");
        body = json.finish();
    }
    let mut answer = HttpResponse::Ok().insert_header(ContentType::json()).body(body);
    if is_public {
        cors::open(answer.headers_mut());
    }
    Ok(answer)
}

/// The answer to a good key.
pub fn body(granted: &Granted<'_>) -> String {
    let mut json = Json::with_room();
    match granted.subject {
        None => key(&mut json, granted),
        Some(subject) => {
            json.raw("{\"subject\":").text(subject).raw(",");
        }
    }
    places(&mut json, granted.tenant);
    json.raw(",\"environment\":\"").raw(granted.environment.as_str());
    json.raw("\",\"scopes\":").texts(granted.scopes);
    json.raw(",\"access\":\"").raw(granted.access.as_str());
    json.raw("\"}");
    json.finish()
}

fn key(json: &mut Json, granted: &Granted<'_>) {
    json.raw("{\"key\":{\"id\":").id(granted.key_id.0);
    json.raw(",\"name\":").text(granted.name);
    json.raw(",\"type\":").text(granted.type_id);
    json.raw(",\"display_prefix\":").prefix(granted.display_prefix);
    json.raw(",\"expires_at\":").moment(granted.expires_at);
    json.raw("},");
}

/// The members `workspace` and `project`.
pub fn places(json: &mut Json, tenant: &Tenant) {
    json.raw(tenant.said(|names| {
        let mut json = Json::with_room();
        place(json.raw("\"workspace\":"), tenant.workspace.0, &names.workspace)
            .raw(",\"plan\":")
            .text(&names.plan);
        json.raw("},\"project\":");
        match tenant.project.zip(names.project.as_ref()) {
            None => json.raw("null"),
            Some((id, project)) => place(&mut json, id.0, project).raw("}"),
        };
        json.finish()
    }));
}

/// The beginning of an object that says where something is. It is left open.
fn place<'a>(json: &'a mut Json, id: Uuid, named: &Named) -> &'a mut Json {
    json.raw("{\"id\":").id(id);
    json.raw(",\"slug\":").text(&named.slug);
    json.raw(",\"name\":").text(&named.name)
}
