//! A link from a mail that is good no longer: what to do instead.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::error::Result;
use crate::web::extract::Visitor;
use crate::web::page::{self, Page};

/// What a link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Token {
    pub token: String,
}

#[derive(Template)]
#[template(path = "accounts/dead_link.html")]
struct DeadLinkPage<'a> {
    page: Page,
    text: &'a str,
    on: &'a str,
    on_label: &'a str,
}

/// The page; used up, too old and made up are one and the same.
pub fn dead(app: &App, visitor: &Visitor, text: &str, on: &str, on_label: &str) -> Result<HttpResponse> {
    let template = DeadLinkPage {
        page: visitor.page(app, ""),
        text,
        on,
        on_label,
    };
    page::html(StatusCode::GONE, &template)
}
