//! Webhook URLs: the rules that can be checked without asking the network. Addresses are checked at every connection.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::model::name::is_plain_text;

/// An `https` URL that events may be sent to (`http` only in development).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(String);

const LONGEST: usize = 2_000;

impl WebhookUrl {
    /// Checks what was typed; the error is a sentence for the field. `development` allows plain `http` and this
    /// machine's own addresses.
    pub fn parse(typed: &str, development: bool) -> Result<Self, &'static str> {
        let typed = typed.trim();
        if typed.len() > LONGEST {
            return Err("Use at most 2,000 characters.");
        }
        if !is_plain_text(typed) || typed.contains(char::is_whitespace) {
            return Err("Remove the spaces and invisible characters from the URL.");
        }
        let url = Url::parse(typed).map_err(|_| "Write a whole URL, like https://example.com/webhooks.")?;
        match url.scheme() {
            "https" => {}
            "http" if development => {}
            "http" => return Err("Use https: events carry your customers’ data."),
            _ => return Err("Use an https URL, like https://example.com/webhooks."),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("Remove the user name and password from the URL: deliveries are signed instead.");
        }
        if url.fragment().is_some() {
            return Err("Remove the part after “#”: it is never sent.");
        }
        if !development && matches!(url.port(), Some(port) if port < 1024 && port != 443) {
            return Err("Use port 443, or one above 1023.");
        }
        match url.host() {
            None => return Err("Write a whole URL, like https://example.com/webhooks."),
            Some(host) if !development && is_internal(&host) => {
                return Err("Use an address that can be reached from the internet.");
            }
            Some(_) => {}
        }
        Ok(Self(url.into()))
    }

    /// The URL in its normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names and literal addresses that are never public; a name's addresses are checked when it is resolved.
fn is_internal(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            !name.contains('.')
                || ["localhost", "local", "internal", "home.arpa", "lan", "test", "invalid"]
                    .iter()
                    .any(|end| name == *end || name.ends_with(&format!(".{end}")))
        }
        Host::Ipv4(address) => is_special(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_special(IpAddr::V6(*address)),
    }
}

/// Whether an address lies in a range of IANA's special-purpose registries (RFC 6890) that is not plain internet.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (b == 18 || b == 19))
        }
        // Only global unicast (2000::/3) is the internet; of that, Teredo, 6to4 and documentation are not.
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            (a & 0xE000) != 0x2000
                || (a == 0x2001 && b < 0x0200)
                || (a == 0x2001 && b == 0x0DB8)
                || a == 0x2002
                || a == 0x3FFF
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_is_accepted() {
        for good in [
            "https://example.com/webhooks",
            "https://example.com:8443/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(WebhookUrl::parse(good, false).is_ok(), "{good}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "example.com",
            "ftp://example.com",
            "http://example.com",
            "https://",
            "javascript:alert(1)",
            "https://user:pass@example.com",
            "https://example.com:22/",
            "https://example.com/#x",
            "https://localhost/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fd00::1]/",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://exa mple.com/",
            "https://example.com/\u{202E}",
            "https://100.64.0.1/",
            "https://printer.local./",
        ] {
            assert!(WebhookUrl::parse(bad, false).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn development_allows_this_machine() {
        assert!(WebhookUrl::parse("http://127.0.0.1:9000/hook", true).is_ok());
        assert!(WebhookUrl::parse("ftp://127.0.0.1/", true).is_err());
    }
}
