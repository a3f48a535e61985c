//! What pages that show a secret once have in common; the rules are those of a key's reveal.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::App;
use crate::domain::shown_once::Shown;
use crate::error::Result;
use crate::web::extract::Person;
use crate::web::keys::reveal::is_asked_ahead;
use crate::web::keys::ticket;
use crate::web::session;

/// The answer to a browser that only looks ahead: it is shown nothing, and uses nothing up.
pub(in crate::web) fn not_ahead(request: &HttpRequest) -> Option<HttpResponse> {
    let is_ahead = is_asked_ahead(request.headers());
    is_ahead.then(|| {
        HttpResponse::ServiceUnavailable()
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()
    })
}

/// Before the page is rendered: the page after this one gets a new cookie. With it, the browser forgets the page that it kept for
/// "Back".
pub(in crate::web) fn renew(person: &Person, shown: &Shown) -> Result<()> {
    if let Shown::Now(_) = shown {
        session::renew_with_next_page(&person.visitor.session)?;
    }
    Ok(())
}

/// The rendered page, kept nowhere; and the end of the cookie that opened the seal.
pub(in crate::web) fn dress(
    app: &App,
    request: &HttpRequest,
    mut response: HttpResponse,
    shown: &Shown,
    url: String,
) -> HttpResponse {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let is_used_up = ticket::opener(app, request).is_some() && !matches!(shown, Shown::Elsewhere);
    if is_used_up && let Err(error) = response.add_cookie(&ticket::removal(app, url)) {
        tracing::error!(error = %error, "the reveal cookie could not be taken away");
    }
    response
}

/// `HEAD`: that there is such a page, and nothing else.
pub(in crate::web) fn head() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}
