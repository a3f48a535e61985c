//! Percent-encoding in the segments of clear paths.

use std::iter;

/// The bytes of a segment of a clear path, percent-encoding resolved.
pub(super) fn decoded(segment: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = segment;
    iter::from_fn(move || {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => (decode(*high, *low)?, after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

/// Whether a segment of a clear path has characters in percent-encoding that never need it (RFC 3986, section 2.3): servers that
/// look for their routes before they decode do not find the same as others.
pub(super) fn encodes_needlessly(segment: &[u8]) -> bool {
    let needless = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    segment.windows(3).any(|three| match three {
        [b'%', high, low] => decode(*high, *low).is_some_and(needless),
        _ => false,
    })
}

/// The byte that two digits stand for.
pub(super) fn decode(high: u8, low: u8) -> Option<u8> {
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    Some(value(high)? << 4 | value(low)?)
}
