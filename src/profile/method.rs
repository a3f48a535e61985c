//! Methods of requests, as far as routes tell them apart.

use std::fmt;

use super::request::UnclearRequest;

/// A method that routes can name, or any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Query,
    /// One that no route names, but may take with all the rest.
    Other,
}

/// The methods a route is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    /// Every method.
    Any,
    /// This one. `GET` means `HEAD` too, because servers answer both from the same place.
    Only(Method),
}

impl Method {
    /// Those that a profile can name, by their names.
    pub const NAMED: [(&'static str, Self); 8] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
        ("OPTIONS", Self::Options),
        ("QUERY", Self::Query),
    ];

    /// The method that a profile calls so.
    pub fn named(name: &str) -> Option<Self> {
        // A `match`, not a search in the table: every request of somebody else's API comes by here.
        match name {
            "GET" => Some(Self::Get),
            "HEAD" => Some(Self::Head),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            "OPTIONS" => Some(Self::Options),
            "QUERY" => Some(Self::Query),
            _ => None,
        }
    }

    /// The method of a request. Refuses what a lenient server could take for another one, and those that are about the
    /// connection: after `CONNECT` there may be a tunnel, and its target is no path; `TRACE` is answered with what the API
    /// alone should see.
    pub(super) fn of(text: &str) -> Result<Self, UnclearRequest> {
        if let Some(named) = Self::named(text) {
            return Ok(named);
        }
        if matches!(text, "CONNECT" | "TRACE") {
            return Err(UnclearRequest("the method is about the connection"));
        }
        let clear = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if !text.is_empty() && text.bytes().all(clear) {
            Ok(Self::Other)
        } else {
            Err(UnclearRequest("the method is not written in capitals"))
        }
    }

    fn name(self) -> &'static str {
        let named = Self::NAMED.into_iter().find(|(_, method)| *method == self);
        named.map_or("another method", |(name, _)| name)
    }
}

impl Methods {
    /// Whether a request with `method` is meant.
    pub fn include(self, method: Method) -> bool {
        match self {
            Self::Any => true,
            Self::Only(only) => only == method || (only == Method::Get && method == Method::Head),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_name() {
        for (name, method) in Method::NAMED {
            assert_eq!(Method::named(name), Some(method));
            assert_eq!(Method::of(name), Ok(method));
            assert_eq!(method.to_string(), name);
        }
    }

    #[test]
    fn what_could_be_another_one_is_refused() {
        for other in ["BREW", "M-SEARCH", "VERSION_2", "GETS"] {
            assert_eq!(Method::of(other), Ok(Method::Other), "{other}");
        }
        for unclear in ["", "get", "Get", "GET ", "GÉT", "CONNECT", "TRACE"] {
            assert!(Method::of(unclear).is_err(), "{unclear}");
        }
    }
}
