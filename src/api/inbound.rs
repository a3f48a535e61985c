//! `POST {base}/inbound/{token}`: whose webhook is this? The token in the address is the credential; there is no key.

use actix_web::http::header::ContentType;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use crate::api::body::AnyBody;
use crate::api::caller::question;
use crate::api::credentials::Room;
use crate::api::errors::{ApiError, Result};
use crate::api::json::Json;
use crate::api::me::{self, ProjectView, WorkspaceView};
use crate::domain::App;
use crate::domain::verify::inbound;
use crate::domain::verify::records::Granted;
use crate::model::verdict::Verdict;

/// Whom the token stands for. For the documentation: [`answer_to`] writes it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct InboundOwner {
    /// The key that owns the token, and what comes of the webhook.
    #[schema(format = "uuid")]
    key_id: String,
    /// The beginning of that key.
    display_prefix: String,
    /// What the token is for.
    template: String,
    workspace: WorkspaceView,
    project: Option<ProjectView>,
    /// `live` or `test`, as the key is.
    environment: &'static str,
}

/// Answers. What the webhook says is not for us to read; only that all who do read the same.
#[utoipa::path(
    post,
    path = "/inbound/{token}",
    operation_id = "inbound",
    summary = "Whose webhook is this?",
    description = "The token authenticates instead of a key, and the key that owns it is judged, limited and counted. JSON that \
        names a member twice in one object is refused.",
    params(("token" = String, Path, min_length = 1, description = "An inbound token.")),
    request_body(content((Value = "application/json"), (Value = "*/*")), description = "The webhook, as it came."),
    responses((status = 200, description = "The key that owns the token, and what the token is for.", body = InboundOwner))
)]
pub async fn answer(app: Data<App>, request: HttpRequest, token: Path<String>, body: AnyBody) -> Result<HttpResponse> {
    let mut room = Room::default();
    let question = question(&app, &request, &mut room);
    match inbound::ask(&app, &token, &question, answer_to).await? {
        Verdict::Allowed(answer) => {
            body.check().await?;
            Ok(HttpResponse::Ok().insert_header(ContentType::json()).body(answer))
        }
        Verdict::Refused(refused) => Err(ApiError::Refused(refused.refusal)),
    }
}

fn answer_to(granted: &Granted<'_>, template: &str) -> String {
    let mut json = Json::with_room();
    json.raw("{\"key_id\":").id(granted.key_id.0);
    json.raw(",\"display_prefix\":").prefix(granted.display_prefix);
    json.raw(",\"template\":").text(template);
    json.raw(",");
    me::places(&mut json, granted.tenant);
    json.raw(",\"environment\":\"").raw(granted.environment.as_str());
    json.raw("\"}");
    json.finish()
}
