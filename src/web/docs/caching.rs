//! How long a page of the documentation may be kept. For strangers it is the same until the profile changes: their browsers keep
//! it and ask whether it still is. People who are signed in have a page of their own, with the proof for its forms, which nobody keeps.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

/// The answer with this page, or that the browser has it already.
pub(super) fn answer(request: &HttpRequest, is_signed_in: bool, body: String) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
    if is_signed_in {
        return response.body(body);
    }
    let digest = Sha256::digest(body.as_bytes());
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&digest[..12]));
    let known = request.headers().get_all(IF_NONE_MATCH).any(|value| {
        let value = value.to_str().unwrap_or_default();
        value.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
    });
    if known {
        response = HttpResponse::NotModified();
    }
    // Not for caches that several people share: the first answer to a browser gives it a cookie.
    response.insert_header((CACHE_CONTROL, "private, no-cache"));
    response.insert_header((VARY, "cookie"));
    response.insert_header((ETAG, tag));
    if known { response.finish() } else { response.body(body) }
}
