//! How a request travelled, as far as verification cares: could anybody on the way read the key in it?

/// What is known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Over https, or nobody wants to know.
    #[default]
    Fine,
    /// Whoever knows does not say: that is no reason to trust it, and none to give up a key.
    Untold,
    /// Over plain http.
    Plain,
}

impl Transport {
    /// What a scheme means, as a proxy or the provider names it.
    pub fn of_scheme(scheme: &str) -> Self {
        let is = |name: &str| scheme.eq_ignore_ascii_case(name);
        match () {
            () if is("https") || is("wss") => Self::Fine,
            () if is("http") || is("ws") => Self::Plain,
            () => Self::Untold,
        }
    }

    /// What the values of `X-Forwarded-Proto` say. Each proxy may append: the last is that of the proxy that is asked, the
    /// others are what it was told itself.
    pub fn of_x_forwarded_proto(values: &str) -> Self {
        Self::of_scheme(values.rsplit(',').next().unwrap_or_default().trim())
    }

    /// What the values of `Forwarded` say (RFC 7239, section 5.4); the last element counts, for the same reason.
    pub fn of_forwarded(values: &str) -> Self {
        let last = values.rsplit(',').next().unwrap_or_default();
        let scheme = last.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let is_proto = name.trim().eq_ignore_ascii_case("proto");
            is_proto.then(|| value.trim().trim_matches('"'))
        });
        scheme.map_or(Self::Untold, Self::of_scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::Transport::{self, Fine, Plain, Untold};

    #[test]
    fn the_proxy_that_is_asked_has_the_last_word() {
        for (values, said) in [
            ("https", Fine),
            ("HTTPS", Fine),
            ("wss", Fine),
            ("http", Plain),
            ("ws", Plain),
            ("https, http", Plain),
            ("http,https", Fine),
            ("https,", Untold),
            ("", Untold),
            ("httpss", Untold),
        ] {
            assert_eq!(Transport::of_x_forwarded_proto(values), said, "{values:?}");
        }
        for (values, said) in [
            ("proto=https", Fine),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", Plain),
            ("for=192.0.2.60; Proto=\"https\"", Fine),
            ("proto=https, for=192.0.2.60;proto=http", Plain),
            ("proto=http, for=192.0.2.60", Untold),
            ("proto", Untold),
            ("", Untold),
        ] {
            assert_eq!(Transport::of_forwarded(values), said, "{values:?}");
        }
    }
}
