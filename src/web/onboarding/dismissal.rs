//! Putting the first steps away, and bringing them back.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::domain::{App, onboarding};
use crate::error::Result;
use crate::web::extract::Person;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page;

/// `POST /welcome/dismissal`
pub async fn dismiss(app: Data<App>, person: Person, _: Form<Button>) -> Result<HttpResponse> {
    onboarding::dismiss(&app, &person.account).await?;
    let said = Flash::good("The first steps are put away. You find them again in your menu, under Help.".to_owned());
    Ok(page::redirect_with(&app, "/", &said))
}

/// `POST /welcome/dismissal/removal`
pub async fn bring_back(app: Data<App>, person: Person, _: Form<Button>) -> Result<HttpResponse> {
    onboarding::bring_back(&app, &person.account).await?;
    Ok(page::redirect("/welcome"))
}
