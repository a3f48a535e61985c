//! Where a proxy in front of the provider's API asks about each request before it lets it through. A good key leaves as
//! headers that the proxy hands on. Come here for what all proxies are told; what each of them sends, and how it wants a
//! refusal, is in its own file.

pub mod envoy;
pub mod forward;
pub mod nginx;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::api::cors;
use crate::api::errors::{ApiError, Result};
use crate::domain::App;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, ask, inbound, priced};
use crate::error::AppError;
use crate::model::verdict::Verdict;
use crate::profile::Profile;

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

/// Whom a token is about. Where the profile has `[jwt]` it is always there, empty for a key; elsewhere never.
pub const SUBJECT: HeaderName = HeaderName::from_static("x-keyhatch-subject");

/// What a header says where there is nothing to say.
const NOTHING: HeaderValue = HeaderValue::from_static("");

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
async fn judge(app: &App, question: Question<'_>, headers: &HeaderMap) -> Result<HttpResponse> {
    if is_preflight(&app.profile, &question, headers) {
        return Ok(let_through(app, nobody()));
    }
    let question = priced(app, question, None);
    let verdict = match inbound::presented(&app.profile, &question) {
        Some(token) => inbound::ask(app, token, &question, Told::of).await?,
        None => ask(app, &question, |granted| Told::of(granted, "")).await?,
    };
    match verdict {
        Verdict::Refused(refused) => Err(ApiError::Refused(refused.refusal)),
        Verdict::Allowed(told) => Ok(let_through(app, told)),
    }
}

/// What a proxy is told of a good request.
struct Told {
    identity: Identity,
    subject: HeaderValue,
    template: HeaderValue,
}

impl Told {
    fn of(granted: &Granted<'_>, template: &str) -> Self {
        Self {
            identity: identity(granted),
            subject: granted.subject.map_or(NOTHING, value),
            template: value(template),
        }
    }
}

fn let_through(app: &App, told: Told) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    for pair in IDENTITY.into_iter().zip(told.identity) {
        answer.insert_header(pair);
    }
    if app.tokens.is_some() {
        answer.insert_header((SUBJECT, told.subject));
    }
    if app.profile.inbound.is_some() {
        answer.insert_header((TEMPLATE, told.template));
    }
    answer.finish()
}

/// Whether a browser asks, for a page of another origin, what it may send. Browsers send no key with that: it is for the API
/// to answer, where the profile has keys for web pages, and comes from nobody. What is closed to every key stays closed.
pub fn is_preflight(profile: &Profile, question: &Question<'_>, headers: &HeaderMap) -> bool {
    let (None, Some("OPTIONS"), Some(path)) = (question.credential, question.method, question.path) else {
        return false;
    };
    if !cors::is_for(profile) {
        return false;
    }
    let Some(asked) = cors::asked_method(headers) else {
        return false;
    };
    profile
        .route_of(asked, path)
        .is_ok_and(|route| route.is_none_or(|route| !route.closed))
}

/// Nobody in particular: everything is there, and empty.
fn nobody() -> Told {
    Told {
        identity: [const { NOTHING }; VALUES],
        subject: NOTHING,
        template: NOTHING,
    }
}

/// Who a good key speaks for.
pub fn identity(granted: &Granted<'_>) -> Identity {
    let mut key = uuid::Uuid::encode_buffer();
    let key = granted.key_id.0.hyphenated().encode_lower(&mut key);
    let project = granted.tenant.project.as_ref();
    let prefix = granted.display_prefix;
    [
        granted.subject.map_or_else(|| value(key), |_| NOTHING),
        value(&granted.tenant.workspace.id_text),
        project.map_or(NOTHING, |project| value(&project.id_text)),
        HeaderValue::from_static(granted.environment.as_str()),
        value(granted.type_id),
        value(&granted.scopes.join(" ")),
        HeaderValue::try_from([prefix.common, prefix.own].concat()).unwrap_or(NOTHING),
    ]
}

/// Ids, words of the profile, the beginning of a key, subjects (see `domain::verify::tokens`), templates (see
/// `model::inbound::Template`): all are ASCII without control characters.
fn value(text: &str) -> HeaderValue {
    if text.is_empty() {
        return NOTHING;
    }
    HeaderValue::from_str(text).unwrap_or(NOTHING)
}
