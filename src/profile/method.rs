//! Methods of requests, as far as routes tell them apart.

use std::fmt;

use super::request::UnclearRequest;

/// A method that routes can name.
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
        let named = Self::NAMED.iter().find(|(known, _)| *known == name);
        named.map(|(_, method)| *method)
    }

    /// The method of a request; nothing for one that no route names, but may take with all the rest. Refuses what a lenient server
    /// could take for another one, and those that are about the connection: after `CONNECT` there may be a tunnel, and its target
    /// is no path; `TRACE` is answered with what the API alone should see.
    pub(super) fn of(text: &str) -> Result<Option<Self>, UnclearRequest> {
        match text {
            "CONNECT" | "TRACE" => Err(UnclearRequest("the method is about the connection")),
            _ => match Self::named(text) {
                None if !Self::is_in_capitals(text) => Err(UnclearRequest("the method is not written in capitals")),
                named => Ok(named),
            },
        }
    }

    /// Whether a text can be a method that nobody takes for another one.
    pub fn is_in_capitals(text: &str) -> bool {
        let clear = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        !text.is_empty() && text.bytes().all(clear)
    }
}

impl Methods {
    /// Whether a request with `method` is meant.
    #[inline]
    pub fn include(self, method: Option<Method>) -> bool {
        match self {
            Self::Any => true,
            Self::Only(only) => method == Some(only) || (only == Method::Get && method == Some(Method::Head)),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // They stand in the order of the declaration.
        formatter.write_str(Self::NAMED[*self as usize].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_name() {
        for (name, method) in Method::NAMED {
            assert_eq!(Method::named(name), Some(method));
            assert_eq!(Method::of(name), Ok(Some(method)));
            assert_eq!(method.to_string(), name);
        }
    }

    #[test]
    fn what_could_be_another_one_is_refused() {
        for other in ["BREW", "M-SEARCH", "VERSION_2", "GETS"] {
            assert_eq!(Method::of(other), Ok(None), "{other}");
        }
        for unclear in ["", "get", "Get", "GET ", "GÉT", "CONNECT", "TRACE"] {
            assert!(Method::of(unclear).is_err(), "{unclear}");
        }
    }
}
