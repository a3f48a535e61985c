//! Flashes: one sentence that survives one redirect, in a cookie that only we can write.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use subtle::ConstantTimeEq;

use crate::domain::{App, seal};
use crate::web::browser::{cookie, cookie_name};

/// A sentence and its tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// `good`, `bad` or `note`.
    pub tone: &'static str,
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: "good",
            text: text.into(),
        }
    }

    /// Something to know.
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            tone: "note",
            text: text.into(),
        }
    }

    /// Something could not be done.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: "bad",
            text: text.into(),
        }
    }

    /// The cookie that carries it.
    pub fn cookie(&self, app: &App) -> Cookie<'static> {
        let content = seal::encode(format!("{}:{}", self.tone, self.text).as_bytes());
        let value = format!("{content}.{}", signature(app, &content));
        cookie(app, "flash", value).max_age(Duration::minutes(5)).finish()
    }

    /// Reads it from a request.
    pub fn read(app: &App, request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(&cookie_name(app, "flash"))?;
        let (content, presented) = cookie.value().split_once('.')?;
        if !bool::from(signature(app, content).as_bytes().ct_eq(presented.as_bytes())) {
            return None;
        }
        let text = String::from_utf8(seal::decode(content)?).ok()?;
        let (tone, text) = text.split_once(':')?;
        let tone = ["good", "bad", "note"].into_iter().find(|known| *known == tone)?;
        Some(Self {
            tone,
            text: text.to_owned(),
        })
    }

    /// The cookie that takes it away.
    pub fn removal(app: &App) -> Cookie<'static> {
        cookie(app, "flash", String::new()).max_age(Duration::ZERO).finish()
    }
}

fn signature(app: &App, content: &str) -> String {
    seal::encode(seal::mac(&app.master_key.derive("flash"), &[content.as_bytes()]).as_slice())
}
