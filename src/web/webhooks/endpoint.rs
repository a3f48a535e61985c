//! The buttons that switch an endpoint of a key off, and on again. They are on the key's page.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::domain::App;
use crate::domain::webhooks::endpoints;
use crate::error::{AppError, Result};
use crate::model::webhook::Endpoint;
use crate::web::extract::{EndpointPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page;

/// `POST …/endpoints/{endpoint}/disablement`
pub async fn disable(app: Data<App>, page: KeysPage, endpoint: EndpointPath, _: Form<Button>) -> Result<HttpResponse> {
    let endpoint = endpoints::switch_off(&app, page.ring.manage_keys()?, endpoint.0).await?;
    let flash = Flash::good("Nothing is sent there until you switch it on again. What was waiting is given up.");
    to_key(&app, &page, &endpoint, &flash)
}

/// `POST …/endpoints/{endpoint}/enablement`
pub async fn enable(app: Data<App>, page: KeysPage, endpoint: EndpointPath, _: Form<Button>) -> Result<HttpResponse> {
    let endpoint = endpoints::switch_on(&app, page.ring.manage_keys()?, endpoint.0).await?;
    let flash = Flash::good("Events go there again. What was given up stays so: send it again one by one.");
    to_key(&app, &page, &endpoint, &flash)
}

fn to_key(app: &App, page: &KeysPage, endpoint: &Endpoint, flash: &Flash) -> Result<HttpResponse> {
    let key = endpoint.key_id.ok_or(AppError::NotFound)?;
    Ok(page::redirect_with(app, &page.key_url(key), flash))
}
