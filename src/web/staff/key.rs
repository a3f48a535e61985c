//! `GET /staff/keys/{key}`: one key of a customer.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::staff;
use crate::error::Result;
use crate::web::extract::{KeyPath, StaffPage};
use crate::web::page::{self, Page};
use crate::web::refusals::{self, Shown};
use crate::web::staff::card::{Card, card};
use crate::web::webhooks::words::{self as delivery_words, Line};

#[derive(Template)]
#[template(path = "staff/key.html")]
struct KeyLookUpPage {
    page: Page,
    card: Card,
    last_refusals: Vec<Shown>,
    /// What comes before the id of a request in the address of the page about it.
    requests_url: &'static str,
    webhooks: Vec<Line>,
    /// That these are not all, if they are not.
    refusals_shown: String,
    webhooks_shown: String,
    endpoints_shown: String,
}

/// The page.
pub async fn show(app: Data<App>, desk: StaffPage, key: KeyPath) -> Result<HttpResponse> {
    let mut found = staff::by_id(&app, &desk.staff, key.0).await?;
    let last_refusals = refusals::all_shown(&app, std::mem::take(&mut found.refusals));
    let webhooks = std::mem::take(&mut found.webhooks);
    let totals = found.totals;
    page::ok(&KeyLookUpPage {
        refusals_shown: page::newest(last_refusals.len(), totals.refusals, "refusals"),
        webhooks_shown: page::newest(webhooks.len(), totals.webhooks, "deliveries"),
        endpoints_shown: page::newest(
            found.endpoints_off.len(),
            totals.endpoints_off,
            "endpoints that are off",
        ),
        page: desk.person.page(&app, "staff"),
        card: card(&app, found),
        last_refusals,
        requests_url: "/staff/requests/",
        webhooks: webhooks
            .into_iter()
            .map(|delivery| delivery_words::line(delivery, app.now()))
            .collect(),
    })
}
