//! The fast lane: what is asked for every request of somebody else's API is answered before routing, when memory can say it
//! at once. Everything else (a key that has to be read, a request that is unusual in any way) goes the whole way, to the same
//! handlers as ever, which give the same answers: here is nothing that they do not have, but that
//! each request gets its name here, whichever way it goes.
//!
//! Come here when you measure. An actix-web application costs about as much as a verdict; this stands in front of it.

mod verify;

use std::future::{Future, Ready, ready};
use std::rc::Rc;
use std::sync::Arc;

use actix_http::{Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpResponse};
use futures_util::future::{Either, FutureExt, LocalBoxFuture};

use crate::api::credentials::{Room, find, overlooked};
use crate::api::errors::{self, ApiError};
use crate::api::{cors, gateway, guard, me, request_id, transport};
use crate::client::{self, TrustedProxies};
use crate::domain::App;
use crate::domain::service_tokens::LastGood;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, Warm, ask_warm, inbound, priced, seek};
use crate::model::request_id::RequestId;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Verdict};
use crate::profile::Matched;

/// An application behind the fast lane.
pub struct Lane<F> {
    whole_way: F,
    entry: Entry,
}

/// What the lane knows; shared by the workers.
#[derive(Clone)]
pub struct Entry(Arc<Known>);

struct Known {
    app: Data<App>,
    proxies: Data<TrustedProxies>,
    me: String,
    /// Where the route of `GET {base}/me` stands in the profile, if it has one; nothing: the whole way finds out.
    route_of_me: Option<Option<usize>>,
    /// Whether some answers are for web pages to read.
    has_public_keys: bool,
}

impl Entry {
    /// The entry to an application.
    pub fn new(app: Data<App>, proxies: Data<TrustedProxies>) -> Self {
        let me = format!("{}/me", app.profile.api.base_path);
        let route_of_me = app.profile.route_of("GET", &me).ok().map(|matched| {
            let found = matched.route?;
            app.profile.routes.iter().position(|one| std::ptr::eq(one, found))
        });
        let has_public_keys = cors::is_for(&app.profile);
        Self(Arc::new(Known {
            has_public_keys,
            app,
            proxies,
            me,
            route_of_me,
        }))
    }

    /// Puts the lane in front of an application.
    pub fn before<F>(self, whole_way: impl IntoServiceFactory<F, Request>) -> Lane<F>
    where
        F: ServiceFactory<Request>,
    {
        Lane {
            whole_way: whole_way.into_factory(),
            entry: self,
        }
    }

    /// What a request is called: as the proxy in front calls it, or a new name.
    fn name(&self, request: &Request) -> RequestId {
        let given = client::given_request_id(request.peer_addr(), &request.head().headers, &self.0.proxies);
        given.unwrap_or_else(|| self.0.app.new_request_id())
    }

    /// The answer, if it can be given at once.
    fn answer(&self, request: &Request, id: &RequestId) -> Option<Response<BoxBody>> {
        let known = &*self.0;
        let (head, path) = (request.head(), request.uri().path());
        let mut room = Room::default();
        if let Some(held) = gateway::envoy::held(&head.method, path) {
            let question = Question {
                path: Some(held),
                ..known.question(request, id, &mut room)
            };
            return known.gateway(question, &head.headers, errors::refuse);
        }
        if head.method != Method::GET {
            return None;
        }
        // What it tells of credits is in the database.
        if path == known.me && known.app.profile.credits.is_none() {
            let route = known.route_of_me?;
            let question = Question {
                path: Some(path),
                matched: Some(
                    route
                        .and_then(|place| known.app.profile.routes.get(place))
                        .map_or_else(Matched::default, Matched::by),
                ),
                is_ours: true,
                ..known.question(request, id, &mut room)
            };
            return known.verdict(&question, errors::refuse, |granted| {
                let mut answer = answer(StatusCode::OK, Bytes::from(me::body(granted)));
                answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
                if known.is_for_pages(granted) {
                    cors::open(answer.headers_mut());
                }
                answer
            });
        }
        if path == gateway::forward::ADDRESS {
            let question = gateway::forward::asked(&head.headers, known.question(request, id, &mut room)).ok()?;
            return known.gateway(question, &head.headers, errors::refuse);
        }
        if path == gateway::nginx::ADDRESS {
            let question = gateway::nginx::asked(&head.headers, known.question(request, id, &mut room)).ok()?;
            return known.gateway(question, &head.headers, gateway::nginx::refuse);
        }
        None
    }
}

/// How whoever asks wants to be refused.
type Refuse = fn(&App, ApiError) -> HttpResponse;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Known {
    fn question<'a>(&'a self, request: &'a Request, id: &RequestId, room: &'a mut Room) -> Question<'a> {
        let head = request.head();
        let (found, read_from) = find(&head.headers, &self.app.profile.api.credentials, room);
        let credential = found.credential();
        Question {
            credential,
            read_from,
            overlooked: match credential {
                None => overlooked(&head.headers, request.uri().query(), &self.app.profile),
                Some(_) => None,
            },
            // Before the rest is read: memory comes meanwhile.
            sought: Some(seek(&self.app, credential)),
            method: Some(head.method.as_str()),
            address: client::ip_behind(request.peer_addr(), &head.headers, Some(&self.proxies)),
            user_agent: client::user_agent(&head.headers),
            request_id: id.clone(),
            transport: self.transport(request),
            ..Question::default()
        }
    }

    fn transport(&self, request: &Request) -> Transport {
        if !self.app.profile.api.https_only {
            return Transport::Fine;
        }
        let (path, headers) = (request.uri().path(), &request.head().headers);
        transport::judge(&self.app, path, request.peer_addr(), headers, Some(&self.proxies))
    }

    /// Whether the answer to a good key is readable from a web page.
    fn is_for_pages(&self, granted: &Granted<'_>) -> bool {
        self.has_public_keys && cors::is_public(&self.app.profile, granted)
    }

    /// What a proxy is told about the request that it holds.
    fn gateway(&self, question: Question<'_>, headers: &HeaderMap, refuse: Refuse) -> Option<Response<BoxBody>> {
        if question.credential.is_none() && gateway::is_preflight(&self.app.profile, &question, headers) {
            // Seldom enough for the whole way.
            return None;
        }
        // Tokens are not in memory.
        if inbound::presented(&self.app.profile, &question).is_some() {
            return None;
        }
        let question = priced(&self.app, question, None);
        self.verdict(&question, refuse, |granted| {
            let mut answer = answer(StatusCode::OK, Bytes::new());
            gateway::tell(answer.headers_mut(), Some(granted), "");
            answer
        })
    }

    fn verdict(
        &self,
        question: &Question<'_>,
        refuse: Refuse,
        answer: impl FnOnce(&Granted<'_>) -> Response<BoxBody>,
    ) -> Option<Response<BoxBody>> {
        // Paying takes the database.
        if question.cost > 0 {
            return None;
        }
        match ask_warm(&self.app, question, answer) {
            Warm::Cold(_) | Warm::Token => None,
            Warm::Answered(Verdict::Allowed(answer)) => Some(answer),
            Warm::Answered(Verdict::Refused(refused)) => Some(self.refuse(question, refused.refusal, refuse)),
        }
    }

    fn refuse(&self, question: &Question<'_>, refusal: Refusal, refuse: Refuse) -> Response<BoxBody> {
        let mut answer: Response<BoxBody> = refuse(&self.app, ApiError::Refused(refusal)).into();
        if self.has_public_keys && cors::looks_public(&self.app.profile, question.credential) {
            cors::open(answer.headers_mut());
        }
        let has_content = guard::has_content(answer.body());
        guard::surround(answer.headers_mut(), has_content);
        answer
    }
}

fn answer(status: StatusCode, body: Bytes) -> Response<BoxBody> {
    let mut answer = Response::with_body(status, BoxBody::new(body));
    let has_content = guard::has_content(answer.body());
    guard::surround(answer.headers_mut(), has_content);
    answer
}

impl<F, B> ServiceFactory<Request> for Lane<F>
where
    F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    F::Future: 'static,
    F::Service: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Error;
    type Config = AppConfig;
    type Service = LaneService<F::Service>;
    type InitError = ();
    type Future = LocalBoxFuture<'static, Result<Self::Service, ()>>;

    fn new_service(&self, config: AppConfig) -> Self::Future {
        let (whole_way, entry) = (self.whole_way.new_service(config), self.entry.clone());
        async move {
            let whole_way = Rc::new(whole_way.await?);
            Ok(LaneService {
                whole_way,
                entry,
                last_token: LastGood::default(),
            })
        }
        .boxed_local()
    }
}

/// The lane, and the way behind it, of one worker.
pub struct LaneService<S> {
    whole_way: Rc<S>,
    entry: Entry,
    last_token: LastGood,
}

impl<S, B> Service<Request> for LaneService<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Error;
    type Future = Either<Ready<Result<Self::Response, Error>>, LocalBoxFuture<'static, Result<Self::Response, Error>>>;

    actix_service::forward_ready!(whole_way);

    fn call(&self, request: Request) -> Self::Future {
        let id = self.entry.name(&request);
        if let Some(answer) = self.entry.answer(&request, &id) {
            return Either::Left(ready(Ok(request_id::told(answer, &id))));
        }
        if self.entry.may_verify(&request, &self.last_token) {
            let (entry, whole_way) = (self.entry.clone(), Rc::clone(&self.whole_way));
            let verified = async move {
                match entry.verify(request, &id).await {
                    Ok(answer) => Ok(request_id::told(answer, &id)),
                    Err(request) => go(&*whole_way, request, id).await,
                }
            };
            return Either::Right(verified.boxed_local());
        }
        Either::Right(go(&*self.whole_way, request, id).boxed_local())
    }
}

fn go<S, B>(
    whole_way: &S,
    request: Request,
    id: RequestId,
) -> impl Future<Output = Result<Response<BoxBody>, Error>> + use<S, B>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    request_id::give(&request, id.clone());
    let answer = whole_way.call(request);
    async move {
        let answer = answer.await.map_or_else(
            |error| Response::from(error.error_response()),
            |answer| Response::from(answer).map_into_boxed_body(),
        );
        Ok(request_id::told(answer, &id))
    }
}
