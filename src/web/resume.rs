//! A session that ends while a form is open loses nothing typed: the refusal is a sign-in form that carries what was typed,
//! and after signing in one click sends it on. Come here when a form is answered with 401.
//!
//! Nothing is sent unasked, and nothing that the same person did not type: what is carried is sealed to the browser and to
//! the address of the form, and its proof of origin must be the one of the account that signs in.

pub mod carried;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::domain::App;
use crate::error::Result;
use crate::web::accounts::sign_in;
use crate::web::extract::Visitor;
use crate::web::form;
use crate::web::session;
use carried::Carried;

/// The body of a form that came without a session.
#[derive(Clone, Debug)]
struct Typed(Bytes);

/// Sets the body aside when nobody is signed in: once a handler has refused the request, it is gone.
pub async fn set_aside(request: &mut ServiceRequest) -> Result<()> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if request.method().is_safe() || !is_form {
        return Ok(());
    }
    let body = request
        .extract::<Bytes>()
        .await
        .map_err(|error| form::unreadable(&error, request.request()))?;
    request.extensions_mut().insert(Typed(body.clone()));
    request.set_payload(Payload::from(body));
    Ok(())
}

/// The sign-in form that carries what was typed; nothing when there is nothing that could be carried.
pub fn offer(app: &App, visitor: &Visitor, request: &HttpRequest) -> Option<Result<HttpResponse>> {
    let body = request.extensions().get::<Typed>().cloned()?.0;
    let mut fields: Vec<(String, String)> = serde_html_form::from_bytes(&body).ok()?;
    let proof = fields.iter().find(|(name, _)| name == "csrf")?.1.clone();
    fields.retain(|(name, _)| name != "csrf");
    let is_secret = |name: &str| ["password", "token", "secret"].iter().any(|word| name.contains(word));
    if visitor.browser.is_new || fields.iter().any(|(name, _)| is_secret(name)) {
        return None;
    }
    let typed = serde_html_form::to_string(&fields).ok()?;
    let carried = Carried::sealed(app, visitor, request.uri().path(), typed, proof);
    Some(sign_in::render(app, visitor, StatusCode::UNAUTHORIZED, carried))
}

/// Whether the session of this request is gone, or never was.
pub fn is_signed_out(request: &ServiceRequest) -> bool {
    use actix_session::SessionExt;
    session::account_id(&request.get_session()).is_none()
}
