//! `Authorization: Basic …` (RFC 7617), as `curl -u KEY:` sends it: the key is the user name, and there is no password. A few programs
//! know passwords only, so a password without a user name is taken, too. With both, nobody can say which of them is the key.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::header::{Presented, after_scheme};

/// Some programs leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Where what was decoded stays while it is looked at. Nobody can print it.
#[derive(Default)]
pub struct Room(String);

/// What a request carries so.
pub(super) fn find<'a>(headers: &HeaderMap, room: &'a mut Room) -> Presented<'a> {
    let mut values = headers
        .get_all(AUTHORIZATION)
        .filter_map(|value| after_scheme(value, "Basic"));
    let encoded = match (values.next(), values.next()) {
        (None, _) => return Presented::Nothing,
        (Some(encoded), None) => encoded.trim_ascii(),
        (Some(_), Some(_)) => return Presented::Unreadable,
    };
    let decoded = BASE64
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(decoded) = decoded else {
        return Presented::Unreadable;
    };
    *room = Room(decoded);
    match room.0.split_once(':') {
        Some(("", "")) => Presented::Nothing,
        Some((key, "")) | Some(("", key)) => Presented::Text(key),
        Some(_) => Presented::Unreadable,
        None if encoded.is_empty() => Presented::Nothing,
        None => Presented::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_key_is_the_one_thing_that_is_there() {
        for (value, expected) in [
            // a:
            ("Basic YTo=", Presented::Text("a")),
            ("bASIC   YTo= ", Presented::Text("a")),
            // Without its padding.
            ("Basic YTo", Presented::Text("a")),
            // :a
            ("Basic OmE=", Presented::Text("a")),
            // :
            ("Basic Og==", Presented::Nothing),
            ("Basic", Presented::Nothing),
            ("Basic ", Presented::Nothing),
            ("Bearer YTo=", Presented::Nothing),
            ("Basically YTo=", Presented::Nothing),
            // a:b, a::, a
            ("Basic YTpi", Presented::Unreadable),
            ("Basic YTo6", Presented::Unreadable),
            ("Basic YQ==", Presented::Unreadable),
            // No base64, bits that are left over, no UTF-8.
            ("Basic a:", Presented::Unreadable),
            ("Basic YTp=", Presented::Unreadable),
            ("Basic YT o=", Presented::Unreadable),
            ("Basic YTo==", Presented::Unreadable),
            ("Basic /zo=", Presented::Unreadable),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
            assert_eq!(find(&headers, &mut Room::default()), expected, "{value}");
        }
    }
}
