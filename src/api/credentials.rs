//! Where a request carries its key: the places the profile names, in its order.

mod basic;
mod header;

pub use basic::Room;
pub use header::{Presented, bearer};
use header::{after_scheme, header};

use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::domain::verify::question::ReadFrom;
use crate::model::mistake::Mistake;
use crate::profile::{CredentialPlace, Profile};

/// What the first place that holds anything holds. What has to be decoded for that stays in `room`.
pub fn presented<'a>(headers: &'a HeaderMap, places: &[CredentialPlace], room: &'a mut Room) -> Presented<'a> {
    find(headers, places, room).0
}

/// The same, and the place.
pub fn find<'a, 'p>(
    headers: &'a HeaderMap,
    places: &'p [CredentialPlace],
    room: &'a mut Room,
) -> (Presented<'a>, ReadFrom<'p>) {
    let mut rest = places.iter();
    let (found, place) = loop {
        let Some(place) = rest.next() else {
            break (Presented::Nothing, ReadFrom::Untold);
        };
        let found = match place {
            CredentialPlace::Bearer => bearer(headers),
            CredentialPlace::Basic if is_there(headers, "Basic") => {
                break (basic::find(headers, room), ReadFrom::Header(place));
            }
            CredentialPlace::Basic => continue,
            place => header(headers, place.header_name()),
        };
        if found != Presented::Nothing {
            break (found, ReadFrom::Header(place));
        }
    };
    // Which of two credentials in headers of one name counts would depend on who reads them.
    let takes_both = [CredentialPlace::Basic, CredentialPlace::Bearer];
    if takes_both.iter().all(|place| places.contains(place))
        && is_there(headers, "Basic")
        && is_there(headers, "Bearer")
    {
        return (Presented::Unreadable, place);
    }
    (found, place)
}

/// What somebody may have taken for a credential that is none: for requests that have no other.
pub fn overlooked(headers: &HeaderMap, query: Option<&str>, profile: &Profile) -> Option<Mistake> {
    let is_key = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default();
        profile.key_types_of_text(text.trim()).next().is_some()
    };
    let takes = |scheme: &str| match scheme {
        "Basic" => profile.api.takes_basic(),
        _ => profile.api.credentials.contains(&CredentialPlace::Bearer),
    };
    if ["Bearer", "Basic"]
        .iter()
        .any(|scheme| takes(scheme) && is_there(headers, scheme))
    {
        // With nothing behind it: a variable that is not set.
        return Some(Mistake::Unreadable);
    }
    if headers.get(AUTHORIZATION).is_some_and(|value| !value.is_empty()) {
        return Some(Mistake::OtherScheme);
    }
    if headers.iter().any(|(_, value)| is_key(value)) {
        return Some(Mistake::OtherHeader);
    }
    let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    Mistake::in_query(query?, formats.map(|(_, format)| format))
}

fn is_there(headers: &HeaderMap, scheme: &str) -> bool {
    headers
        .get_all(AUTHORIZATION)
        .any(|value| after_scheme(value, scheme).is_some())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    fn headers(lines: &[(&str, &[u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_bytes(value).unwrap(),
            );
        }
        headers
    }

    #[test]
    fn the_first_place_of_the_profile_wins() {
        let places = [
            CredentialPlace::Bearer,
            CredentialPlace::XApiKey,
            CredentialPlace::Header("x-northpost-key".to_owned()),
        ];
        type Case = (&'static [(&'static str, &'static [u8])], Presented<'static>);
        let cases: &[Case] = &[
            (&[], Presented::Nothing),
            (&[("authorization", b"Bearer a")], Presented::Text("a")),
            (&[("authorization", b"bEARER   a ")], Presented::Text("a")),
            (&[("authorization", b"Bearer")], Presented::Nothing),
            (&[("authorization", b"Bearer ")], Presented::Nothing),
            (&[("authorization", b"Bearera")], Presented::Nothing),
            (&[("authorization", b"Basic YTpi")], Presented::Nothing),
            (&[("authorization", b"")], Presented::Nothing),
            (&[("authorization", b"Bearer \xff\xfe")], Presented::Unreadable),
            (&[("authorization", b"Bearer a b")], Presented::Text("a b")),
            (
                &[("authorization", b"Bearer a"), ("authorization", b"Bearer a")],
                Presented::Unreadable,
            ),
            (&[("x-api-key", b"b")], Presented::Text("b")),
            (&[("x-api-key", b"\xff")], Presented::Unreadable),
            (&[("x-api-key", b"b"), ("x-api-key", b"c")], Presented::Unreadable),
            (
                &[("x-api-key", b"b"), ("authorization", b"Bearer a")],
                Presented::Text("a"),
            ),
            (
                &[("authorization", b"Basic YTpi"), ("x-api-key", b"b")],
                Presented::Text("b"),
            ),
            (&[("x-northpost-key", b"c"), ("x-api-key", b"b")], Presented::Text("b")),
            (&[("x-northpost-key", b"c")], Presented::Text("c")),
        ];
        for (lines, expected) in cases {
            assert_eq!(
                presented(&headers(lines), &places, &mut Room::default()),
                *expected,
                "{lines:?}"
            );
        }
        let elsewhere = headers(&[("x-api-key", b"b")]);
        assert_eq!(
            presented(&elsewhere, &[CredentialPlace::Bearer], &mut Room::default()),
            Presented::Nothing
        );
    }
    #[test]
    fn one_credential_in_one_authorization_header() {
        let both = [CredentialPlace::Basic, CredentialPlace::Bearer];
        let basic = ("authorization", &b"Basic a2V5Og=="[..]);
        let bearer = ("authorization", &b"Bearer other"[..]);
        for (lines, places, expected) in [
            (&[basic][..], &both[..], Presented::Text("key")),
            (&[bearer], &both, Presented::Text("other")),
            (&[basic, bearer], &both, Presented::Unreadable),
            (&[bearer, basic], &both, Presented::Unreadable),
            (&[basic, basic], &both, Presented::Unreadable),
            // Another scheme than the profile's is somebody else's.
            (&[basic, bearer], &both[..1], Presented::Text("key")),
            (&[basic, bearer], &both[1..], Presented::Text("other")),
            (&[basic], &both[1..], Presented::Nothing),
        ] {
            let found = presented(&headers(lines), places, &mut Room::default()) == expected;
            assert!(found, "{lines:?} {places:?}");
        }
    }
}
