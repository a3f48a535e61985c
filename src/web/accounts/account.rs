//! `/account`

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::error::Result;
use crate::model::account::Account;
use crate::web::extract::Person;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
}

/// `GET /account`
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    page::ok(&AccountPage {
        page: person.page(&app, "account"),
        account: person.account,
    })
}
