//! `GET /welcome`: from nothing to a first call, one step at a time. Each form is the one of its own page, which leads
//! back here.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::onboarding::{self, Further, Step, Steps};
use crate::error::Result;
use crate::model::key::Key;
use crate::model::role::{Deed, Role};
use crate::profile::KeyOwner;
use crate::web::extract::Person;
use crate::web::keys::snippets::{self, Call, Examples, KeyFrom};
use crate::web::keys::words::shown_prefix;
use crate::web::onboarding::received::{Received, received};
use crate::web::page::{self, Page};
use crate::web::webhooks;

#[derive(Template)]
#[template(path = "onboarding/welcome.html")]
struct WelcomePage {
    page: Page,
    steps: Steps,
    workspace_url: String,
    /// Where the first key is made; empty while there is no place for it.
    new_key_url: String,
    /// The keys' list; empty while there is no place for them.
    keys_url: String,
    environment: &'static str,
    /// Whether a key can have webhooks here.
    has_webhooks: bool,
    /// How the key of this walk is shown.
    key_prefix: String,
    /// The environment variable that the examples read it from.
    variable: String,
    examples: Examples,
    /// The key that was used last, and how.
    received: Option<Received>,
    /// The steps are put away.
    is_away: bool,
}

/// The page.
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    let mut steps = onboarding::steps(&app, &person.account).await?;
    steps.given.retain(|key| has_first_name(&app, key));
    let environment = onboarding::first_environment(&app).as_str();
    let keys_url = keys_url(&app, &steps);
    let new_key_url = match keys_url.as_str() {
        "" => String::new(),
        url => format!("{url}/new?environment={environment}&name=First+key"),
    };
    let received = steps.used.as_ref().and_then(|key| received(&app, key));
    let workspace = steps.workspace.as_ref();
    let variable = snippets::variable(&app, "API_KEY");
    page::ok(&WelcomePage {
        page: person.page(&app, "welcome"),
        workspace_url: workspace.map_or_else(String::new, |found| format!("/w/{}", found.workspace.slug)),
        new_key_url,
        keys_url,
        environment,
        has_webhooks: webhooks::are_signed(&app.profile),
        key_prefix: steps
            .key
            .as_ref()
            .map_or_else(String::new, |key| shown_prefix(&app, key)),
        // The key itself is in a variable, so that it stays out of the page.
        examples: Call::me(&app).examples(KeyFrom::Variable(&variable)),
        variable,
        received,
        is_away: person.account.welcome_dismissed_at.is_some(),
        steps,
    })
}

/// Whether it still is called like its type, as the keys are that come with an account.
fn has_first_name(app: &App, key: &Key) -> bool {
    let label = app
        .profile
        .key_type(&key.type_id)
        .map_or("", |key_type| &key_type.label);
    let rest = key.name.strip_prefix(label);
    rest.is_some_and(|rest| rest.is_empty() || rest == format!(" ({})", key.environment))
}

fn keys_url(app: &App, steps: &Steps) -> String {
    let Some(membership) = &steps.workspace else {
        return String::new();
    };
    let workspace = format!("/w/{}", membership.workspace.slug);
    match (&steps.project, app.profile.api.keys_belong_to) {
        (Some(project), KeyOwner::Project) => format!("{workspace}/p/{}/keys", project.slug),
        (None, KeyOwner::Project) => String::new(),
        (_, KeyOwner::Workspace) => format!("{workspace}/keys"),
    }
}

impl WelcomePage {
    fn heading(&self) -> String {
        match &self.steps.workspace {
            Some(membership) if self.steps.is_joined => format!("Find your way in {}", membership.workspace.name),
            _ => "Make your first request".to_owned(),
        }
    }

    fn lead(&self) -> &'static str {
        match self.steps.is_joined {
            true => "What there is, and what you may do. What you have done stays done.",
            false => "A few steps, about three minutes. What you have done stays done.",
        }
    }

    /// Before the name of the role.
    fn article(&self) -> &'static str {
        let role = self.steps.workspace.as_ref().map(|membership| membership.role);
        match role {
            Some(Role::Owner | Role::Admin) => "an",
            _ => "a",
        }
    }

    /// Of a step of the provider's.
    fn state_of(&self, further: &Further) -> &'static str {
        match further.is_done {
            None => "open",
            Some(true) => "done",
            Some(false) => "todo",
        }
    }

    /// Where a step of the provider's leads, for people.
    fn link_text(&self, further: &Further) -> String {
        let link = &further.step.link;
        match url::Url::parse(link) {
            Ok(url) => url.host_str().unwrap_or(link).to_owned(),
            Err(_) => "Go there".to_owned(),
        }
    }

    fn state(&self, step: Step) -> &'static str {
        self.steps.state_of(step)
    }

    fn is_current(&self, step: Step) -> bool {
        self.steps.current() == Some(step)
    }

    /// The key of this walk, if its webhooks can be signed.
    fn key_with_secret(&self) -> Option<&Key> {
        self.steps.key.as_ref().filter(|key| key.has_signing_secret)
    }

    /// Whether something may arrive while the page is open. (Nothing is typed in these steps that looking again could lose.)
    fn waits(&self) -> bool {
        matches!(self.steps.current(), Some(Step::FirstCall | Step::Webhook))
    }

    /// Where it is told that something has.
    fn events(&self) -> &'static str {
        match self.steps.current() {
            Some(Step::FirstCall) => "/welcome/first-request",
            _ => "",
        }
    }

    /// What has arrived, for people who hear the page.
    fn say(&self) -> String {
        match (&self.received, &self.steps.delivered) {
            (Some(_), Some(_)) => "Your first webhook has arrived.".to_owned(),
            (Some(Received { last, .. }), None) => {
                format!("Received {} UTC from {}.", last.at.time_of_day(), last.address)
            }
            (None, _) => String::new(),
        }
    }

    fn may_create_project(&self) -> bool {
        let role = self.steps.workspace.as_ref().map(|membership| membership.role);
        role.is_some_and(|role| role.may(Deed::ManageProjects))
    }
}
