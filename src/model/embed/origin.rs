//! The origin of a page (RFC 6454, section 6.2) as browsers send it: scheme, host and port, and nothing behind them.

/// How long an origin may be.
const LONGEST: usize = 255;

/// Whether a text is an origin: `https://shop.example.com`, or `http://localhost:3000`.
pub fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest.filter(|_| text.len() <= LONGEST) else {
        return false;
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let name = |host: &str| {
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        !host.is_empty() && host.bytes().all(fine)
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = inside.map_or_else(|| name(host), |address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let is_port = |port: &str| {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        digits && !port.starts_with('0') && port.parse::<u16>().is_ok()
    };
    is_host && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for good in [
            "https://shop.example.com",
            "http://localhost:3000",
            "https://xn--bcher-kva.example:8443",
            "https://[2001:db8::1]",
            "https://[2001:db8::1]:444",
            "https://192.0.2.7",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "*",
            "shop.example.com",
            "https://",
            "https://shop.example.com/",
            "https://shop.example.com/path",
            "https://Shop.example.com",
            "https://user@shop.example.com",
            "https://shop.example.com:",
            "https://shop.example.com:0",
            "https://shop.example.com:99999",
            "https://a b",
            "https://[::g]",
            "ftp://shop.example.com",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
