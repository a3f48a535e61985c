//! `…/embed`: embed mode of a project, or of a workspace that owns its keys itself. A file a page; every member may look.

pub mod disablement;
pub mod overview;
pub mod reveal;
pub mod signing_key;
mod snippets;

use crate::domain::App;
use crate::web::extract::KeysPage;
use crate::web::page::Page;

fn context(app: &App, page: &KeysPage) -> Page {
    page.page_in(app, "embed")
}
