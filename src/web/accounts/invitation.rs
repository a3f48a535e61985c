//! `/invitations/{token}`: where the link of an invitation leads. A page with a button, because programs that check mails follow links
//! but press nothing. Whoever is not signed in signs in, or makes an account for the address that the mail went to.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::invitations::{self, Asked};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::link;
use crate::web::extract::Visitor;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    /// Of somebody who has no account yet.
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/invitation.html")]
struct InvitationPage {
    page: Page,
    url: String,
    sign_in: String,
    asked: Asked,
    reader: Reader,
    errors: FieldErrors,
}

/// Who looks at it.
enum Reader {
    /// It was sent to them.
    Invited,
    /// It was sent to another address.
    Other(String),
    Nobody,
}

impl Reader {
    fn of(visitor: &Visitor, asked: &Asked) -> Self {
        match &visitor.account {
            None => Self::Nobody,
            Some(account) if account.email.folded() == asked.invitation.email.folded() => Self::Invited,
            Some(account) => Self::Other(account.email.to_string()),
        }
    }
}

/// `GET /invitations/{token}`
pub async fn show(app: Data<App>, visitor: Visitor, token: Path<String>) -> Result<HttpResponse> {
    match invitations::find(&app, &token).await? {
        None => dead(&app, &visitor),
        Some(asked) => render(&app, &visitor, StatusCode::OK, &token, asked, FieldErrors::default()),
    }
}

/// `POST /invitations/{token}/acceptance`
pub async fn accept(
    app: Data<App>,
    visitor: Visitor,
    token: Path<String>,
    form: Form<AcceptForm>,
) -> Result<HttpResponse> {
    let Some(asked) = invitations::find(&app, &token).await? else {
        return dead(&app, &visitor);
    };
    let accepted = match &visitor.account {
        Some(account) => invitations::accept(&app, &asked, account, &visitor.address).await,
        None => join_anew(&app, &visitor, &asked, &form.0.password).await,
    };
    match accepted {
        Ok(()) => {
            let flash = Flash::good(format!("You are a member of {} now.", asked.workspace.name));
            Ok(page::redirect_with(
                &app,
                &format!("/w/{}", asked.workspace.slug),
                &flash,
            ))
        }
        Err(AppError::Invalid(errors)) => {
            render(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, &token, asked, errors)
        }
        Err(AppError::PlanLimit(why)) => {
            let errors = FieldErrors::one("", why);
            render(&app, &visitor, StatusCode::CONFLICT, &token, asked, errors)
        }
        // Of somebody else's: the page says so.
        Err(AppError::Forbidden(_)) => render(
            &app,
            &visitor,
            StatusCode::FORBIDDEN,
            &token,
            asked,
            FieldErrors::default(),
        ),
        Err(AppError::Conflict(_)) => dead(&app, &visitor),
        Err(other) => Err(other),
    }
}

async fn join_anew(app: &App, visitor: &Visitor, asked: &Asked, password: &str) -> Result<()> {
    let account = invitations::accept_as_newcomer(app, asked, password, &visitor.address).await?;
    visitor.sign_in(app, &account)
}

fn render(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    token: &str,
    asked: Asked,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    // It was found by its digest, so it is written as it was made: nothing in it is special in an address.
    let url = format!("/invitations/{token}");
    let template = InvitationPage {
        page: visitor.page(app, ""),
        sign_in: format!("/sign-in?next={url}"),
        url,
        reader: Reader::of(visitor, &asked),
        asked,
        errors,
    };
    page::html(status, &template)
}

fn dead(app: &App, visitor: &Visitor) -> Result<HttpResponse> {
    let text = "It was used already, withdrawn or sent again, it is more than seven days old, or whoever sent it may invite nobody any \
                more. If you have joined, go on to your workspaces. If you have several mails, take the newest; if not, ask for another.";
    link::dead(app, visitor, text, "/workspaces", "Go to your workspaces")
}
