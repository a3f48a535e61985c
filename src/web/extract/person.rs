//! Somebody signed in; and somebody of the support staff.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::access::desk::Staff;
use crate::error::AppError;
use crate::model::account::Account;
use crate::web::extract::{Extracting, Visitor, app_of};
use crate::web::page::Page;
use crate::web::session;

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    pub account: Account,
    pub visitor: Visitor,
}

impl Person {
    /// The context of a page outside of any workspace.
    pub fn page(&self, app: &App, section: &'static str) -> Page {
        self.visitor.page(app, section)
    }

    /// Who acts.
    pub fn by(&self) -> By {
        By::person(&self.account, &self.visitor.address)
    }

    /// Refuses when the password was given too long ago for showing or rotating a secret.
    pub fn require_fresh(&self, app: &App) -> Result<(), AppError> {
        if session::is_fresh(&self.visitor.session, app.now()) {
            Ok(())
        } else {
            Err(AppError::SignInTooOld)
        }
    }
}

impl FromRequest for Person {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        Box::pin(async move {
            let visitor = visitor.await?;
            let account = visitor.account.clone().ok_or(AppError::Unauthenticated)?;
            Ok(Self { account, visitor })
        })
    }
}

/// Somebody at the support desk; to everybody else it does not exist, signed in or not.
#[derive(Clone)]
pub struct StaffPage {
    pub person: Person,
    pub staff: Staff,
}

impl FromRequest for StaffPage {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            app_of(&request)?;
            let person = person.await.map_err(|error| match error {
                AppError::Unauthenticated => AppError::NotFound,
                other => other,
            })?;
            let staff = Staff::enter(&person.account, &person.visitor.address)?;
            Ok(Self { person, staff })
        })
    }
}
