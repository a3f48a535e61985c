//! The cookie by which a browser is known to those who signed in there before: see `domain::accounts::Marks`.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::{HttpMessage, HttpRequest};

use crate::domain::App;
use crate::domain::accounts::Marks;
use crate::model::account::Account;
use crate::web::browser::{cookie, cookie_name};

/// The marks of the browser behind a request, and those that it gets with the answer.
#[derive(Clone, Debug, Default)]
pub struct Device {
    marks: Marks,
    renewed: Rc<RefCell<Option<String>>>,
}

impl Device {
    /// The browser behind a request. `guard` has put it there.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// Reads the cookie.
    pub fn read(app: &App, request: &HttpRequest) -> Self {
        let cookie = request.cookie(&cookie_name(app, "device"));
        Self {
            marks: cookie.map(|cookie| Marks::read(cookie.value())).unwrap_or_default(),
            renewed: Rc::default(),
        }
    }

    /// The marks it came with.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Somebody has signed in.
    pub fn mark(&self, app: &App, account: &Account) {
        *self.renewed.borrow_mut() = Some(self.marks.renewed(app, account));
    }

    /// The cookie to set, where somebody has signed in.
    pub fn cookie(&self, app: &App) -> Option<Cookie<'static>> {
        let marks = self.renewed.take()?;
        Some(cookie(app, "device", marks).max_age(Duration::days(365)).finish())
    }
}
