//! `…/webhooks/reveal`: the one view of the endpoint's signing secret; the same rules as for a key's text.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::App;
use crate::domain::webhooks::own::{self, Shown};
use crate::error::Result;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::reveal::is_asked_ahead;
use crate::web::keys::{snippets, ticket};
use crate::web::page::{self, Page};
use crate::web::session;

#[derive(Template)]
#[template(path = "workspaces/webhooks/reveal.html")]
struct RevealPage<'a> {
    page: Page,
    url: String,
    /// The secret, and its line for a `.env` file.
    secret: Option<(&'a str, String)>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
}

/// `GET …/webhooks/reveal`
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    let no_store = (CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_asked_ahead(request.headers()) {
        return Ok(HttpResponse::ServiceUnavailable().insert_header(no_store).finish());
    }
    let opener = ticket::opener(&app, &request);
    let shown = own::view(&app, proof, opener.as_ref()).await?;
    if let Shown::Now(_) = &shown {
        // The page after this one gets a new cookie: with it, the browser forgets the page that it kept for "Back".
        session::renew_with_next_page(&workspace.person.visitor.session)?;
    }
    let is_elsewhere = matches!(shown, Shown::Elsewhere);
    let secret = match &shown {
        Shown::Now(secret) => {
            let text = secret.expose_secret();
            let name = snippets::variable(&app, "WORKSPACE_WEBHOOK_SECRET");
            Some((text, format!("{name}={text}")))
        }
        Shown::Elsewhere | Shown::Over => None,
    };
    let url = super::url(&app, &workspace);
    let mut response = page::ok(&RevealPage {
        page: super::context(&app, &workspace),
        url: url.clone(),
        secret,
        is_elsewhere,
    })?;
    response.headers_mut().insert(no_store.0, no_store.1);
    if opener.is_some()
        && !is_elsewhere
        && let Err(error) = response.add_cookie(&ticket::removal(&app, format!("{url}/reveal")))
    {
        tracing::error!(error = %error, "the reveal cookie could not be taken away");
    }
    Ok(response)
}

/// `HEAD …/webhooks/reveal`: that there is such a page, and nothing else.
pub async fn head(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    super::endpoint(&app, &workspace).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// `POST …/webhooks/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    super::endpoint(&app, &workspace).await?;
    let flash = Flash::good(
        "The signing secret will not be shown again. Send a test event to see that your server believes it.",
    );
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}
