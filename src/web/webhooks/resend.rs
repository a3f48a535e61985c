//! The button “Send again” of a delivery.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::domain::App;
use crate::domain::webhooks::resend;
use crate::error::Result;
use crate::web::extract::{DeliveryPath, KeysPage};
use crate::web::form::{Button, Form};
use crate::web::page;

/// `POST …/webhooks/{delivery}/resends`
pub async fn submit(app: Data<App>, page: KeysPage, delivery: DeliveryPath, _: Form<Button>) -> Result<HttpResponse> {
    let delivery = resend::resend(&app, page.ring.manage_keys()?, delivery.0).await?;
    Ok(page::redirect(&page.delivery_url(delivery.id)))
}
