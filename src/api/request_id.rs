//! `X-Request-Id`: every answer says what its request is called. Whoever keeps it finds out later what happened to it.

use actix_http::{HttpMessage, Request, Response};
use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use crate::api::values;
use crate::client::{self, REQUEST_ID, TrustedProxies};
use crate::domain::App;
use crate::model::request_id::RequestId;

/// What a request is called: as the proxy in front calls it, or a new name.
pub fn name(app: &App, request: &Request, proxies: &TrustedProxies) -> RequestId {
    client::given_request_id(request.peer_addr(), request.headers(), proxies).unwrap_or_else(|| app.new_request_id())
}

/// Lets whoever handles a request know what it is called.
pub fn give(request: &Request, id: RequestId) {
    request.extensions_mut().insert(id);
}

/// What a request is called.
pub fn of(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().cloned().unwrap_or_default()
}

/// Says it in the answer.
pub fn tell(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(REQUEST_ID, values::write(|values| values.text(id.as_str())));
}

/// Says it in an answer that has no name of its own yet.
pub fn told<B>(mut answer: Response<B>, id: &RequestId) -> Response<B> {
    tell(answer.headers_mut(), id);
    answer
}
