//! Where a request's head ends. A line ends with CR LF and nothing else (RFC 9112, section 2.2, lets a server take a bare LF for
//! it; what takes two parsers differently is how requests are smuggled past one of them).

use memchr::memchr;

/// No line of a head may hold it, so the server refuses the request (400) as it would any other that is malformed.
const REFUSED: u8 = 0;

/// How far the head of a request has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    /// Whether there was a line with something on it. (Empty lines before a request belong to no request.)
    has_begun: bool,
    /// The bytes of the line that has not ended yet, and the last of them.
    length: usize,
    last: u8,
    /// How long a body the head seems to announce. The server decides; see [`Lines::announced`].
    announced: u64,
    /// Whether a line came in pieces: what it announces was not seen then.
    was_cut: bool,
}

/// The names of the headers that announce a body, with their colons.
const LENGTH: &[u8] = b"content-length:";
const CODING: &[u8] = b"transfer-encoding:";

impl Lines {
    /// Whether anything of a request has come.
    pub(super) fn have_begun(&self) -> bool {
        self.has_begun || self.length > 0
    }

    /// How long a body the head seems to announce: a guess, for passing on what has come of the body along with its head.
    /// Whoever goes by it compares it with what the server says.
    pub(super) fn announced(&self) -> u64 {
        self.announced
    }

    /// Whether some line came in pieces.
    pub(super) fn was_cut(&self) -> bool {
        self.was_cut
    }

    /// Reads on. How many of these bytes belong to the head, when it ends among them. A bare LF becomes what the server refuses.
    pub(super) fn read(&mut self, bytes: &mut [u8]) -> Option<usize> {
        let mut begin = 0;
        while let Some(length) = memchr(b'\n', &bytes[begin..]) {
            let end = begin + length;
            let before = if length > 0 { bytes[end - 1] } else { self.last };
            let length = self.length + length;
            if length == 0 || before != b'\r' {
                bytes[end] = REFUSED;
                return None;
            }
            if let Some(announced) = announced(&bytes[begin..end], self.length > 0) {
                self.announced = announced;
            }
            begin = end + 1;
            self.length = 0;
            if length > 1 {
                self.has_begun = true;
            } else if std::mem::take(&mut self.has_begun) {
                return Some(begin);
            }
        }
        if let Some(last) = bytes[begin..].last() {
            self.length += bytes.len() - begin;
            self.last = *last;
            self.was_cut = true;
        }
        None
    }
}

/// How long a body a line announces, if it does: without end, where that is not to be seen.
fn announced(line: &[u8], is_rest: bool) -> Option<u64> {
    let value = |name: &[u8]| {
        line.get(..name.len())?
            .eq_ignore_ascii_case(name)
            .then(|| &line[name.len()..])
    };
    match line.first() {
        _ if is_rest => None,
        Some(b'c' | b'C') => {
            let value = std::str::from_utf8(value(LENGTH)?).unwrap_or_default();
            Some(value.trim().parse().unwrap_or(u64::MAX))
        }
        Some(b't' | b'T') => value(CODING).map(|_| u64::MAX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEAD: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\na: b\r\n\r\n";

    #[test]
    fn a_head_ends_at_its_empty_line_wherever_it_is_cut() {
        let text = [b"\r\n\r\n", HEAD, b"POST"].concat();
        for cut in 0..text.len() {
            let (mut lines, mut text) = (Lines::default(), text.clone());
            let (first, second) = text.split_at_mut(cut);
            let found = match lines.read(first) {
                Some(end) => end,
                None => cut + lines.read(second).unwrap(),
            };
            assert_eq!(found, 4 + HEAD.len(), "{cut}");
            assert!(!lines.have_begun());
        }
    }

    proptest! {
        /// Take away any CR, and no byte of the head is left that ends a line without one.
        #[test]
        fn a_bare_lf_is_never_handed_on(which in 0usize..4, cut in 0usize..30) {
            let crs: Vec<usize> = (0..HEAD.len()).filter(|&at| HEAD[at] == b'\r').collect();
            let mut text = HEAD.to_vec();
            text.remove(crs[which]);
            let mut lines = Lines::default();
            let (first, second) = text.split_at_mut(cut);
            let ended = lines.read(first).is_some() || first.contains(&REFUSED) || lines.read(second).is_some();
            prop_assert!(!ended || text.contains(&REFUSED));
            prop_assert!(text.contains(&REFUSED), "{:?}", String::from_utf8_lossy(&text));
        }
    }
}
