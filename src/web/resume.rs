//! A session that ends while a form is open loses nothing typed: the refusal is a sign-in form that carries what was typed,
//! and after signing in one click sends it on. Come here when a form is answered with 401.
//!
//! Nothing is sent unasked, and nothing that the same person did not type: what is carried is sealed to the browser and to
//! the address of the form, and its proof of origin must be the one of the account that signs in.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::account::Account;
use crate::web::accounts::sign_in;
use crate::web::extract::Visitor;
use crate::web::flash::Flash;
use crate::web::form;
use crate::web::page::{self, Page};
use crate::web::session;

/// The body of a form that came without a session.
#[derive(Clone, Debug)]
struct Typed(Bytes);

/// What a sign-in form carries along.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Carried {
    /// Where the form was to be sent; empty: nothing is carried.
    pub action: String,
    /// Its fields, as a browser encodes them.
    pub typed: String,
    /// Its proof of origin.
    pub proof: String,
    /// Shows that we put these together, for this browser.
    pub seal: String,
}

#[derive(Template)]
#[template(path = "accounts/resume.html")]
struct ResumePage {
    page: Page,
    action: String,
    fields: Vec<(String, String)>,
}

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
    let mut carried = Carried {
        action: request.uri().path().to_owned(),
        typed: serde_html_form::to_string(&fields).ok()?,
        proof,
        seal: String::new(),
    };
    carried.seal = seal_of(app, visitor, &carried);
    Some(sign_in::render(app, visitor, StatusCode::UNAUTHORIZED, carried))
}

/// After signing in: the page with the button that sends what was typed; nothing when nothing was carried.
pub fn go_on(app: &App, visitor: &Visitor, account: &Account, carried: Carried) -> Option<Result<HttpResponse>> {
    let seal = seal_of(app, visitor, &carried);
    let is_ours = !carried.action.is_empty() && bool::from(seal.as_bytes().ct_eq(carried.seal.as_bytes()));
    if !is_ours {
        return None;
    }
    if !visitor.browser.proves(app, Some(account.id), &carried.proof) {
        let flash = Flash::note("What was typed here belongs to another account. It was not sent.");
        return Some(Ok(page::redirect_with(app, "/", &flash)));
    }
    let fields = serde_html_form::from_str(&carried.typed).ok()?;
    let mut visitor = visitor.clone();
    visitor.account = Some(account.clone());
    Some(page::ok(&ResumePage {
        page: visitor.page(app, ""),
        action: carried.action,
        fields,
    }))
}

/// Whether the session of this request is gone, or never was.
pub fn is_signed_out(request: &ServiceRequest) -> bool {
    use actix_session::SessionExt;
    session::account_id(&request.get_session()).is_none()
}

fn seal_of(app: &App, visitor: &Visitor, carried: &Carried) -> String {
    let parts = [
        visitor.browser.expose_secret(),
        &carried.action,
        &carried.typed,
        &carried.proof,
    ];
    let key = app.master_key.derive("resume");
    seal::encode(seal::mac(&key, &parts.map(str::as_bytes)).as_slice())
}
