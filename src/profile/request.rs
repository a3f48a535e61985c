//! Whether a request says plainly what it asks for. See [`Profile::route_of`](super::Profile::route_of) for why.

use std::fmt;

use super::percent::{decode, decoded};
use super::spelling;

/// Two readers could take this request for different ones, so no rule can be trusted to meet it. It holds the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnclearRequest(pub &'static str);

impl fmt::Display for UnclearRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl std::error::Error for UnclearRequest {}

/// Whether a path is nothing but slashes with words of letters, digits, dashes and underscores between them, as most are: then
/// it is clear as it stands.
pub(super) fn is_plain_path(path: &str) -> bool {
    // Without a branch for each byte: this is done for every request of somebody else's API.
    let (last, unclear) = path.bytes().fold((0, 0), |(before, unclear), byte| {
        let kind = KINDS[usize::from(byte)];
        (kind, unclear | kind & OTHER | kind & before & SLASH)
    });
    unclear == 0 && last != SLASH && path.starts_with('/')
}

const SLASH: u8 = 1;
const OTHER: u8 = 2;

/// By byte: what it is in a path; 0 for what words are made of.
static KINDS: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        match byte as u8 {
            b'/' => kinds[byte] = SLASH,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => kinds[byte] = 0,
            _ => {}
        }
        byte += 1;
    }
    kinds
};

/// The path without its query and without one slash at its end, if there is only one way to read it.
pub(super) fn clear_path(path: &str) -> Result<&str, UnclearRequest> {
    let bytes = path.as_bytes();
    let end = bytes.iter().position(|&byte| byte == b'?').unwrap_or(bytes.len());
    let mut bytes = &bytes[..end];
    if bytes.first() != Some(&b'/') {
        return Err(UnclearRequest("the path does not begin with a slash"));
    }
    if bytes
        .iter()
        .any(|byte| !byte.is_ascii_graphic() || b";#\\".contains(byte))
    {
        return Err(UnclearRequest("the path has a character that servers read differently"));
    }
    if bytes.contains(&b'%') && !(encoding_is_clear(bytes) && is_utf8(bytes)) {
        return Err(UnclearRequest(
            "the path has a percent-encoding that servers read differently",
        ));
    }
    bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
    if segments(bytes).any(|segment| matches!(segment, b"" | b"." | b"..")) {
        return Err(UnclearRequest("the path has an empty, . or .. segment"));
    }
    if segments(bytes).any(spelling::dissolves) {
        return Err(UnclearRequest("the path has a segment that servers leave nothing of"));
    }
    Ok(&path[..bytes.len()])
}

/// The segments of a clear path.
pub(super) fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').skip(1)
}

fn encoding_is_clear(mut rest: &[u8]) -> bool {
    loop {
        rest = match rest {
            [b'%', high, low, after @ ..] if decode(*high, *low).is_some_and(may_be_encoded) => after,
            [b'%', ..] => return false,
            [_, after @ ..] => after,
            [] => return true,
        };
    }
}

/// Not what changes the shape of a path, and not what may be decoded twice.
fn may_be_encoded(byte: u8) -> bool {
    !(byte.is_ascii_control() || b"/\\%".contains(&byte))
}

/// Lenient decoders find a slash in what is no UTF-8.
fn is_utf8(encoded: &[u8]) -> bool {
    // Nearly always nothing of it is outside ASCII.
    decoded(encoded).all(|byte| byte.is_ascii()) || std::str::from_utf8(&decoded(encoded).collect::<Vec<_>>()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_path_is_clear_as_it_stands(path in "[/a-zA-Z0-9_.%?;é-]{0,12}") {
            if is_plain_path(&path) {
                prop_assert_eq!(clear_path(&path), Ok(&*path));
                prop_assert!(!path.contains('%'));
            }
        }
    }

    #[test]
    fn most_paths_are_plain() {
        for (path, expected) in [
            ("/v1/shipments/7f3a-9_B", true),
            ("/v1", true),
            ("/", false),
            ("", false),
            ("v1", false),
            ("/v1/", false),
            ("//v1", false),
            ("/v1//x", false),
            ("/v1/x?y", false),
            ("/v1/.", false),
            ("/v1/%20", false),
        ] {
            assert_eq!(is_plain_path(path), expected, "{path}");
        }
    }
}
