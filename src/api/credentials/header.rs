//! What a header carries.

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

/// What a request carries as its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    Nothing,
    Text(&'a str),
    /// Something is there, but no key can look like that: bytes that are no text, or two headers where one belongs.
    Unreadable,
}

impl<'a> Presented<'a> {
    /// For verification: what is unreadable is a text that no key has.
    pub fn credential(self) -> Option<&'a str> {
        match self {
            Self::Nothing => None,
            Self::Text(text) => Some(text),
            Self::Unreadable => Some(""),
        }
    }
}

/// `Authorization: Bearer …`. Another scheme is somebody else's credential: nothing.
pub fn bearer(headers: &HeaderMap) -> Presented<'_> {
    let mut values = headers
        .get_all(AUTHORIZATION)
        .filter_map(|value| after_scheme(value, "Bearer"));
    match (values.next(), values.next()) {
        (None, _) => Presented::Nothing,
        (Some(token), None) => text(token),
        // Which of the two counts would depend on who reads them.
        (Some(_), Some(_)) => Presented::Unreadable,
    }
}

/// A header that holds nothing else.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Presented<'a> {
    let Ok(name) = HeaderName::try_from(name) else {
        return Presented::Nothing;
    };
    let mut values = headers.get_all(name).map(HeaderValue::as_bytes);
    match (values.next(), values.next()) {
        (None, _) => Presented::Nothing,
        (Some(value), None) => text(value),
        (Some(_), Some(_)) => Presented::Unreadable,
    }
}

/// What follows the scheme, whose case does not matter (RFC 9110, section 11.1).
pub(super) fn after_scheme<'a>(value: &'a HeaderValue, scheme: &str) -> Option<&'a [u8]> {
    let (named, rest) = value.as_bytes().split_at_checked(scheme.len())?;
    let is_meant = named.eq_ignore_ascii_case(scheme.as_bytes()) && matches!(rest.first(), None | Some(b' '));
    is_meant.then_some(rest)
}

fn text(value: &[u8]) -> Presented<'_> {
    match std::str::from_utf8(value.trim_ascii()) {
        Ok("") => Presented::Nothing,
        Ok(text) => Presented::Text(text),
        Err(_) => Presented::Unreadable,
    }
}
