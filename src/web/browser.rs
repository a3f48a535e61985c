//! A browser's own secret: a random cookie that every browser gets with its first page. Forms are proven with it (CSRF),
//! and reveals are sealed with it. It says nothing about who sits there.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::domain::{App, seal};
use crate::model::ids::AccountId;

/// The secret, and whether it is to be set with the answer.
#[derive(Clone, Debug)]
pub struct Browser {
    secret: SecretString,
    pub is_new: bool,
}

/// The session's account, where forms can see it: a proof made before signing in is not good after it.
#[derive(Clone, Copy, Debug)]
pub struct SessionAccount(pub Option<AccountId>);

impl Browser {
    /// The browser behind a request. `guard` has put it there.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Reads the cookie, or makes a new secret.
    pub fn read_or_new(app: &App, request: &HttpRequest) -> Self {
        let cookie = request.cookie(&cookie_name(app, "browser"));
        match cookie.filter(|cookie| cookie.value().len() == 43 && seal::decode(cookie.value()).is_some()) {
            Some(cookie) => Self {
                secret: SecretString::from(cookie.value()),
                is_new: false,
            },
            None => Self {
                secret: seal::token(&*app.random),
                is_new: true,
            },
        }
    }

    /// For sealing reveals.
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The proof that a form of this browser, for this account, carries.
    pub fn csrf(&self, app: &App, account: Option<AccountId>) -> String {
        let account = account.map_or([0; 16], |id| id.0.into_bytes());
        seal::encode(
            seal::mac(
                &app.master_key.derive("csrf"),
                &[self.secret.expose_secret().as_bytes(), &account],
            )
            .as_slice(),
        )
    }

    /// Whether a form's proof is this browser's.
    pub fn proves(&self, app: &App, account: Option<AccountId>, presented: &str) -> bool {
        !self.is_new && self.csrf(app, account).as_bytes().ct_eq(presented.as_bytes()).into()
    }

    /// The cookie to set.
    pub fn cookie(&self, app: &App) -> Cookie<'static> {
        cookie(app, "browser", self.secret.expose_secret().to_owned())
            .max_age(Duration::days(365))
            .finish()
    }
}

/// A cookie's name: with the `__Host-` prefix (RFC 6265bis, section 4.1.3) wherever the dashboard is served over https.
pub fn cookie_name(app: &App, name: &str) -> String {
    if is_https(app) {
        format!("__Host-keyhatch_{name}")
    } else {
        format!("keyhatch_{name}")
    }
}

/// A cookie for the whole dashboard, unreadable by scripts, never sent along from elsewhere.
pub fn cookie(app: &App, name: &str, value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(cookie_name(app, name), value)
        .path("/")
        .http_only(true)
        .secure(is_https(app))
        // Lax, not Strict: who follows a link from a mail is still signed in. Unsafe methods carry a proof besides.
        .same_site(SameSite::Lax)
}

/// Whether people reach the dashboard over https.
pub fn is_https(app: &App) -> bool {
    app.settings.public_url.starts_with("https://")
}
