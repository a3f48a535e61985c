//! `/account`

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::mail::outbox;
use crate::domain::{App, accounts};
use crate::error::Result;
use crate::model::account::{Account, AccountEvent};
use crate::model::audit::Action;
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
    /// What support looked at and did, newest first.
    record: Vec<Line>,
}

struct Line {
    what: String,
    event: AccountEvent,
}

/// `GET /account`
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    let undelivered = outbox::undelivered(&app, &person.account.email).await?;
    let record = accounts::record(&app, &person.account).await?.into_iter();
    let line = |event: AccountEvent| Line {
        what: Action::sentence(&event.action).to_owned(),
        event,
    };
    page::ok(&AccountPage {
        undelivered,
        record: record.map(line).collect(),
        page: person.page(&app, "account"),
        account: person.account,
    })
}
