//! `POST /provider/v1/keys/verify` on the fast lane: an ordinary question, from a system whose token is in memory, about a key
//! that is. Whatever is unusual about it goes the whole way, with its body.

use actix_http::{Payload, Request, Response};
use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;

use super::{Entry, JSON, answer};
use crate::api::credentials::{Presented, bearer};
use crate::api::provider::verify::{VERIFY, refusal, scheme_asked, valid};
use crate::domain::service_tokens::LastGood;
use crate::domain::verify::question::ReadFrom;
use crate::domain::verify::{Question, Warm, ask_warm, priced, seek};
use crate::model::request_id::RequestId;
use crate::model::transport::Transport;
use crate::model::verdict::Verdict;
use crate::profile;

/// Larger bodies go the whole way, where they find their limit.
const LARGEST: usize = 16 * 1024;

/// An ordinary question. Texts with escapes are not ordinary: they could not be borrowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordinary<'a> {
    key: &'a str,
    method: Option<&'a str>,
    path: Option<&'a str>,
    client_ip: Option<&'a str>,
    scheme: Option<&'a str>,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Entry {
    /// Whether the lane may read the body of this request.
    pub(super) fn may_verify(&self, request: &Request, last_token: &LastGood) -> bool {
        let head = request.head();
        head.method == Method::POST
            && request.uri().path() == VERIFY
            && is_short_json(&head.headers)
            && matches!(bearer(&head.headers), Presented::Text(token) if last_token.is_in_memory(&self.0.app, token))
    }

    /// The answer, or the request as it was.
    pub(super) async fn verify(&self, mut request: Request, id: &RequestId) -> Result<Response<BoxBody>, Request> {
        let Some(body) = whole(request.take_payload()).await else {
            // It broke off. The whole way finds nothing, and says that this is no question.
            return Err(request);
        };
        match self.verdict_on(&body, id) {
            Some(response) => Ok(response),
            None => Err(request.replace_payload(Payload::from(body)).0),
        }
    }

    fn verdict_on(&self, body: &[u8], id: &RequestId) -> Option<Response<BoxBody>> {
        let app = &self.0.app;
        // An array of the same values would do for serde.
        let is_object = body.trim_ascii_start().first() == Some(&b'{');
        let asked: Ordinary<'_> = is_object.then(|| serde_json::from_slice(body).ok())??;
        let sought = Some(seek(app, Some(asked.key)));
        let is_clear = asked.method.is_none_or(profile::Method::is_in_capitals)
            && asked
                .path
                .is_none_or(|path| path.starts_with('/') && asked.method.is_some())
            && asked.scopes.iter().all(|scope| app.profile.scope(scope).is_some());
        if !is_clear {
            return None;
        }
        let address = match asked.client_ip {
            None => None,
            Some(text) => Some(text.parse::<std::net::IpAddr>().ok()?.to_canonical()),
        };
        let transport = match asked.scheme {
            None => Transport::Fine,
            Some(scheme) => scheme_asked(app, scheme)?,
        };
        let question = Question {
            // As in `KeyText::presented`: nothing is not a key.
            credential: Some(asked.key),
            sought,
            method: asked.method,
            path: asked.path,
            scopes: &asked.scopes,
            address,
            transport,
            read_from: ReadFrom::ProviderApi,
            request_id: id.clone(),
            ..Question::default()
        };
        let question = priced(app, question, None);
        if question.cost > 0 {
            return None;
        }
        let body = match ask_warm(app, &question, valid) {
            Warm::Cold(_) | Warm::Token => return None,
            Warm::Answered(Verdict::Allowed(body)) => body,
            Warm::Answered(Verdict::Refused(refused)) => refusal(refused),
        };
        let mut answer = answer(StatusCode::OK, Bytes::from(body));
        answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
        Some(answer)
    }
}

fn is_short_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    text(header::CONTENT_TYPE) == Some("application/json") && length.is_some_and(|length| length <= LARGEST)
}

/// The whole body; nothing, when it breaks off.
async fn whole(mut payload: Payload) -> Option<Bytes> {
    let first = payload.next().await.transpose().ok()?.unwrap_or_default();
    let Some(second) = payload.next().await.transpose().ok()? else {
        return Some(first);
    };
    let mut all = [first, second].concat();
    while let Some(more) = payload.next().await.transpose().ok()? {
        all.extend_from_slice(&more);
    }
    Some(all.into())
}
