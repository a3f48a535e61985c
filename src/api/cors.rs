//! Who may read our answers from a web page of another origin (CORS): whoever asks with a public key, because it is no secret.
//!
//! An answer to a secret key never says so. A browser still sends such a request, but hands the answer to nobody: whoever puts a
//! secret key into a page finds that it does not work, before the page is published and the key with it. For the same reason
//! cookies are never asked for (`Access-Control-Allow-Credentials`).
//!
//! A refusal is readable when what was presented begins like a public key, so that a page can tell what is wrong with it. Where a
//! profile's public and secret types begin alike, that goes for refused secret keys too; a refusal holds nothing secret.
//!
//! A profile without public types has none of this.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
    ORIGIN,
};

use crate::api::credentials::{Room, presented};
use crate::domain::verify::records::Granted;
use crate::profile::Profile;

/// Whatever a page may try: what its key may do is for the answer itself to say, in words that the page can read.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

/// What says when to come back; a page sees no other headers than these and the usual ones.
const EXPOSED: HeaderValue = HeaderValue::from_static("RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");

/// Seconds; browsers ask again after two hours at the latest.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

const ANYBODY: HeaderValue = HeaderValue::from_static("*");

/// Whether there are keys that belong into web pages.
pub fn is_for(profile: &Profile) -> bool {
    profile.key_types.iter().any(|key_type| key_type.public)
}

/// Whether a good key is public.
pub fn is_public(profile: &Profile, granted: &Granted<'_>) -> bool {
    let key_type = profile.key_type(granted.type_id);
    key_type.is_some_and(|key_type| key_type.public)
}

/// Whether what was presented begins like a public key.
pub fn looks_public(profile: &Profile, credential: Option<&str>) -> bool {
    let Some(text) = credential else { return false };
    let public = profile.key_types.iter().filter(|key_type| key_type.public);
    public
        .flat_map(|key_type| &key_type.formats)
        .any(|(_, format)| text.starts_with(&format.prefix))
}

/// Whether a request carries what begins like a public key.
pub fn presents_public(profile: &Profile, headers: &HeaderMap) -> bool {
    let mut room = Room::default();
    looks_public(
        profile,
        presented(headers, &profile.api.credentials, &mut room).credential(),
    )
}

/// Lets a page read an answer.
pub fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Whether a browser asks what it may send, before it does (Fetch, section 3.3.2); such a request never carries a key.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && asked_method(headers).is_some()
}

/// The method of the request that would follow.
pub fn asked_method(headers: &HeaderMap) -> Option<&str> {
    headers.get(ORIGIN)?;
    headers.get(ACCESS_CONTROL_REQUEST_METHOD)?.to_str().ok()
}

/// The answer to that: anybody may send a key.
pub fn preflight(profile: &Profile) -> HttpResponse {
    let places = profile.api.credentials.iter().map(|place| place.header_name());
    let mut names: Vec<&str> = places.collect();
    names.dedup();
    names.push("content-type");
    let mut answer = HttpResponse::NoContent();
    answer
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY))
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, names.join(", ")))
        .insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE));
    answer.finish()
}
