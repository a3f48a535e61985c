//! Who calls: a handler that takes one of these is reached by good credentials only.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::api::credentials::{Presented, Room, bearer, find, overlooked};
use crate::api::errors::{ApiError, Result};
use crate::api::{request_id, transport};
use crate::client;
use crate::domain::access::KeyRing;
use crate::domain::verify::{Question, verify};
use crate::domain::{App, service_tokens};
use crate::error::AppError;
use crate::model::verdict::{Identity, Verdict};

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

/// A key that may manage the keys it belongs to: it has the scope that the profile's routes name for this address, or full
/// access where they name none.
pub struct KeyKeeper(pub KeyRing);

/// One of the provider's own systems.
pub struct Provider;

impl FromRequest for KeyKeeper {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let identity = identify(&request).await?;
            Ok(Self(KeyRing::held_by_key(&identity, Some(client::address(&request)))))
        })
    }
}

impl FromRequest for Provider {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = app_of(&request)?;
            match bearer(request.headers()) {
                Presented::Nothing => Err(ApiError::NoServiceToken),
                Presented::Unreadable => Err(ApiError::UnknownServiceToken),
                Presented::Text(text) => {
                    if service_tokens::is_good(&app, text).await? {
                        Ok(Self)
                    } else {
                        Err(ApiError::UnknownServiceToken)
                    }
                }
            }
        })
    }
}

/// What a request asks of the key that it carries; `room` is for that key.
pub fn question<'a>(app: &'a App, request: &'a HttpRequest, room: &'a mut Room) -> Question<'a> {
    let (found, read_from) = find(request.headers(), &app.profile.api.credentials, room);
    let credential = found.credential();
    Question {
        credential,
        read_from,
        overlooked: match credential {
            None => overlooked(request.headers(), request.uri().query(), &app.profile),
            Some(_) => None,
        },
        method: Some(request.method().as_str()),
        path: Some(request.uri().path()),
        address: client::ip(request),
        user_agent: client::user_agent(request.headers()),
        request_id: request_id::of(request),
        transport: transport::of(app, request),
        ..Question::default()
    }
}

async fn identify(request: &HttpRequest) -> Result<Box<Identity>> {
    let app = app_of(request)?;
    let mut room = Room::default();
    let question = Question {
        full_access_unless_scoped: true,
        is_ours: true,
        ..question(&app, request, &mut room)
    };
    match verify(&app, &question).await? {
        Verdict::Allowed(identity) => Ok(identity),
        Verdict::Refused(refused) => Err(ApiError::Refused(refused.refusal)),
    }
}

fn app_of(request: &HttpRequest) -> Result<Data<App>> {
    let app = request.app_data::<Data<App>>().cloned();
    app.ok_or_else(|| AppError::Internal(anyhow::anyhow!("no application data")).into())
}
