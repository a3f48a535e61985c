//! `/`: the door for strangers, the way on for everybody else.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{App, workspaces};
use crate::error::Result;
use crate::web::extract::Visitor;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
}

/// `GET /`
pub async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    let Some(account) = &visitor.account else {
        return page::ok(&HomePage {
            page: visitor.page(&app, ""),
        });
    };
    let to = match workspaces::list(&app, account).await?.as_slice() {
        [] => "/welcome".to_owned(),
        [only] => format!("/w/{}", only.workspace.slug),
        _ => "/workspaces".to_owned(),
    };
    // What was just said is said where this leads: a redirect leaves the flash alone.
    Ok(page::redirect(&to))
}
