//! What pages that show a secret once have in common; the rules are those of a key's reveal. Where a secret is all there is to show,
//! the page itself is here too.

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::App;
use crate::domain::shown_once::Shown;
use crate::error::Result;
use crate::web::extract::Person;
use crate::web::keys::{snippets, ticket};
use crate::web::page::{self, Page};
use crate::web::session;

/// A secret that is shown once, in words.
pub(in crate::web) struct Secret {
    /// What it is: a few words after "the".
    pub(in crate::web) called: &'static str,
    /// The same for programs.
    pub(in crate::web) id: &'static str,
    /// What it is for: a sentence.
    pub(in crate::web) purpose: &'static str,
    /// The end of its variable's name.
    pub(in crate::web) variable: &'static str,
    /// Where it is rotated, below what it belongs to, and the word for the button there.
    pub(in crate::web) rotated_at: &'static str,
    pub(in crate::web) rotate: &'static str,
    /// The button that leads to what it belongs to.
    pub(in crate::web) back: &'static str,
}

#[derive(Template)]
#[template(path = "shown_once.html")]
struct ShownOncePage<'a> {
    page: Page,
    /// Of what the secret belongs to.
    url: &'a str,
    secret: &'a Secret,
    /// The secret itself, and its line for a `.env` file.
    shown: Option<(&'a str, String)>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
}

/// The page at `{url}/reveal`.
pub(in crate::web) fn page(
    app: &App,
    request: &HttpRequest,
    person: &Person,
    page: Page,
    url: &str,
    secret: &Secret,
    shown: &Shown,
) -> Result<HttpResponse> {
    let text = match shown {
        Shown::Now(text) => Some(text.expose_secret()),
        Shown::Elsewhere | Shown::Over => None,
    };
    let (is_shown, is_elsewhere) = (text.is_some(), matches!(shown, Shown::Elsewhere));
    renew(person, is_shown)?;
    let response = page::ok(&ShownOncePage {
        page,
        url,
        secret,
        shown: text.map(|text| (text, format!("{}={text}", snippets::variable(app, secret.variable)))),
        is_elsewhere,
    })?;
    Ok(dress(app, request, response, is_elsewhere, format!("{url}/reveal")))
}

/// The answer to a browser that only looks ahead: it is shown nothing, and uses nothing up.
pub(in crate::web) fn not_ahead(request: &HttpRequest) -> Option<HttpResponse> {
    let is_ahead = is_asked_ahead(request.headers());
    is_ahead.then(|| {
        HttpResponse::ServiceUnavailable()
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()
    })
}

/// Whether a browser only asks in case somebody might click: prefetching, prerendering, previews.
fn is_asked_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let value = headers.get(*name).map(|value| value.as_bytes().to_ascii_lowercase());
        value.is_some_and(|value| {
            let value = String::from_utf8_lossy(&value);
            ["prefetch", "prerender", "preview"]
                .iter()
                .any(|word| value.contains(word))
        })
    })
}

/// Before the page is rendered: the page after this one gets a new cookie. With it, the browser forgets the page that it kept for
/// "Back".
pub(in crate::web) fn renew(person: &Person, is_shown: bool) -> Result<()> {
    if is_shown {
        session::renew_with_next_page(&person.visitor.session)?;
    }
    Ok(())
}

/// The rendered page, kept nowhere; and the end of the cookie that opened the seal, unless what it opens still waits.
pub(in crate::web) fn dress(
    app: &App,
    request: &HttpRequest,
    mut response: HttpResponse,
    is_elsewhere: bool,
    url: String,
) -> HttpResponse {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let is_used_up = ticket::opener(app, request).is_some() && !is_elsewhere;
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
        // Its length would say whether there is something to show.
        .message_body(BoxBody::new(actix_web::body::None::new()))
        .unwrap_or_else(|_| HttpResponse::Ok().finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderName;

    #[test]
    fn who_asks_ahead_says_so() {
        for (name, value, asked_ahead) in [
            ("sec-purpose", "prefetch", true),
            ("sec-purpose", "prefetch;prerender", true),
            ("purpose", "Prefetch", true),
            ("x-moz", "prefetch", true),
            ("sec-fetch-mode", "navigate", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            assert_eq!(is_asked_ahead(&headers), asked_ahead, "{name}: {value}");
        }
    }
}
