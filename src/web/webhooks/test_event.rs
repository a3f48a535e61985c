//! The button “Send a test event” of a key: it ends where one sees the event arrive.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::domain::webhooks::send_test;
use crate::domain::{App, keys};
use crate::error::{AppError, Result};
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page;

/// `POST …/keys/{key}/test-events`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, _: Form<Button>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let sent = send_test::send_test(&app, proof, key.id).await;
    let why_not = match sent {
        Ok(delivery) => return Ok(page::redirect(&page.delivery_url(delivery.id))),
        Err(AppError::Conflict(why)) => why,
        Err(AppError::Invalid(_)) if key.webhook_url.is_none() => {
            "This key has no webhook URL yet. Edit the key and give it one.".to_owned()
        }
        Err(AppError::Invalid(errors)) => errors.get("url").to_owned(),
        Err(other) => return Err(other),
    };
    let to = page.key_url(key.id);
    Ok(page::redirect_with(&app, &to, &Flash::bad(why_not)))
}
