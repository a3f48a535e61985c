//! `…/keys/{key}/reveal`: the one view of a key's text. It takes the key away in the same transaction that reads it, so
//! whoever only asks ahead (HEAD, a prefetch) is shown nothing.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::App;
use crate::domain::keys::{self, Shown};
use crate::error::Result;
use crate::model::key::Key;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::snippets::{self, Call, KeyFrom};
use crate::web::keys::ticket;
use crate::web::page::{self, Page};
use crate::web::session;

#[derive(Template)]
#[template(path = "keys/reveal.html")]
struct RevealPage<'a> {
    page: Page,
    url: String,
    key: Key,
    secrets: Option<SecretTexts<'a>>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
}

impl RevealPage<'_> {
    /// What the page says under its title.
    fn lead(&self) -> &'static str {
        match self.key.public_text {
            Some(_) => "Put it where your program finds it.",
            None => "This is the only time you see it. We keep a fingerprint of it, not the key.",
        }
    }
}

struct SecretTexts<'a> {
    key: Option<KeyExamples<'a>>,
    signing_secret: Option<(&'a str, String)>,
}

struct KeyExamples<'a> {
    text: &'a str,
    env_line: String,
    curl: String,
    node: String,
    python: String,
}

/// `GET …/keys/{key}/reveal`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if is_asked_ahead(request.headers()) {
        return Ok(HttpResponse::ServiceUnavailable()
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish());
    }
    let opener = ticket::opener(&app, &request);
    let shown = keys::reveal::view(&app, proof, key.0, opener.as_ref()).await?;
    if let Shown::Now { .. } = &shown {
        // The page after this one gets a new cookie: with it, the browser forgets the page that it kept for "Back".
        session::renew_with_next_page(&page.workspace.person.visitor.session)?;
    }
    let is_elsewhere = matches!(shown, Shown::Elsewhere { .. });
    let mut response = render(&app, &page, &shown)?;
    response.headers_mut().insert(
        CACHE_CONTROL,
        actix_web::http::header::HeaderValue::from_static("no-store"),
    );
    if opener.is_some() && !is_elsewhere {
        let removal = ticket::removal(&app, ticket::reveal_url(&page, key.0));
        if let Err(error) = response.add_cookie(&removal) {
            tracing::error!(error = %error, "the reveal cookie could not be taken away");
        }
    }
    Ok(response)
}

/// `HEAD …/keys/{key}/reveal`: that there is such a page, and nothing else.
pub async fn head(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    keys::find(&app, proof.read(), key.0).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// `POST …/keys/{key}/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(app: Data<App>, page: KeysPage, key: KeyPath, _: Form<Button>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let text = format!("“{}” is ready. It will not be shown again.", key.name);
    Ok(page::redirect_with(&app, &page.key_url(key.id), &Flash::good(text)))
}

/// Whether a browser only asks in case somebody might click: prefetching, prerendering, previews.
pub(in crate::web) fn is_asked_ahead(headers: &HeaderMap) -> bool {
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

fn render(app: &App, page: &KeysPage, shown: &Shown) -> Result<HttpResponse> {
    let (key, secrets) = match shown {
        Shown::Now {
            key,
            text,
            signing_secret,
        } => {
            let text = text.as_ref().map(|text| examples(app, text.expose_secret()));
            let signing_secret = signing_secret.as_ref().map(|secret| {
                let text = secret.expose_secret();
                (text, format!("{}={text}", snippets::variable(app, "WEBHOOK_SECRET")))
            });
            let secrets = SecretTexts {
                key: text,
                signing_secret,
            };
            (key, Some(secrets))
        }
        Shown::Elsewhere { key } | Shown::Over { key } => (key, None),
    };
    page::ok(&RevealPage {
        page: page.page(app),
        url: page.key_url(key.id),
        key: key.clone(),
        secrets,
        is_elsewhere: matches!(shown, Shown::Elsewhere { .. }),
    })
}

fn examples<'a>(app: &App, text: &'a str) -> KeyExamples<'a> {
    let (call, key) = (Call::me(app), KeyFrom::Text(text));
    KeyExamples {
        text,
        env_line: format!("{}={text}", snippets::variable(app, "API_KEY")),
        curl: call.curl(key),
        node: call.node(key),
        python: call.python(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

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
