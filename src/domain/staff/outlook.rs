//! Why a key would be refused now: asked of the judge that verification asks, with nothing counted.

use crate::domain::App;
use crate::domain::verify::Question;
pub use crate::domain::verify::limits::Used;
pub use crate::domain::verify::records::outlook::Outlook;
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::store;

/// A request to ask about, as somebody writes it down: `GET /api/v1/shipments`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
}

impl Asked {
    /// Reads it; nothing, when nothing is asked, or nothing that is a request. Without a method it is a reading one.
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = match text.trim().split_once(char::is_whitespace) {
            Some((method, path)) => (method, path.trim()),
            None => ("GET", text.trim()),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
        (is_method && path.starts_with('/')).then(|| Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
        })
    }
}

/// What would be answered to this request, or to any that asks for no more than the key may do.
pub(super) async fn of_key(app: &App, key: KeyId, asked: Option<&Asked>) -> Result<Outlook> {
    let db = app.db.reader();
    let digests = store::keys::digests(db, &[key]).await?;
    let digests: Vec<[u8; 32]> = digests.into_iter().map(|(_, digest)| digest).collect();
    let found = store::verification::find(db, &digests).await?;
    let found = found.first().ok_or(AppError::NotFound)?;
    let question = Question {
        method: asked.map(|asked| asked.method.as_str()),
        path: asked.map(|asked| asked.path.as_str()),
        // Nobody says from where: from somewhere that the key may be used from.
        address: found.rights.addresses.an_address(),
        ..Question::default()
    };
    Ok(app.records.outlook(&app.profile, found, &question, app.now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_people_write_it() {
        let asked = |method: &str, path: &str| {
            Some(Asked {
                method: method.to_owned(),
                path: path.to_owned(),
            })
        };
        assert_eq!(Asked::parse(" post  /api/v1/x?y=1 "), asked("POST", "/api/v1/x"));
        assert_eq!(Asked::parse("/api/v1/x"), asked("GET", "/api/v1/x"));
        for nothing in ["", "GET", "GET x", "1 /x", "kh_live_x"] {
            assert_eq!(Asked::parse(nothing), None, "{nothing}");
        }
    }
}
