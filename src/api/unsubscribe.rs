//! `/unsubscribe/{token}`: what the header `List-Unsubscribe` of a mail names. A mail program sends a POST, without cookies or a proof of
//! origin (RFC 8058); the token is the proof. One that opens it instead is led to the page with the button.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path};

use crate::api::errors::Result;
use crate::domain::App;
use crate::domain::key_health::mail;

/// Ends it, whatever the body says.
pub async fn submit(app: Data<App>, token: Path<String>) -> Result<HttpResponse> {
    mail::end_by_link(&app, &token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leads on.
pub async fn lead(token: Path<String>) -> HttpResponse {
    let fine: String = token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    let page = format!("/key-health-mail?token={fine}");
    HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()
}
