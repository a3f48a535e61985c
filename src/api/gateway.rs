//! Where a proxy in front of the provider's API asks about each request before it lets it through. A good key leaves as
//! headers that the proxy passes on. Come here for what all proxies are told; what each of them sends, and how it wants a
//! refusal, is in its own file.

pub mod envoy;
pub mod forward;
pub mod nginx;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::api::cors;
use crate::api::errors::{ApiError, Result};
use crate::api::values::{self, NOTHING, Values};
use crate::domain::App;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, ask, inbound, priced};
use crate::error::AppError;
use crate::model::verdict::Verdict;
use crate::profile::{Place, Profile, Unmatched};

/// What the proxy passes on, in this order. Whatever of it a client sends itself is overwritten: every one is always there.
pub const IDENTITY: [HeaderName; 7] = [
    HeaderName::from_static("x-keyhatch-key-id"),
    HeaderName::from_static("x-keyhatch-workspace"),
    HeaderName::from_static("x-keyhatch-project"),
    HeaderName::from_static("x-keyhatch-environment"),
    HeaderName::from_static("x-keyhatch-type"),
    HeaderName::from_static("x-keyhatch-scopes"),
    HeaderName::from_static("x-keyhatch-display-prefix"),
];

/// Whom a token is about: always there, and empty for a key. (Caddy 2.6 passes on the placeholder of a header that is missing.)
pub const SUBJECT: HeaderName = HeaderName::from_static("x-keyhatch-subject");

/// What an inbound token is for, beside the identity of the key that owns it: always there too, with nothing in it when the request
/// was judged by a key.
pub const TEMPLATE: HeaderName = HeaderName::from_static("x-keyhatch-template");

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
        return Ok(let_through(None, ""));
    }
    let question = priced(app, question, None);
    let verdict = match inbound::presented(&app.profile, &question) {
        Some(token) => {
            let answer = |granted: &Granted<'_>, template: &str| let_through(Some(granted), template);
            inbound::ask(app, token, &question, answer).await?
        }
        None => ask(app, &question, |granted| let_through(Some(granted), "")).await?,
    };
    match verdict {
        Verdict::Refused(refused) => Err(ApiError::Refused(refused.refusal)),
        Verdict::Allowed(answer) => Ok(answer),
    }
}

fn let_through(granted: Option<&Granted<'_>>, template: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok().finish();
    tell(answer.headers_mut(), granted, template);
    answer
}

/// Whether a browser asks, for a page of another origin, what it may send. Browsers send no key with that: it is for the API
/// to answer, where the profile has keys for web pages, and comes from nobody. What is closed to every key stays closed, and so does
/// what no key of a web page opens because no route names it.
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
    profile.route_of(asked, path).is_ok_and(|matched| {
        let is_for_pages = match matched.place {
            Place::Named => true,
            Place::Unnamed => profile.api.unmatched == Unmatched::AnyKey,
            Place::Outside | Place::Untold => false,
        };
        is_for_pages && matched.routes().all(|route| !route.closed)
    })
}

/// Tells the proxy of a good request, in headers that have nothing of it yet: who it speaks for, and what the inbound token is for
/// that it came by. A request of nobody in particular has everything there, and empty.
pub fn tell(headers: &mut HeaderMap, granted: Option<&Granted<'_>>, template: &str) {
    values::write(|values| {
        match granted {
            Some(granted) => identify(headers, values, granted),
            None => IDENTITY.into_iter().for_each(|name| headers.append(name, NOTHING)),
        }
        let subject = granted.and_then(|granted| granted.subject);
        headers.append(SUBJECT, subject.map_or(NOTHING, |subject| values.text(subject)));
        headers.append(TEMPLATE, values.text(template));
    });
}

/// Who a good key speaks for. (None of it is there yet: to append is to insert, and quicker.)
fn identify(headers: &mut HeaderMap, values: &mut Values<'_>, granted: &Granted<'_>) {
    let [key, workspace, project, environment, key_type, scopes, display_prefix] = IDENTITY;
    let (owner, prefix) = (granted.tenant, granted.display_prefix);
    let of_key = match granted.subject {
        None => values.id(granted.key_id.0),
        Some(_) => NOTHING,
    };
    headers.append(key, of_key);
    headers.append(workspace, values.id(owner.workspace.0));
    let of_project = owner.project.map(|project| values.id(project.0));
    headers.append(project, of_project.unwrap_or(NOTHING));
    headers.append(environment, HeaderValue::from_static(granted.environment.as_str()));
    headers.append(key_type, values.text(granted.type_id));
    headers.append(scopes, values.words(granted.scopes));
    headers.append(display_prefix, values.both(prefix.common, prefix.own));
}
