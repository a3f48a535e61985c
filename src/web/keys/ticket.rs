//! How a form that makes a secret is tied to the page that shows it: a nonce in the form, a cookie on the answer.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret;

use crate::domain::keys::Ticket;
use crate::domain::keys::reveal::{Opener, WAITS};
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::web::browser::is_https;
use crate::web::extract::{KeysPage, Person};
use crate::web::page;

/// How many characters a nonce has.
const NONCE_LENGTH: usize = 43;

/// A nonce for a form that is about to be shown.
pub(in crate::web) fn fresh_nonce(app: &App) -> String {
    seal::token(&*app.random).expose_secret().to_owned()
}

/// Whether it is one that we can have made.
pub(in crate::web) fn is_nonce(nonce: &str) -> bool {
    nonce.len() == NONCE_LENGTH && seal::decode(nonce).is_some()
}

/// The ticket of a form that has come back. A nonce that we cannot have made is refused.
pub(super) fn read(page: &KeysPage, nonce: &str) -> Result<Ticket> {
    read_of(&page.workspace.person, nonce)
}

/// The ticket of this person's form.
pub(in crate::web) fn read_of(person: &Person, nonce: &str) -> Result<Ticket> {
    if !is_nonce(nonce) {
        return Err(AppError::FormExpired);
    }
    Ok(Ticket::new(nonce, person.visitor.browser.expose_secret()))
}

/// `/w/acme/p/site/keys/0192…/reveal`
pub(super) fn reveal_url(page: &KeysPage, id: KeyId) -> String {
    format!("{}/reveal", page.key_url(id))
}

/// On to the page that shows what was made, with what opens it.
pub(super) fn redirect_to_reveal(app: &App, page: &KeysPage, id: KeyId, ticket: &Ticket) -> HttpResponse {
    redirect_to(app, reveal_url(page, id), ticket)
}

/// On to a reveal page, with what opens its seal.
pub(in crate::web) fn redirect_to(app: &App, url: String, ticket: &Ticket) -> HttpResponse {
    let mut response = page::redirect(&url);
    hand_over(app, &mut response, url, ticket.opener());
    response
}

/// Gives the browser what opens the seal behind the address of a reveal.
pub(in crate::web) fn hand_over(app: &App, response: &mut HttpResponse, url: String, opener: &Opener) {
    let cookie = cookie(app, url, opener.to_cookie())
        .max_age(Duration::milliseconds(WAITS))
        .finish();
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(error = %error, "the reveal cookie could not be set");
    }
}

/// What this browser brings along to open the seal with.
pub(in crate::web) fn opener(app: &App, request: &HttpRequest) -> Option<Opener> {
    Opener::from_cookie(request.cookie(cookie_name(app))?.value())
}

/// Takes the cookie away.
pub(in crate::web) fn removal(app: &App, url: String) -> Cookie<'static> {
    cookie(app, url, String::new()).max_age(Duration::ZERO).finish()
}

/// Bound to the path of one reveal, never sent along from elsewhere.
fn cookie(app: &App, path: String, value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(cookie_name(app), value)
        .path(path)
        .http_only(true)
        .secure(is_https(app))
        .same_site(SameSite::Strict)
}

fn cookie_name(app: &App) -> &'static str {
    if is_https(app) {
        "__Secure-keyhatch_reveal"
    } else {
        "keyhatch_reveal"
    }
}
