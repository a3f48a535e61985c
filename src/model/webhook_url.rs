//! Webhook URLs: the rules that can be checked without asking the network. Addresses are checked at every connection.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::model::name::is_plain_text;
use crate::model::special_addresses::{is_internet, is_metadata};

/// An `https` URL that events may be sent to (`http` only in development, and to networks the operator allows).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(String);

/// What an installation lets its webhooks reach, beside the internet.
#[derive(Clone, Debug, Default)]
pub struct UrlRules {
    /// Plain `http`, and this machine itself.
    pub development: bool,
    /// Networks that may be reached although they are internal, plain `http` included.
    pub allowed: Vec<IpNet>,
}

impl UrlRules {
    /// Whether something may be delivered to this address.
    pub fn permit(&self, address: IpAddr, encrypted: bool) -> bool {
        if self.is_allowed(address) {
            return true;
        }
        (encrypted || self.development) && (is_internet(address) || self.development && address.is_loopback())
    }

    /// A metadata address has to be allowed by itself: who allows a network hardly means the machine's credentials in it.
    fn is_allowed(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| {
            network.contains(&address) && (!is_metadata(address) || network.prefix_len() == network.max_prefix_len())
        })
    }

    /// Whether a host is worth asking for. What a name stands for is only known once it is resolved.
    fn may_permit(&self, host: &Host<&str>, encrypted: bool) -> bool {
        match host {
            Host::Domain(name) if encrypted => self.reach_inside() || !is_internal(name),
            Host::Domain(_) => self.reach_inside(),
            Host::Ipv4(address) => self.permit(IpAddr::V4(*address), encrypted),
            Host::Ipv6(address) => self.permit(IpAddr::V6(*address), encrypted),
        }
    }

    fn reach_inside(&self) -> bool {
        self.development || !self.allowed.is_empty()
    }
}

const LONGEST: usize = 2_000;

impl WebhookUrl {
    /// Checks what was typed; the error is a sentence for the field.
    pub fn parse(typed: &str, rules: &UrlRules) -> Result<Self, &'static str> {
        let typed = typed.trim();
        if typed.len() > LONGEST {
            return Err("Use at most 2,000 characters.");
        }
        if !is_plain_text(typed) || typed.contains(char::is_whitespace) {
            return Err("Remove the spaces and invisible characters from the URL.");
        }
        let url = Url::parse(typed).map_err(|_| "Write a whole URL, like https://example.com/webhooks.")?;
        // Other schemes first: some have no host, and that is not what is wrong with them.
        if !matches!(url.scheme(), "https" | "http") {
            return Err("Use an https URL, like https://example.com/webhooks.");
        }
        let Some(host) = url.host() else {
            return Err("Write a whole URL, like https://example.com/webhooks.");
        };
        if url.scheme() == "http" && !rules.may_permit(&host, false) {
            return Err("Use https: events carry your customers’ data.");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("Remove the user name and password from the URL: deliveries are signed instead.");
        }
        if url.fragment().is_some() {
            return Err("Remove the part after “#”: it is never sent.");
        }
        if !rules.development && matches!(url.port(), Some(port) if port < 1024 && port != 443) {
            return Err("Use port 443, or one above 1023.");
        }
        if !rules.may_permit(&host, url.scheme() == "https") {
            return Err("Use an address that can be reached from the internet.");
        }
        Ok(Self(url.into()))
    }

    /// A URL that was accepted once and kept. Rules may have changed since: it is held against them at each connection.
    pub fn kept(text: String) -> Self {
        Self(text)
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

/// Names that are never public, wherever they are asked for.
fn is_internal(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = ["localhost", "local", "internal", "home.arpa", "lan", "test", "invalid"];
    !name.contains('.') || ends.iter().any(|end| name.ends_with(&format!(".{end}")))
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
            assert!(WebhookUrl::parse(good, &UrlRules::default()).is_ok(), "{good}");
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
            assert!(WebhookUrl::parse(bad, &UrlRules::default()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn development_allows_this_machine() {
        let rules = UrlRules {
            development: true,
            allowed: Vec::new(),
        };
        for good in [
            "http://127.0.0.1:9000/hook",
            "http://localhost:9000/",
            "http://[::1]:9000/",
            "http://8.8.8.8/",
            "https://example.com/",
        ] {
            assert!(WebhookUrl::parse(good, &rules).is_ok(), "{good}");
        }
        for bad in [
            "ftp://127.0.0.1/",
            "http://169.254.169.254/",
            "http://10.0.0.1/",
            "http://0/",
        ] {
            assert!(WebhookUrl::parse(bad, &rules).is_err(), "{bad}");
        }
    }

    #[test]
    fn allowed_networks_may_be_internal_and_plain() {
        let rules = UrlRules {
            development: false,
            allowed: vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()],
        };
        for good in [
            "http://10.1.2.3/hook",
            "https://10.1.2.3:8443/hook",
            "http://[fd12::1]:8080/",
            "http://receiver.internal:8080/",
            "https://receiver/",
            "https://8.8.8.8/",
        ] {
            assert!(WebhookUrl::parse(good, &rules).is_ok(), "{good}");
        }
        for bad in [
            "http://8.8.8.8/",
            "http://10.2.0.1/",
            "https://10.2.0.1/",
            "https://127.0.0.1/",
            "http://[::ffff:10.1.2.3]/",
            "http://[fd00:ec2::254]/",
            "http://10.1.2.3:22/",
        ] {
            assert!(WebhookUrl::parse(bad, &rules).is_err(), "{bad}");
        }
    }

    #[test]
    fn metadata_is_allowed_by_itself_only() {
        let address = "169.254.169.254".parse().unwrap();
        for (network, permitted) in [
            ("0.0.0.0/0", false),
            ("169.254.0.0/16", false),
            ("169.254.169.254/32", true),
        ] {
            let rules = UrlRules {
                development: false,
                allowed: vec![network.parse().unwrap()],
            };
            assert_eq!(rules.permit(address, true), permitted, "{network}");
        }
    }
}
