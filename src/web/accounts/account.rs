//! `/account`

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::mail::outbox;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::timestamp::Timestamp;
use crate::web::extract::Person;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    /// When the last mail to this person could not be delivered.
    undelivered: Option<Timestamp>,
}

/// `GET /account`
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    let undelivered = outbox::undelivered(&app, &person.account.email).await?;
    page::ok(&AccountPage {
        undelivered,
        page: person.page(&app, "account"),
        account: person.account,
    })
}
