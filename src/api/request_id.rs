//! `X-Request-Id`: every answer says what its request is called. Whoever keeps it finds out later what happened to it.

use actix_http::{HttpMessage, Request, Response};
use actix_web::HttpRequest;

use crate::api::values;
use crate::client::REQUEST_ID;
use crate::model::request_id::RequestId;

/// Lets whoever handles a request know what it is called.
pub fn give(request: &Request, id: RequestId) {
    request.extensions_mut().insert(id);
}

/// What a request is called.
pub fn of(request: &HttpRequest) -> RequestId {
    request.extensions().get::<RequestId>().cloned().unwrap_or_default()
}

/// The answer, with what its request is called.
pub fn told<B>(mut answer: Response<B>, id: &RequestId) -> Response<B> {
    let name = id.with_text(|text| values::write(|values| values.bytes(text)));
    answer.headers_mut().insert(REQUEST_ID, name);
    answer
}
