//! `/account/sessions`: where somebody is signed in, and ending that.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::App;
use crate::domain::accounts::sessions;
use crate::error::{AppError, Result};
use crate::model::account::SignedIn;
use crate::model::timestamp::plural;
use crate::model::user_agent;
use crate::web::extract::Person;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};
use crate::web::session;

struct Row {
    browser: String,
    is_this: bool,
    session: SignedIn,
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    page: Page,
    rows: Vec<Row>,
}

impl SessionsPage {
    fn count(&self) -> String {
        page::count(self.rows.len() as u64, ["session", "sessions"])
    }
}

/// `GET /account/sessions`
pub async fn list(app: Data<App>, person: Person) -> Result<HttpResponse> {
    let this = session::id(&person.visitor.session);
    let mut rows: Vec<Row> = sessions::list(&app, &person.account)
        .await?
        .into_iter()
        .map(|session| Row {
            browser: user_agent::in_words(&session.user_agent),
            is_this: Some(session.id) == this,
            session,
        })
        .collect();
    rows.sort_by_key(|row| !row.is_this);
    page::ok(&SessionsPage {
        page: person.page(&app, "account"),
        rows,
    })
}

/// `POST /account/sessions/{session}/revocation`
pub async fn revoke(app: Data<App>, person: Person, id: Path<String>, _: Form<Button>) -> Result<HttpResponse> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    sessions::revoke(&app, &person.account, id).await?;
    if session::id(&person.visitor.session) == Some(id) {
        session::sign_out(&person.visitor.session);
        return Ok(page::redirect_with(
            &app,
            "/sign-in",
            &Flash::good("You are signed out."),
        ));
    }
    let flash = Flash::good("That browser is signed out.");
    Ok(page::redirect_with(&app, "/account/sessions", &flash))
}

/// `POST /account/sessions/others/revocation`
pub async fn revoke_others(app: Data<App>, person: Person, _: Form<Button>) -> Result<HttpResponse> {
    let this = session::id(&person.visitor.session);
    let ended = sessions::revoke_others(&app, &person.account, this).await?;
    let ended = plural(i64::try_from(ended).unwrap_or(i64::MAX), "other browser");
    let flash = Flash::good(format!("Signed out: {ended}."));
    Ok(page::redirect_with(&app, "/account/sessions", &flash))
}
