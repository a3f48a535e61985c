//! `/w/{workspace}/p/{project}/leaked-keys`: what is done with a key of this project that is reported as leaked.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::leaks::rule;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::leak::LeakAction;
use crate::model::role::Deed;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rule {
    action: String,
}

#[derive(Template)]
#[template(path = "keys/leaks.html")]
struct RulePage {
    page: Page,
    url: String,
    /// The word of what is chosen; empty: as the API says.
    chosen: String,
    of_api: &'static str,
    errors: FieldErrors,
    may_change: bool,
    /// Whether GitHub reports what it finds.
    is_told_by_github: bool,
}

impl RulePage {
    fn is(&self, action: &str) -> bool {
        self.chosen == action
    }
}

/// `GET …/leaked-keys`
pub async fn show(app: Data<App>, page: KeysPage) -> Result<HttpResponse> {
    let said = rule::said(&app, page.ring.read_keys()).await?;
    let chosen = said.map_or("", LeakAction::as_str).to_owned();
    page::ok(&rule_page(&app, &page, chosen, FieldErrors::default()))
}

/// `POST …/leaked-keys`
pub async fn submit(app: Data<App>, page: KeysPage, form: Form<Rule>) -> Result<HttpResponse> {
    let standing = &page.workspace.standing;
    let chosen = form.0.action;
    let action = match chosen.as_str() {
        "" => Ok(None),
        word => word.parse::<LeakAction>().map(Some),
    };
    let saved = match (action, &page.ring.project) {
        (Ok(action), Some(project)) => rule::set_for_project(&app, standing.manage_projects()?, project, action).await,
        (Ok(action), None) => rule::set_for_workspace(&app, standing.manage_workspace()?, action).await,
        (Err(_), _) => {
            standing.manage_projects()?;
            Err(AppError::invalid("action", "Choose one of these."))
        }
    };
    match saved {
        Ok(()) => Ok(page::redirect_with(&app, &url(&page), &Flash::good("Saved."))),
        Err(AppError::Invalid(errors)) => page::unprocessable(&rule_page(&app, &page, chosen, errors)),
        Err(other) => Err(other),
    }
}

fn url(page: &KeysPage) -> String {
    format!("{}/leaked-keys", page.base_url())
}

fn rule_page(app: &App, page: &KeysPage, chosen: String, errors: FieldErrors) -> RulePage {
    RulePage {
        page: page.page_in(app, "settings"),
        url: url(page),
        chosen,
        of_api: match app.profile.leaks.action {
            LeakAction::Notify => "its people are told",
            LeakAction::Disable => "it is disabled",
            LeakAction::Revoke => "it is refused for good",
        },
        errors,
        is_told_by_github: app.profile.leaks.github_keys.is_some(),
        may_change: page.workspace.standing.may(Deed::ManageProjects),
    }
}
