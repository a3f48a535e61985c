//! `/staff`: finding what a customer speaks of. What is typed travels in a body, never in an address: it may be a whole key, and
//! addresses are written down everywhere.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::refused_requests;
use crate::domain::staff::{self, Answer, Called, Lists, Looked, Refused, Typed};
use crate::error::{FieldErrors, Result};
use crate::model::key_format::KeyText;
use crate::model::request_id::RequestId;
use crate::model::spoken::LEAST;
use crate::model::workspace::Workspace;
use crate::web::extract::StaffPage;
use crate::web::page::{self, Page};
use crate::web::staff::card::{Card, card};
use crate::web::staff::form::{LookUp, StaffForm};

#[derive(Template)]
#[template(path = "staff/desk.html")]
struct DeskPage {
    page: Page,
    /// What was typed, where it is safe to show again.
    prefix: String,
    errors: FieldErrors,
    whole_key: bool,
    /// That nobody has the email address that was looked for.
    nobody: bool,
    /// What was found; none when no key was looked for.
    cards: Option<Vec<Card>>,
    /// That these are not all, if they are not.
    shown: String,
    /// Of the near ones, that these are not all, if they are not.
    near_shown: String,
    /// Those that are called exactly so first.
    workspaces: Vec<Row>,
    are_more_workspaces: bool,
}

/// A workspace to choose.
struct Row {
    workspace: Workspace,
    url: String,
    plan: String,
    /// Its name goes on.
    is_beginning: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Question {
    q: String,
}

/// `GET /staff`. `?q=`, from whoever links here, fills the field in, and looks nothing up: that is for the person to do.
pub async fn show(app: Data<App>, desk: StaffPage, request: HttpRequest) -> Result<HttpResponse> {
    let asked: Question = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let mut page = desk_page(&app, &desk);
    match staff::may_be_shown(&app.profile, &KeyText::presented(asked.q.clone())) {
        Ok(true) => asked.q.trim().clone_into(&mut page.prefix),
        Ok(false) => {}
        Err(refused) => page.whole_key = refused == Refused::WholeKey,
    }
    page::ok(&page)
}

/// `GET /staff/lookups`: where a reload of the answer ends.
pub async fn again(_: StaffPage) -> Result<HttpResponse> {
    Ok(page::redirect("/staff"))
}

/// `POST /staff/lookups`
pub async fn submit(app: Data<App>, look_up: StaffForm<LookUp>) -> Result<HttpResponse> {
    let StaffForm { desk, form } = look_up;
    let text = form.display_prefix.expose_secret();
    // What a request is called is no secret, and has a page with an address.
    let is_named = async |id: &RequestId| refused_requests::is_on_record(&app, &desk.staff, id).await;
    let id = match RequestId::spoken(text) {
        Some(id) => Some(id),
        // Proxies write what could be something else, too.
        None => match RequestId::by_proxy(text.trim()) {
            Some(id) if is_named(&id).await? => Some(id),
            _ => None,
        },
    };
    if let Some(id) = id {
        return Ok(page::redirect(&format!("/staff/requests/{id}")));
    }
    let typed = KeyText::presented(text.to_owned());
    let mut answer = desk_page(&app, &desk);
    match staff::find(&app, &desk.staff, &typed).await? {
        Answer::Person(id) => Ok(page::redirect(&format!("/staff/accounts/{id}"))),
        Answer::Workspace(id) => Ok(page::redirect(&format!("/staff/workspaces/{id}"))),
        Answer::NoPerson => {
            answer.nobody = true;
            text.trim().clone_into(&mut answer.prefix);
            page::ok(&answer)
        }
        Answer::Lists(lists) => {
            let Lists { keys, workspaces } = *lists;
            match keys {
                Some(looked) => answer.takes_keys(&app, looked),
                // The beginning of a name that there is.
                None => text.trim().clone_into(&mut answer.prefix),
            }
            answer.takes_workspaces(&app, workspaces);
            page::ok(&answer)
        }
        Answer::Refused(refused) => {
            answer.whole_key = refused == Refused::WholeKey;
            answer.errors = FieldErrors::one("display_prefix", words(&refused));
            if let Refused::TooShort { typed, .. } = refused {
                answer.prefix = showable(typed);
            }
            page::unprocessable(&answer)
        }
    }
}

fn desk_page(app: &App, desk: &StaffPage) -> DeskPage {
    DeskPage {
        page: desk.person.page(app, "staff"),
        prefix: String::new(),
        errors: FieldErrors::default(),
        whole_key: false,
        nobody: false,
        cards: None,
        shown: String::new(),
        near_shown: String::new(),
        workspaces: Vec::new(),
        are_more_workspaces: false,
    }
}

fn showable(typed: Typed) -> String {
    if typed.is_showable { typed.prefix } else { String::new() }
}

fn words(refused: &Refused) -> String {
    match refused {
        Refused::Empty => "Enter what the customer reads to you.".to_owned(),
        Refused::TooShort { least, .. } => {
            format!(
                "No workspace is called like this. Of a display prefix, enter all {least} characters, or at least {LEAST} of those after \
                 its fixed beginning."
            )
        }
        Refused::WholeKey => "Enter the display prefix only.".to_owned(),
        Refused::NotAPrefix => {
            "This is no display prefix, and no workspace is called like this. Ask for the beginning of the key, as the list of keys shows \
             it, or for the X-Request-Id of an answer (req_…)."
                .to_owned()
        }
        Refused::Email => "Nobody has this email address.".to_owned(),
        Refused::Words => {
            "No workspace is called like this, and no key is written like this. Ask for the display prefix of the key, or for its id."
                .to_owned()
        }
    }
}

impl DeskPage {
    fn takes_keys(&mut self, app: &App, looked: Looked) {
        self.prefix = showable(looked.typed);
        self.shown = page::newest(looked.found.len(), looked.total, "keys");
        self.near_shown = page::first(looked.near.len(), looked.near_total, "near keys");
        let exact = looked.found.into_iter().map(|found| card(app, found));
        let near = looked.near.into_iter().map(|found| Card {
            is_near: true,
            ..card(app, found)
        });
        self.cards = Some(exact.chain(near).collect());
    }

    fn takes_workspaces(&mut self, app: &App, called: Called) {
        let row = |workspace: Workspace, is_beginning| Row {
            url: format!("/staff/workspaces/{}", workspace.id),
            plan: app
                .profile
                .plan(&workspace.plan)
                .map_or_else(|| workspace.plan.clone(), |plan| plan.label.clone()),
            is_beginning,
            workspace,
        };
        let exact = called.exact.into_iter().map(|workspace| row(workspace, false));
        let beginning = called.beginning.into_iter().map(|workspace| row(workspace, true));
        self.workspaces = exact.chain(beginning).collect();
        self.are_more_workspaces = called.are_more;
    }

    fn hint(&self) -> String {
        format!(
            "A key’s display prefix as you hear it, spelled or not ({LEAST} characters after its fixed beginning are enough); the id of a \
             key or of a request; an email address; a workspace."
        )
    }

    fn exact(&self) -> usize {
        let cards = self.cards.as_ref();
        cards.map_or(0, |cards| cards.iter().filter(|card| !card.is_near).count())
    }

    fn near(&self) -> usize {
        self.cards.as_ref().map_or(0, |cards| cards.len() - self.exact())
    }

    /// Whether there is anything to say about keys: not where what was typed names a workspace alone.
    fn is_about_keys(&self) -> bool {
        self.exact() + self.near() > 0 || self.workspaces.is_empty()
    }

    fn workspaces_found(&self) -> String {
        let exact = self.workspaces.iter().filter(|row| !row.is_beginning).count();
        let all = page::count(self.workspaces.len() as u64, ["workspace", "workspaces"]);
        match exact {
            _ if self.are_more_workspaces => format!("The first {all}. Enter more of the name."),
            0 => format!("No workspace is called exactly this. Near it: {all}."),
            _ => format!("{all} found"),
        }
    }
}
