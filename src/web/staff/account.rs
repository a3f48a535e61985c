//! `GET /staff/accounts/{id}`: a person, where they are signed in, and what keeps them from it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::App;
use crate::domain::mail::outbox::Troubled;
use crate::domain::staff::account::{self, Seen, SeenAccount, Unconfirmed};
use crate::error::{AppError, Result};
use crate::model::account::{Account, SignedIn};
use crate::model::staff::StaffRole;
use crate::model::timestamp::Timestamp;
use crate::model::user_agent;
use crate::web::extract::StaffPage;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    throttled_until: Option<Timestamp>,
    /// What the role of whoever looks allows.
    may_act: bool,
    sessions: Vec<Session>,
    mails: Vec<Mail>,
    workspaces: Vec<Place>,
}

#[derive(Template)]
#[template(path = "staff/sign_up.html")]
struct SignUpPage {
    page: Page,
    sign_up: Unconfirmed,
    may_act: bool,
    mails: Vec<Mail>,
}

struct Session {
    browser: String,
    session: SignedIn,
}

struct Mail {
    what: &'static str,
    mail: Troubled,
}

struct Place {
    name: String,
    slug: String,
    url: String,
    role: &'static str,
    is_suspended: bool,
}

/// The page.
pub async fn show(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let page = desk.person.page(&app, "staff");
    let may_act = desk.staff.may(StaffRole::Act);
    match account::look(&app, &desk.staff, id).await? {
        Seen::Account(seen) => page::ok(&account_page(page, may_act, *seen)),
        Seen::SignUp(seen) => page::ok(&SignUpPage {
            page,
            may_act,
            sign_up: seen.sign_up,
            mails: mails(seen.mails),
        }),
    }
}

fn account_page(page: Page, may_act: bool, seen: SeenAccount) -> AccountPage {
    let sessions = seen.sessions.into_iter().map(|session| Session {
        browser: user_agent::in_words(&session.user_agent),
        session,
    });
    let workspaces = seen.workspaces.into_iter().map(|membership| Place {
        url: format!("/staff/workspaces/{}", membership.workspace.id),
        role: membership.role.label(),
        is_suspended: membership.workspace.suspended_at.is_some(),
        name: membership.workspace.name,
        slug: membership.workspace.slug,
    });
    AccountPage {
        page,
        may_act,
        account: seen.account,
        throttled_until: seen.throttled_until,
        sessions: sessions.collect(),
        mails: mails(seen.mails),
        workspaces: workspaces.collect(),
    }
}

fn mails(troubled: Vec<Troubled>) -> Vec<Mail> {
    let mail = |mail: Troubled| Mail {
        what: what(&mail.kind),
        mail,
    };
    troubled.into_iter().map(mail).collect()
}

/// What a mail is about.
fn what(kind: &str) -> &'static str {
    match kind {
        "confirm_email" => "Confirm the address",
        "already_registered" => "There is an account already",
        "reset_password" => "Reset the password",
        "password_changed" => "The password was changed",
        "endpoint_off" => "A webhook endpoint is off",
        "key_compromised" => "A key is compromised",
        "key_leaked" => "A key leaked",
        "keys_end" => "Keys expire soon",
        "keys_stopped" => "Keys are stopped",
        "key_health" => "Keys that need attention",
        "invitation" => "An invitation",
        _ => "Another mail",
    }
}
