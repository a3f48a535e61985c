//! `POST /sign-out`

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::domain::App;
use crate::error::Result;
use crate::web::extract::Visitor;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::{page, session};

/// Ends this browser's session. Without one there is nothing to do.
pub async fn submit(app: Data<App>, visitor: Visitor, _: Form<Button>) -> Result<HttpResponse> {
    session::sign_out(&visitor.session);
    Ok(page::redirect_with(
        &app,
        "/sign-in",
        &Flash::good("You are signed out."),
    ))
}
