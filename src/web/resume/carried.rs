//! What a sign-in form carries along, and sending it on after signing in.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::account::Account;
use crate::web::extract::Visitor;
use crate::web::flash::Flash;
use crate::web::page::{self, Page};

/// What a sign-in form carries along.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Carried {
    /// Where the form was to be sent; empty: nothing is carried.
    pub action: String,
    /// Its fields, as a browser encodes them.
    pub typed: String,
    /// Its proof of origin.
    pub proof: String,
    /// Shows that we put these together, for this browser.
    pub seal: String,
}

impl Carried {
    /// What only this browser can send on, to this action.
    pub(super) fn sealed(app: &App, visitor: &Visitor, action: &str, typed: String, proof: String) -> Self {
        let mut carried = Self {
            action: action.to_owned(),
            typed,
            proof,
            seal: String::new(),
        };
        carried.seal = seal_of(app, visitor, &carried);
        carried
    }
}

#[derive(Template)]
#[template(path = "accounts/resume.html")]
struct ResumePage {
    page: Page,
    action: String,
    fields: Vec<(String, String)>,
}

/// After signing in: the page with the button that sends what was typed; nothing when nothing was carried.
pub fn go_on(app: &App, visitor: &Visitor, account: &Account, carried: Carried) -> Option<Result<HttpResponse>> {
    let seal = seal_of(app, visitor, &carried);
    let is_ours = !carried.action.is_empty() && bool::from(seal.as_bytes().ct_eq(carried.seal.as_bytes()));
    if !is_ours {
        return None;
    }
    if !visitor.browser.proves(app, Some(account.id), &carried.proof) {
        let flash = Flash::note("What was typed here belongs to another account. It was not sent.");
        return Some(Ok(page::redirect_with(app, "/", &flash)));
    }
    let fields = serde_html_form::from_str(&carried.typed).ok()?;
    let mut visitor = visitor.clone();
    visitor.account = Some(account.clone());
    Some(page::ok(&ResumePage {
        page: visitor.page(app, ""),
        action: carried.action,
        fields,
    }))
}

fn seal_of(app: &App, visitor: &Visitor, carried: &Carried) -> String {
    let parts = [
        visitor.browser.expose_secret(),
        &carried.action,
        &carried.typed,
        &carried.proof,
    ];
    let key = app.master_key.derive("resume");
    seal::encode(seal::mac(&key, &parts.map(str::as_bytes)).as_slice())
}
