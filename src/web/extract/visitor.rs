//! Anybody: signed in or not.

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::client;
use crate::domain::accounts::Marks;
use crate::domain::{App, accounts};
use crate::error::AppError;
use crate::model::account::Account;
use crate::web::browser::Browser;
use crate::web::device::Device;
use crate::web::extract::{Extracting, app_of};
use crate::web::flash::Flash;
use crate::web::page::{Page, PagePerson};
use crate::web::session;
use crate::web::ways::Ways;

/// Who opens a page: somebody signed in or a stranger.
#[derive(Clone)]
pub struct Visitor {
    pub account: Option<Account>,
    pub session: Session,
    pub browser: Browser,
    pub address: String,
    pub user_agent: String,
    flash: Option<Flash>,
    ways: Option<Data<Ways>>,
    device: Device,
}

impl Visitor {
    /// Loads the account behind the session, if there is one.
    pub async fn load(app: &App, request: &HttpRequest) -> Result<Self, AppError> {
        let mut visitor = Self::nobody(app, request);
        if let Some(id) = session::account_id(&visitor.session) {
            let found = accounts::find(app, id).await?;
            visitor.account = found.filter(|account| session::is_of(&visitor.session, account));
        }
        Ok(visitor)
    }

    /// A visitor of whom nothing is known: for error pages when even the database is gone.
    pub fn nobody(app: &App, request: &HttpRequest) -> Self {
        Self {
            account: None,
            session: request.get_session(),
            browser: Browser::of(request).unwrap_or_else(|| Browser::read_or_new(app, request)),
            address: client::address(request),
            user_agent: client::user_agent(request.headers()).chars().take(200).collect(),
            flash: request.extensions().get::<Flash>().cloned(),
            ways: Ways::of(request).cloned(),
            device: Device::of(request),
        }
    }

    /// Signs an account in: a new session, and a mark in this browser that says so from now on.
    pub fn sign_in(&self, app: &App, account: &Account) -> Result<(), AppError> {
        session::sign_in(&self.session, account, app.now(), &self.address, &self.user_agent)?;
        self.device.mark(app, account);
        Ok(())
    }

    /// The marks of this browser.
    pub fn marks(&self) -> &Marks {
        self.device.marks()
    }

    /// Where `next` leads, if that is a page of ours.
    pub fn way_on(&self, next: &str) -> Option<String> {
        self.ways.as_ref()?.to_page(next)
    }

    /// Where `next` leads; without it `own`, and to the start where it is no page of ours.
    pub fn way_on_or(&self, next: &str, own: String) -> String {
        if next.is_empty() {
            return own;
        }
        self.way_on(next).unwrap_or_else(|| "/".to_owned())
    }

    /// The context of a page outside of any workspace.
    pub fn page(&self, app: &App, section: &'static str) -> Page {
        Page {
            csrf: self.browser.csrf(app, session::account_id(&self.session)),
            person: self.account.as_ref().map(|account| PagePerson {
                email: account.email.to_string(),
                is_staff: account.is_staff(),
            }),
            section,
            flash: self.flash.clone(),
            ..Page::of_nobody(app)
        }
    }
}

impl FromRequest for Visitor {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::load(&*app_of(&request)?, &request).await })
    }
}
