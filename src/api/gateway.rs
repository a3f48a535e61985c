//! Where a proxy in front of the provider's API asks about each request before it lets it through. A good key leaves as
//! headers that the proxy hands on. Come here for what all proxies are told; what each of them sends, and how it wants a
//! refusal, is in its own file.

pub mod envoy;
pub mod forward;
pub mod nginx;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;

use crate::api::errors::{ApiError, Result};
use crate::domain::App;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, ask, inbound};
use crate::error::AppError;
use crate::model::verdict::Verdict;

/// How much there is to say.
const VALUES: usize = 7;

/// What the proxy hands on, in this order. Whatever of it a client sends itself is overwritten: every one is always there.
pub const IDENTITY: [HeaderName; VALUES] = [
    HeaderName::from_static("x-keyhatch-key-id"),
    HeaderName::from_static("x-keyhatch-workspace"),
    HeaderName::from_static("x-keyhatch-project"),
    HeaderName::from_static("x-keyhatch-environment"),
    HeaderName::from_static("x-keyhatch-type"),
    HeaderName::from_static("x-keyhatch-scopes"),
    HeaderName::from_static("x-keyhatch-display-prefix"),
];

/// What an inbound token is for, beside the identity of the key that owns it. Where the profile has inbound webhooks it is always
/// there too: with nothing in it, when the request was judged by a key.
pub const TEMPLATE: HeaderName = HeaderName::from_static("x-keyhatch-template");

/// The values of [`IDENTITY`].
pub type Identity = [HeaderValue; VALUES];

/// Where a proxy writes the request that it holds.
struct Held {
    method: HeaderName,
    path: HeaderName,
    /// What to say when one of them is not there, or is there twice.
    missing: &'static str,
}

impl Held {
    /// The same question about the request that the proxy holds.
    fn asked<'a>(&self, headers: &'a HeaderMap, question: Question<'a>) -> Result<Question<'a>> {
        let only = |name: &HeaderName| {
            let mut values = headers.get_all(name);
            match (values.next(), values.next()) {
                (Some(value), None) => value.to_str().ok(),
                _ => None,
            }
        };
        match (only(&self.method), only(&self.path)) {
            (Some(method), Some(path)) => Ok(Question {
                method: Some(method),
                path: Some(path),
                ..question
            }),
            _ => Err(AppError::BadRequest(self.missing).into()),
        }
    }
}

/// Lets a request through, or says why not.
async fn judge(app: &App, question: &Question<'_>) -> Result<HttpResponse> {
    let verdict = match inbound::presented(&app.profile, question) {
        Some(token) => inbound::ask(app, token, question, identity_for).await?,
        None => ask(app, question, |granted| identity_for(granted, "")).await?,
    };
    match verdict {
        Verdict::Refused(refused) => Err(ApiError::Refused(refused.refusal)),
        Verdict::Allowed((identity, template)) => {
            let mut answer = HttpResponse::Ok();
            for pair in IDENTITY.into_iter().zip(identity) {
                answer.insert_header(pair);
            }
            if app.profile.inbound.is_some() {
                answer.insert_header((TEMPLATE, template));
            }
            Ok(answer.finish())
        }
    }
}

fn identity_for(granted: &Granted<'_>, template: &str) -> (Identity, HeaderValue) {
    // Letters, digits and the like: see `model::inbound::Template`.
    let template = HeaderValue::from_str(template).unwrap_or_else(|_| HeaderValue::from_static(""));
    (identity(granted), template)
}

/// Who a good key speaks for.
pub fn identity(granted: &Granted<'_>) -> Identity {
    // All values in one piece of memory, which they share.
    let mut text = Vec::with_capacity(256);
    let mut ends = [0; VALUES];
    let mut id = uuid::Uuid::encode_buffer();
    let mut put = |place: usize, value: &str| {
        text.extend_from_slice(value.as_bytes());
        ends[place] = text.len();
    };
    put(0, granted.key_id.0.hyphenated().encode_lower(&mut id));
    put(1, granted.tenant.workspace.id.0.hyphenated().encode_lower(&mut id));
    let project = granted.tenant.project.as_ref();
    put(
        2,
        project.map_or("", |project| project.id.0.hyphenated().encode_lower(&mut id)),
    );
    put(3, granted.environment.as_str());
    put(4, granted.type_id);
    for (place, scope) in granted.scopes.iter().enumerate() {
        if place > 0 {
            put(5, " ");
        }
        put(5, scope);
    }
    if granted.scopes.is_empty() {
        put(5, "");
    }
    put(6, granted.display_prefix);
    let text = Bytes::from(text);
    let mut start = 0;
    ends.map(|end| {
        let value = text.slice(start..end);
        start = end;
        // Ids, words of the profile and the beginning of a key: all are ASCII without control characters.
        HeaderValue::from_maybe_shared(value).unwrap_or_else(|_| HeaderValue::from_static(""))
    })
}
